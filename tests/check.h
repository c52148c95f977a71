/* SPDX-License-Identifier: Apache-2.0
 * Check's own header, without the warning that its variadic macros call forth under -Wpedantic. */
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC system_header /* or #include_next itself would be warned of */
#include_next <check.h>

/* SPDX-License-Identifier: Apache-2.0
 * Runs a folder's Check suites and prints TAP, for every test program's main. */
#ifndef EPURSE_TESTS_RUN_H
#define EPURSE_TESTS_RUN_H

#include <check.h>
#include <stddef.h>

/* Makes and runs the suites; answers the exit code of main. */
int run_suites(Suite *(*const make[])(void), size_t count);

#endif

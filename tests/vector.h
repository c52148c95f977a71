/* SPDX-License-Identifier: Apache-2.0
 * Known answers written as hexadecimal, for the tests. */
#ifndef EPURSE_TESTS_VECTOR_H
#define EPURSE_TESTS_VECTOR_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

#define VECTOR_MAX 512

struct vector {
  uint8_t at[VECTOR_MAX];
  size_t len;
};

/* The bytes that the digits stand for; blanks are skipped. Anything else fails the test. */
struct vector vector(const char *hex);

/* The bytes must be those of the digits. */
#define ck_assert_hex(data, data_len, hex)                                                                             \
  do {                                                                                                                 \
    struct vector expected_ = vector(hex);                                                                             \
    ck_assert_uint_eq((data_len), expected_.len);                                                                      \
    ck_assert_mem_eq((data), expected_.at, expected_.len);                                                             \
  } while (0)

#endif

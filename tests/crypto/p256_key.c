/* SPDX-License-Identifier: Apache-2.0
 * P-256 keys: which bytes are one, and which are not. */
#include "epurse/crypto.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

/* The base point G, SP 800-186 3.2.1.3, and -G: y becomes p - y. */
#define BASE_X        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define BASE_Y        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define BASE          "04" BASE_X BASE_Y
#define BASE_NEGATIVE "04" BASE_X "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"

START_TEST(the_base_point_is_valid) {
  ck_assert(crypto_p256_valid(vector(BASE).at));
  ck_assert(crypto_p256_valid(vector(BASE_NEGATIVE).at));
}
END_TEST

/* The y of G is odd: its hybrid form is 07, compressed 03. */
static const char *const not_points[] = {
    "07" BASE_X BASE_Y,
    "06" BASE_X BASE_Y,
    "03" BASE_X BASE_Y,
    "02" BASE_X BASE_Y,
    "05" BASE_X BASE_Y,
    "00" BASE_X BASE_Y,
    /* all zeros: infinity by one reading, (0, 0) by another */
    "00"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
    "04"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000",
    /* x = p, which is x = 0 modulo p */
    "04"
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
    "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
};

START_TEST(other_forms_are_refused) {
  struct vector point = vector(not_points[_i]);
  uint8_t shared[CRYPTO_P256_SHARED_SIZE], one[CRYPTO_P256_PRIVATE_SIZE] = {[31] = 1};

  ck_assert_uint_eq(point.len, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert(!crypto_p256_valid(point.at));
  ck_assert(!crypto_p256_agree(one, point.at, shared));
}
END_TEST

START_TEST(a_point_with_x_zero_is_on_the_curve) {
  /* The y of the last row above belongs to x = 0: the refusal there is for x = p, not for being off the curve. */
  ck_assert(crypto_p256_valid(vector("040000000000000000000000000000000000000000000000000000000000000000"
                                     "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4")
                                  .at));
}
END_TEST

START_TEST(every_flipped_bit_leaves_the_curve) {
  struct vector point = vector(BASE);

  for (size_t bit = 0; bit < point.len * 8; bit++) {
    point.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(!crypto_p256_valid(point.at), "bit %zu", bit);
    point.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
}
END_TEST

START_TEST(public_of_one_is_the_base_point) {
  struct vector one = vector("0000000000000000000000000000000000000000000000000000000000000001");
  struct vector last = vector("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE];

  ck_assert(crypto_p256_public(one.at, point));
  ck_assert_hex(point, sizeof point, BASE);
  ck_assert(crypto_p256_public(last.at, point)); /* n - 1 */
  ck_assert_hex(point, sizeof point, BASE_NEGATIVE);
}
END_TEST

static const char *const not_scalars[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* n */
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
    "ffffffff00000001000000000000000000000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

START_TEST(scalars_out_of_range_are_refused) {
  struct vector scalar = vector(not_scalars[_i]), point = vector(BASE);
  uint8_t out[CRYPTO_P256_PUBLIC_SIZE], shared[CRYPTO_P256_SHARED_SIZE], signature[CRYPTO_SIGNATURE_SIZE];

  ck_assert(!crypto_p256_public(scalar.at, out));
  ck_assert(!crypto_p256_agree(scalar.at, point.at, shared));
  ck_assert(!crypto_p256_sign(scalar.at, point.at, point.len, signature));
}
END_TEST

START_TEST(a_new_pair_fits_together) {
  uint8_t secret[2][CRYPTO_P256_PRIVATE_SIZE], point[2][CRYPTO_P256_PUBLIC_SIZE], again[CRYPTO_P256_PUBLIC_SIZE];

  for (int i = 0; i < 2; i++) {
    ck_assert(crypto_p256_generate(secret[i], point[i]));
    ck_assert(crypto_p256_valid(point[i]));
    ck_assert(crypto_p256_public(secret[i], again));
    ck_assert_mem_eq(again, point[i], sizeof again);
  }
  ck_assert_mem_ne(secret[0], secret[1], sizeof secret[0]);
}
END_TEST

Suite *p256_key_suite(void) {
  Suite *suite = suite_create("p256_key");
  TCase *tests = tcase_create("p256_key");

  tcase_add_test(tests, the_base_point_is_valid);
  tcase_add_loop_test(tests, other_forms_are_refused, 0, (int)(sizeof not_points / sizeof not_points[0]));
  tcase_add_test(tests, a_point_with_x_zero_is_on_the_curve);
  tcase_add_test(tests, every_flipped_bit_leaves_the_curve);
  tcase_add_test(tests, public_of_one_is_the_base_point);
  tcase_add_loop_test(tests, scalars_out_of_range_are_refused, 0, (int)(sizeof not_scalars / sizeof not_scalars[0]));
  tcase_add_test(tests, a_new_pair_fits_together);
  suite_add_tcase(suite, tests);
  return suite;
}

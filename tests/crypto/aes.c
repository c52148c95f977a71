/* SPDX-License-Identifier: Apache-2.0
 * AES-128 in CBC and CMAC, against the published answers. */
#include "epurse/crypto.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

/* NIST SP 800-38A F.2.1 and F.2.2; the key and the message are also those of RFC 4493. */
#define KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define IV  "000102030405060708090a0b0c0d0e0f"
#define PLAIN                                                                                                          \
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"                                                   \
  "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define CIPHER                                                                                                         \
  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"                                                   \
  "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"

START_TEST(cbc_encrypts) {
  struct vector key = vector(KEY), iv = vector(IV), plain = vector(PLAIN);
  uint8_t out[64];

  ck_assert(crypto_aes_cbc_encrypt(key.at, iv.at, plain.at, plain.len, out));
  ck_assert_hex(out, sizeof out, CIPHER);
}
END_TEST

START_TEST(cbc_decrypts) {
  struct vector key = vector(KEY), iv = vector(IV), cipher = vector(CIPHER);
  uint8_t out[64];

  ck_assert(crypto_aes_cbc_decrypt(key.at, iv.at, cipher.at, cipher.len, out));
  ck_assert_hex(out, sizeof out, PLAIN);
}
END_TEST

START_TEST(cbc_works_in_place) {
  struct vector key = vector(KEY), iv = vector(IV), data = vector(PLAIN);

  ck_assert(crypto_aes_cbc_encrypt(key.at, iv.at, data.at, data.len, data.at));
  ck_assert_hex(data.at, data.len, CIPHER);
  ck_assert(crypto_aes_cbc_decrypt(key.at, iv.at, data.at, data.len, data.at));
  ck_assert_hex(data.at, data.len, PLAIN);
}
END_TEST

START_TEST(cbc_takes_whole_blocks_only) {
  struct vector key = vector(KEY), iv = vector(IV), plain = vector(PLAIN);
  uint8_t out[64] = {0};

  for (size_t len = 1; len < 64; len++) {
    if (len % 16 != 0) {
      ck_assert(!crypto_aes_cbc_encrypt(key.at, iv.at, plain.at, len, out));
      ck_assert(!crypto_aes_cbc_decrypt(key.at, iv.at, plain.at, len, out));
    }
  }
  for (size_t i = 0; i < sizeof out; i++)
    ck_assert_uint_eq(out[i], 0);
  ck_assert(crypto_aes_cbc_encrypt(key.at, iv.at, plain.at, 0, out));
}
END_TEST

/* RFC 4493 section 4, examples 1 to 4: NIST SP 800-38B D.1. */
static const struct {
  size_t len;
  const char *mac;
} cmac_rows[] = {{0, "bb1d6929e95937287fa37d129b756746"},
                 {16, "070a16b46b4d4144f79bdd9dd04a287c"},
                 {40, "dfa66747de9ae63030ca32611497c827"},
                 {64, "51f0bebf7e3b9d92fc49741779363cfe"}};

START_TEST(cmac_knows_the_answers) {
  struct vector key = vector(KEY), message = vector(PLAIN);
  uint8_t mac[16];

  ck_assert(crypto_aes_cmac(key.at, message.at, cmac_rows[_i].len, mac));
  ck_assert_hex(mac, sizeof mac, cmac_rows[_i].mac);
}
END_TEST

START_TEST(cmac_takes_nothing_at_all) {
  struct vector key = vector(KEY);
  uint8_t mac[16];

  ck_assert(crypto_aes_cmac(key.at, NULL, 0, mac));
  ck_assert_hex(mac, sizeof mac, cmac_rows[0].mac);
}
END_TEST

Suite *aes_suite(void) {
  Suite *suite = suite_create("aes");
  TCase *tests = tcase_create("aes");

  tcase_add_test(tests, cbc_encrypts);
  tcase_add_test(tests, cbc_decrypts);
  tcase_add_test(tests, cbc_works_in_place);
  tcase_add_test(tests, cbc_takes_whole_blocks_only);
  tcase_add_loop_test(tests, cmac_knows_the_answers, 0, (int)(sizeof cmac_rows / sizeof cmac_rows[0]));
  tcase_add_test(tests, cmac_takes_nothing_at_all);
  suite_add_tcase(suite, tests);
  return suite;
}

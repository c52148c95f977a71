/* SPDX-License-Identifier: Apache-2.0
 * Keys out of a master key: KDF3 against two sessions of IDEMIA's cards, the others by their parts. */
#include <string.h>

#include "epurse/crypto_domain.h"
#include "epurse/domain_channel.h"
#include "suites.h"
#include "vector.h"

static struct domain_keys same(const char *hex) {
  struct vector key = vector(hex);
  struct domain_keys keys = {.len = key.len};

  memcpy(keys.enc, key.at, key.len);
  memcpy(keys.mac, key.at, key.len);
  memcpy(keys.dek, key.at, key.len);
  return keys;
}

/* AES-256, a COSMO card: its cryptogram fits. */
START_TEST(kdf3_of_a_real_card) {
  struct domain_keys master = same("808cd8f1e4850b13db50dcaa102c85dc6d877437c0d97a0c537196577d508852"), keys;
  struct vector host = vector("726fa486419e8424"),
                answer = vector("149480576000078c01000103705cb17cf9d29e88cc780408c2550282f900001a");
  struct domain_update update;
  struct domain_channel channel;

  ck_assert_int_eq(domain_update_parse(answer.at, answer.len, &update), STATUS_OK);
  ck_assert_int_eq(domain_keys_derive(DOMAIN_KDF3, &master, update.diversification, &keys), STATUS_OK);
  ck_assert_int_eq(domain_channel_open(&channel, &keys, host.at, &update), STATUS_OK);
  ck_assert_int_eq(domain_channel_open(&channel, &master, host.at, &update), STATUS_NOT_AUTHENTICATED);
}
END_TEST

/* Deciphered again, a diversified key shows the bytes that the method names. */
START_TEST(triple_des_methods_take_their_bytes) {
  static const struct {
    enum domain_diversification method;
    const char *text;
  } rows[] = {{DOMAIN_EMV, "c4c5c6c7c8c9f002c4c5c6c7c8c90f02"}, {DOMAIN_VISA2, "c0c1c4c5c6c7f002c0c1c4c5c6c70f02"}};
  struct vector data = vector("c0c1c2c3c4c5c6c7c8c9");
  struct domain_keys master = same("404142434445464748494a4b4c4d4e4f"), keys;
  static const uint8_t zeros[8];

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t text[16];
    ck_assert_int_eq(domain_keys_derive(rows[i].method, &master, data.at, &keys), STATUS_OK);
    for (size_t half = 0; half < 16; half += 8)
      ck_assert(crypto_des2_cbc_decrypt(master.mac, zeros, keys.mac + half, 8, text + half));
    ck_assert_hex(text, sizeof text, rows[i].text);
    ck_assert_mem_ne(keys.enc, keys.mac, 16);
    ck_assert_mem_ne(keys.dek, keys.mac, 16);
  }
}
END_TEST

START_TEST(triple_des_methods_want_its_length) {
  struct domain_keys master = same("808cd8f1e4850b13db50dcaa102c85dc6d877437c0d97a0c537196577d508852"), keys;
  struct vector data = vector("c0c1c2c3c4c5c6c7c8c9");

  ck_assert_int_eq(domain_keys_derive(DOMAIN_EMV, &master, data.at, &keys), STATUS_CRYPTO_FAILED);
  ck_assert_int_eq(domain_keys_derive(DOMAIN_VISA2, &master, data.at, &keys), STATUS_CRYPTO_FAILED);
}
END_TEST

Suite *domain_keys_suite(void) {
  Suite *suite = suite_create("domain_keys");
  TCase *tests = tcase_create("domain_keys");
  tcase_add_test(tests, kdf3_of_a_real_card);
  tcase_add_test(tests, triple_des_methods_take_their_bytes);
  tcase_add_test(tests, triple_des_methods_want_its_length);
  suite_add_tcase(suite, tests);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * SHA-256, HMAC and the X9.63 derivation, against the published answers. */
#include "epurse/crypto.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

/* FIPS 180-4 examples (NIST, "SHA256.pdf"), and the empty message. */
static const struct {
  const char *message, *hash;
} sha256_rows[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(sha256_knows_the_answers) {
  const char *message = sha256_rows[_i].message;
  uint8_t hash[CRYPTO_SHA256_SIZE];

  ck_assert(crypto_sha256((const uint8_t *)message, strlen(message), hash));
  ck_assert_hex(hash, sizeof hash, sha256_rows[_i].hash);
}
END_TEST

/* RFC 4231, test cases 1, 2, 3 and 6. */
static const struct {
  const char *key, *data, *mac;
} hmac_rows[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {NULL /* 131 times aa */,
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
};

START_TEST(hmac_knows_the_answers) {
  struct vector key = {.len = 131}, data = vector(hmac_rows[_i].data);
  uint8_t mac[CRYPTO_SHA256_SIZE];

  memset(key.at, 0xAA, key.len);
  if (hmac_rows[_i].key != NULL)
    key = vector(hmac_rows[_i].key);
  ck_assert(crypto_hmac_sha256(key.at, key.len, data.at, data.len, mac));
  ck_assert_hex(mac, sizeof mac, hmac_rows[_i].mac);
}
END_TEST

START_TEST(hmac_takes_an_empty_key_and_message) {
  uint8_t mac[CRYPTO_SHA256_SIZE];

  /* Computed by: printf '' | openssl mac -digest SHA256 -macopt hexkey:00 HMAC (zeros fill the key up) */
  ck_assert(crypto_hmac_sha256(NULL, 0, NULL, 0, mac));
  ck_assert_hex(mac, sizeof mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
END_TEST

/* NIST CAVS 12.0, "ANSX963_2001", SHA-256: shared secret of 192 bits, the first without and with shared information. */
START_TEST(x963_knows_the_answers) {
  struct vector short_secret = vector("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08");
  struct vector secret = vector("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d");
  struct vector info = vector("75eef81aa3041e33b80971203d2c0c52");
  uint8_t out[128];

  ck_assert(crypto_x963_kdf(short_secret.at, short_secret.len, NULL, 0, out, 16));
  ck_assert_hex(out, 16, "443024c3dae66b95e6f5670601558f71");
  ck_assert(crypto_x963_kdf(secret.at, secret.len, info.at, info.len, out, sizeof out));
  ck_assert_hex(out, sizeof out,
                "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
                "52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485"
                "500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269"
                "142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21");
}
END_TEST

START_TEST(x963_refuses_no_secret_and_wipes) {
  uint8_t out[16];

  memset(out, 0xA5, sizeof out);
  ck_assert(!crypto_x963_kdf(NULL, 0, NULL, 0, out, sizeof out));
  ck_assert_hex(out, sizeof out, "00000000000000000000000000000000");
}
END_TEST

Suite *digest_suite(void) {
  Suite *suite = suite_create("digest");
  TCase *tests = tcase_create("digest");

  tcase_add_loop_test(tests, sha256_knows_the_answers, 0, (int)(sizeof sha256_rows / sizeof sha256_rows[0]));
  tcase_add_loop_test(tests, hmac_knows_the_answers, 0, (int)(sizeof hmac_rows / sizeof hmac_rows[0]));
  tcase_add_test(tests, hmac_takes_an_empty_key_and_message);
  tcase_add_test(tests, x963_knows_the_answers);
  tcase_add_test(tests, x963_refuses_no_secret_and_wipes);
  suite_add_tcase(suite, tests);
  return suite;
}

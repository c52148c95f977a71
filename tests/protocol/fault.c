/* SPDX-License-Identifier: Apache-2.0
 * Cryptography that fails, at each call in turn: nothing may stay open, nothing secret may stay behind. */
#include "chain.h"
#include "epurse/apdu.h"
#include "epurse/receipt.h"
#include "epurse/scp.h"
#include "suites.h"

#include <string.h>

/* The linker sends the library's calls here (--wrap); the one that `fuse` counts down to answers false. 0: none. */
static unsigned fuse;

static bool blown(void) {
  return fuse > 0 && --fuse == 0;
}

#define WRAP(name, parameters, arguments)                                                                              \
  bool __real_##name parameters;                                                                                       \
  bool __wrap_##name parameters;                                                                                       \
  bool __wrap_##name parameters {                                                                                      \
    return !blown() && __real_##name arguments;                                                                        \
  }

WRAP(crypto_aes_cmac, (const uint8_t *key, const uint8_t *data, size_t len, uint8_t *mac), (key, data, len, mac))
WRAP(crypto_aes_cbc_encrypt, (const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out),
     (key, iv, in, len, out))
WRAP(crypto_aes_cbc_decrypt, (const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t len, uint8_t *out),
     (key, iv, in, len, out))
WRAP(crypto_p256_generate, (uint8_t * secret, uint8_t *point), (secret, point))
WRAP(crypto_p256_agree, (const uint8_t *secret, const uint8_t *point, uint8_t *shared), (secret, point, shared))
WRAP(crypto_p256_sign, (const uint8_t *secret, const uint8_t *data, size_t len, uint8_t *signature),
     (secret, data, len, signature))
WRAP(crypto_sha256, (const uint8_t *data, size_t len, uint8_t *hash), (data, len, hash))
WRAP(crypto_x963_kdf,
     (const uint8_t *shared, size_t shared_len, const uint8_t *info, size_t info_len, uint8_t *out, size_t out_len),
     (shared, shared_len, info, info_len, out, out_len))

static void check_zero(const void *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    ck_assert_uint_eq(((const uint8_t *)bytes)[i], 0);
}

START_TEST(scp03_leaves_no_keys_behind) {
  static const uint8_t key[CRYPTO_AES_KEY_SIZE], challenge[SCP03_CHALLENGE_SIZE];

  for (unsigned call = 1; call <= 5; call++) {
    struct scp03_session session;

    memset(&session, 0xA5, sizeof session);
    fuse = call;
    ck_assert_int_eq(scp03_derive(key, challenge, challenge, &session), STATUS_CRYPTO_FAILED);
    ck_assert_uint_eq(fuse, 0);
    check_zero(&session, sizeof session);
  }
}
END_TEST

START_TEST(scp11_opens_nothing) {
  struct chain_key oce, sd, ephemeral;
  uint8_t request[SCP11_REQUEST_SIZE], answer[SCP11_ANSWER_SIZE];
  struct securemsg channel = {.open = false};

  ck_assert(crypto_p256_generate(oce.secret, oce.point));
  ck_assert(crypto_p256_generate(sd.secret, sd.point));
  ck_assert(crypto_p256_generate(ephemeral.secret, ephemeral.point));
  scp11_request_encode(ephemeral.point, request);
  const struct scp11_card card = {.sd_private = sd.secret, .oce_static = oce.point};
  const struct scp11_host host = {oce.secret, ephemeral.secret, sd.point};
  for (unsigned call = 1; call <= 5; call++) { /* key pair, two agreements, derivation, receipt */
    fuse = call;
    ck_assert_int_eq(scp11_accept(&card, request, sizeof request, answer, &channel), STATUS_CRYPTO_FAILED);
    ck_assert_uint_eq(fuse, 0);
    check_zero(&channel, sizeof channel);
  }
  ck_assert_int_eq(scp11_accept(&card, request, sizeof request, answer, &channel), STATUS_OK);
  securemsg_close(&channel);
  for (unsigned call = 1; call <= 4; call++) {
    fuse = call;
    ck_assert_int_eq(scp11_finish(&host, request, answer, sizeof answer, &channel), STATUS_CRYPTO_FAILED);
    ck_assert_uint_eq(fuse, 0);
    check_zero(&channel, sizeof channel);
  }
  ck_assert_int_eq(scp11_finish(&host, request, answer, sizeof answer, &channel), STATUS_OK);
}
END_TEST

static struct securemsg channel_of(void) {
  static const uint8_t key[CRYPTO_AES_KEY_SIZE] = {1};
  struct securemsg channel = {.open = false};

  securemsg_open(&channel, key, key, key, key);
  return channel;
}

START_TEST(a_host_that_cannot_wrap_closes) {
  static const struct apdu plain = {.cla = 0x80, .ins = 0x54, .data = (const uint8_t *)"1250", .lc = 4};
  uint8_t out[APDU_COMMAND_MAX];
  size_t len = 1;

  for (unsigned call = 1; call <= 3; call++) { /* ICV, cipher text, MAC */
    struct securemsg channel = channel_of();

    fuse = call;
    ck_assert_int_eq(securemsg_wrap(&channel, &plain, out, sizeof out, &len), STATUS_CRYPTO_FAILED);
    ck_assert_uint_eq(fuse, 0);
    ck_assert_uint_eq(len, 0);
    check_zero(&channel, sizeof channel);
  }
  struct securemsg channel = channel_of();
  fuse = 1;
  ck_assert_int_eq(securemsg_wrap_mac(&channel, &plain, out, sizeof out, &len), STATUS_CRYPTO_FAILED);
  check_zero(&channel, sizeof channel);
}
END_TEST

START_TEST(a_card_that_cannot_unwrap_closes) {
  static const struct apdu plain = {.cla = 0x80, .ins = 0x54, .data = (const uint8_t *)"1250", .lc = 4};
  struct securemsg host = channel_of();
  struct apdu command, back;
  uint8_t wire[APDU_COMMAND_MAX], buffer[APDU_DATA_MAX];
  size_t len = 0;

  ck_assert_int_eq(securemsg_wrap(&host, &plain, wire, sizeof wire, &len), STATUS_OK);
  ck_assert_int_eq(apdu_parse(wire, len, &command), STATUS_OK);
  for (unsigned call = 1; call <= 3; call++) { /* MAC, ICV, plain text */
    struct securemsg card = channel_of();

    memset(buffer, 0, sizeof buffer);
    fuse = call;
    ck_assert_int_eq(securemsg_unwrap(&card, &command, buffer, &back), STATUS_CHANNEL_BROKEN);
    ck_assert_uint_eq(fuse, 0);
    check_zero(&card, sizeof card);
    check_zero(buffer, sizeof buffer);
  }
}
END_TEST

START_TEST(an_answer_that_fails_is_not_given) {
  const struct apdu_response plain = {.data = "balance", .len = 7, .sw = 0x9000};
  struct apdu_response sealed = plain;
  struct securemsg card = channel_of();

  ck_assert_int_eq(securemsg_wrap_response(&card, &sealed), STATUS_OK);
  for (unsigned call = 1; call <= 3; call++) {
    struct securemsg channel = channel_of();
    struct apdu_response response = plain;

    fuse = call;
    ck_assert_int_eq(securemsg_wrap_response(&channel, &response), STATUS_CRYPTO_FAILED);
    check_zero(&channel, sizeof channel);
    check_zero(&response, sizeof response);
    channel = channel_of();
    response = sealed;
    fuse = call;
    ck_assert_int_eq(securemsg_unwrap_response(&channel, &response), STATUS_CHANNEL_BROKEN);
    check_zero(&channel, sizeof channel);
    check_zero(&response, sizeof response);
  }
}
END_TEST

START_TEST(records_say_so) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;
  uint8_t hash[CRYPTO_SHA256_SIZE], key[CRYPTO_AES_KEY_SIZE] = {0};

  chain_begin(&chain);
  chain_finish(&chain);
  fuse = 1;
  ck_assert_int_eq(record_hash(chain.promise_record, PROMISE_SIZE, hash), STATUS_CRYPTO_FAILED);
  fuse = 1;
  ck_assert_int_eq(record_sign(chain.promise_record, PROMISE_TLV_SIZE, chain.card_key.secret), STATUS_CRYPTO_FAILED);
  fuse = 1;
  ck_assert_int_eq(transport_key_derive(key, key, key), STATUS_CRYPTO_FAILED);
  for (unsigned call = 1; call <= 2; call++) { /* h of r, name of the promise */
    fuse = call;
    ck_assert_int_eq(receipt_verify(chain.receipt, chain.receipt_len, chain.master.point, &facts, &reason),
                     STATUS_CRYPTO_FAILED);
    ck_assert_uint_eq(fuse, 0);
    ck_assert_str_eq(reason, "SHA-256 failed");
    check_zero(&facts, sizeof facts);
  }
}
END_TEST

SUITE_OF(fault, scp03_leaves_no_keys_behind, scp11_opens_nothing, a_host_that_cannot_wrap_closes,
         a_card_that_cannot_unwrap_closes, an_answer_that_fails_is_not_given, records_say_so)

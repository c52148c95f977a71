/* SPDX-License-Identifier: Apache-2.0
 * SCP03 against sessions that others published. */
#include "epurse/apdu.h"
#include "epurse/scp.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

#define DEFAULT_KEY "404142434445464748494A4B4C4D4E4F" /* GlobalPlatform's well-known test key */

/* Yubico.NET.SDK, tests for SCP03 (SessionTests, DerivationTests, pipeline fixture): INITIALIZE UPDATE with this host
 * challenge, its answer, EXTERNAL AUTHENTICATE, and GET VERSION in the channel with its answer. */
#define HOST_CHALLENGE        "360CB43F4301B894"
#define CARD_CHALLENGE        "CAAFA4DAC615236A"
#define CARD_CRYPTOGRAM       "DD5607216F3E115C"
#define HOST_CRYPTOGRAM       "45330AB30BB1A079"
#define EXTERNAL_AUTHENTICATE "8482330010" HOST_CRYPTOGRAM "A8E7F77376DB9F2C"
#define GET_VERSION           "84FD0000181CE4E3D8F32D986A886DDBC90C8DB22553C2C04391250CCE"
#define GET_VERSION_ANSWER    "5F67E9E059DF3C52809DC9F6DDFBEF3E4C45691B2C8CDDD89000"

static struct scp03_session session_of(void) {
  struct scp03_session session;

  ck_assert_int_eq(scp03_derive(vector(DEFAULT_KEY).at, vector(HOST_CHALLENGE).at, vector(CARD_CHALLENGE).at, &session),
                   STATUS_OK);
  return session;
}

START_TEST(published_cryptograms) {
  struct scp03_session session = session_of();

  ck_assert_hex(session.s_mac, sizeof session.s_mac, "FC90AA67CDC5DABFD5051663045DFA23");
  ck_assert_hex(session.card_cryptogram, sizeof session.card_cryptogram, CARD_CRYPTOGRAM);
  ck_assert_hex(session.host_cryptogram, sizeof session.host_cryptogram, HOST_CRYPTOGRAM);
}
END_TEST

/* GlobalPlatformPro, issue 98: the same key, other challenges. */
START_TEST(published_session_keys) {
  struct scp03_session session;

  ck_assert_int_eq(
      scp03_derive(vector(DEFAULT_KEY).at, vector("C81ED3B6B3DEF556").at, vector("86C8BD65FA1044EE").at, &session),
      STATUS_OK);
  ck_assert_hex(session.s_enc, sizeof session.s_enc, "3D991C5571391EB5BEF93DB2A4FD13D8");
  ck_assert_hex(session.s_mac, sizeof session.s_mac, "9BAB6C2C1EFEAC6E4F3B214ABABAC3B1");
  ck_assert_hex(session.card_cryptogram, sizeof session.card_cryptogram, "CF4A8EE6E34A4321");
  ck_assert_hex(session.host_cryptogram, sizeof session.host_cryptogram, "DC79BEA879C62D44");
}
END_TEST

static void channel_begin(struct securemsg *channel) {
  static const uint8_t zeros[CRYPTO_AES_BLOCK_SIZE];
  struct scp03_session session = session_of();

  securemsg_open(channel, session.s_enc, session.s_mac, session.s_rmac, zeros);
}

START_TEST(published_external_authenticate_is_built) {
  struct securemsg host;
  struct vector cryptogram = vector(HOST_CRYPTOGRAM);
  struct apdu plain = {.cla = 0x80, .ins = 0x82, .p1 = 0x33, .data = cryptogram.at, .lc = (uint8_t)cryptogram.len};
  uint8_t out[APDU_COMMAND_MAX];
  size_t len = 0;

  channel_begin(&host);
  ck_assert_int_eq(securemsg_wrap_mac(&host, &plain, out, sizeof out, &len), STATUS_OK);
  ck_assert_hex(out, len, EXTERNAL_AUTHENTICATE);
}
END_TEST

/* The card's side takes the published command, the host's side the published answer. */
START_TEST(published_command_and_answer_are_read) {
  struct securemsg card;
  struct vector authenticate = vector(EXTERNAL_AUTHENTICATE), version = vector(GET_VERSION);
  struct vector answer = vector(GET_VERSION_ANSWER);
  struct apdu command, plain;
  struct apdu_response response;
  uint8_t buffer[APDU_DATA_MAX];

  channel_begin(&card);
  ck_assert_int_eq(apdu_parse(authenticate.at, authenticate.len, &command), STATUS_OK);
  ck_assert_int_eq(securemsg_unwrap_mac(&card, &command, &plain), STATUS_OK);
  ck_assert_hex(plain.data, plain.lc, HOST_CRYPTOGRAM);
  ck_assert_uint_eq(plain.cla, 0x80);
  ck_assert_int_eq(apdu_parse(version.at, version.len, &command), STATUS_OK);
  ck_assert_int_eq(securemsg_unwrap(&card, &command, buffer, &plain), STATUS_OK);
  ck_assert_uint_eq(plain.ins, 0xFD);
  ck_assert_uint_eq(plain.lc, 0); /* that host sends one block of padding for an empty data field */
  ck_assert_ptr_null(plain.data);

  struct securemsg host = card; /* both are in step: same keys, chain, counter */
  ck_assert_int_eq(apdu_response_parse(answer.at, answer.len, &response), STATUS_OK);
  ck_assert_int_eq(securemsg_unwrap_response(&host, &response), STATUS_OK);
  ck_assert_hex(response.data, response.len, "050301"); /* version 5.3.1 */
  ck_assert_int_eq(securemsg_wrap_response(&card, &response), STATUS_OK);
  uint8_t bytes[APDU_RESPONSE_MAX];
  ck_assert_hex(bytes, apdu_response_encode(&response, bytes), GET_VERSION_ANSWER);
}
END_TEST

START_TEST(other_challenges_give_other_keys) {
  struct scp03_session a = session_of(), b;

  ck_assert_int_eq(scp03_derive(vector(DEFAULT_KEY).at, vector(CARD_CHALLENGE).at, vector(HOST_CHALLENGE).at, &b),
                   STATUS_OK);
  ck_assert_mem_ne(a.s_enc, b.s_enc, sizeof a.s_enc);
  ck_assert_mem_ne(a.s_mac, b.s_mac, sizeof a.s_mac);
  ck_assert_mem_ne(a.s_rmac, b.s_rmac, sizeof a.s_rmac);
  ck_assert_mem_ne(a.s_enc, a.s_mac, sizeof a.s_enc);
  ck_assert_mem_ne(a.s_mac, a.s_rmac, sizeof a.s_mac);
}
END_TEST

START_TEST(transport_key_is_diversified) {
  uint8_t key[CRYPTO_AES_KEY_SIZE];

  /* printf 01C0FFEE0000000001 | xxd -r -p | openssl mac -cipher AES-128-CBC -macopt hexkey:4041..4F CMAC */
  ck_assert_int_eq(transport_key_derive(vector(DEFAULT_KEY).at, vector("C0FFEE0000000001").at, key), STATUS_OK);
  ck_assert_hex(key, sizeof key, "6B9C196E729B9614CF47767ED1EA329C");
}
END_TEST

SUITE_OF(scp03, published_cryptograms, published_session_keys, published_external_authenticate_is_built,
         published_command_and_answer_are_read, other_challenges_give_other_keys, transport_key_is_diversified)

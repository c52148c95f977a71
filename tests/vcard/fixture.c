/* SPDX-License-Identifier: Apache-2.0
 * A card file in a folder of its own, and the host's half of SCP03 to a raw card, for the tests of src/vcard. */
#include "fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/scp.h"
#include "world/folder.h"

void bench_make(struct bench *bench) {
  ck_assert(folder_make(NULL, "vcard", bench->folder, sizeof bench->folder));
  ck_assert_int_gt(snprintf(bench->path, sizeof bench->path, "%s/a card", bench->folder), 0);
  ck_assert(crypto_random(bench->serial, sizeof bench->serial));
  ck_assert(crypto_random(bench->transport_key, sizeof bench->transport_key));
  ck_assert_int_eq(vcard_create(bench->path, bench->serial, bench->transport_key), STATUS_OK);
}

void bench_remove(const struct bench *bench) {
  unlink(bench->path);
  ck_assert_int_eq(rmdir(bench->folder), 0);
}

struct vcard *bench_power(const struct bench *bench) {
  struct vcard *vcard = NULL;
  ck_assert_int_eq(vcard_open(bench->path, &vcard), STATUS_OK);
  ck_assert_int_eq(vcard_power_on(vcard), STATUS_OK);
  return vcard;
}

static uint16_t exchange(struct vcard *vcard, const uint8_t *command, size_t len, struct apdu_response *response) {
  uint8_t answer[APDU_RESPONSE_MAX];
  size_t answer_len = vcard_process(vcard, command, len, answer);
  if (answer_len == 0)
    return 0;
  ck_assert_int_eq(apdu_response_parse(answer, answer_len, response), STATUS_OK);
  return response->sw;
}

uint16_t bench_send(struct vcard *vcard, const uint8_t *command, size_t len) {
  struct apdu_response response;
  return exchange(vcard, command, len, &response);
}

void bench_open_channel(const struct bench *bench, struct vcard *vcard, struct securemsg *channel) {
  static const uint8_t zeros[CRYPTO_AES_BLOCK_SIZE];
  uint8_t update[] = {0x80, INS_INITIALIZE_UPDATE, 0, 0, SCP03_CHALLENGE_SIZE, 1, 2, 3, 4, 5, 6, 7, 8, 0};
  uint8_t out[APDU_COMMAND_MAX];
  size_t len = 0;
  struct apdu_response response;
  struct scp03_session session;
  ck_assert_uint_eq(BENCH_SEND(vcard, 0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00), SW_OK);
  ck_assert_uint_eq(exchange(vcard, update, sizeof update, &response), SW_OK);
  ck_assert_uint_eq(response.len, SCP03_ANSWER_SIZE);
  const uint8_t *card_challenge = response.data + SCP03_DIVERSIFICATION_SIZE + 3;
  ck_assert_int_eq(scp03_derive(bench->transport_key, update + 5, card_challenge, &session), STATUS_OK);
  ck_assert_mem_eq(card_challenge + SCP03_CHALLENGE_SIZE, session.card_cryptogram, SCP03_CRYPTOGRAM_SIZE);
  securemsg_open(channel, session.s_enc, session.s_mac, session.s_rmac, zeros);
  struct apdu authenticate = {.cla = 0x80,
                              .ins = INS_EXTERNAL_AUTHENTICATE,
                              .p1 = 0x33,
                              .data = session.host_cryptogram,
                              .lc = SCP03_CRYPTOGRAM_SIZE};
  ck_assert_int_eq(securemsg_wrap_mac(channel, &authenticate, out, sizeof out, &len), STATUS_OK);
  ck_assert_uint_eq(exchange(vcard, out, len, &response), SW_OK);
}

uint16_t bench_generate(struct vcard *vcard, struct securemsg *channel) {
  struct apdu generate = {.cla = 0x00, .ins = INS_GENERATE_KEY_PAIR, .p1 = 0x80, .le = 256};
  uint8_t out[APDU_COMMAND_MAX];
  size_t len = 0;
  struct apdu_response response;
  ck_assert_int_eq(securemsg_wrap(channel, &generate, out, sizeof out, &len), STATUS_OK);
  uint16_t sw = exchange(vcard, out, len, &response);
  if (sw == SW_OK)
    ck_assert_int_eq(securemsg_unwrap_response(channel, &response), STATUS_OK);
  return sw;
}

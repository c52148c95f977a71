/* SPDX-License-Identifier: Apache-2.0
 * The tests' terminal: sends, opens channels, believes nothing without an R-MAC. */
#include "host.h"

#include <check.h>
#include <string.h>

#include "epurse/scp.h"

uint16_t host_raw(struct host *host, const uint8_t *bytes, size_t len) {
  uint8_t answer[APDU_RESPONSE_MAX];
  crypto_tally_attach(host->tally);
  size_t answer_len = card_process(host->card, bytes, len, answer);
  crypto_tally_attach(NULL);
  host->sent = len;
  host->received = answer_len;
  memset(&host->answer, 0, sizeof host->answer);
  if (answer_len == 0)
    return 0;
  ck_assert_int_eq(apdu_response_parse(answer, answer_len, &host->answer), STATUS_OK);
  return host->answer.sw;
}

uint16_t host_clear(struct host *host, const struct apdu *command) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = apdu_encode(command, bytes, sizeof bytes);
  ck_assert_uint_gt(len, 0);
  return host_raw(host, bytes, len);
}

uint16_t host_secure(struct host *host, const struct apdu *command) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len;
  ck_assert_int_eq(securemsg_wrap(&host->secure, command, bytes, sizeof bytes, &len), STATUS_OK);
  if (host_raw(host, bytes, len) == 0)
    return 0;
  if (securemsg_unwrap_response(&host->secure, &host->answer) != STATUS_OK)
    ck_abort_msg("an answer without a good R-MAC: %04X", host->answer.sw);
  return host->answer.sw;
}

uint16_t host_select(struct host *host) {
  static const uint8_t aid[] = {PURSE_AID_BYTES};
  return host_clear(host, HOST_DATA(0x00, INS_SELECT, 0x04, 0x00, aid, sizeof aid));
}

uint16_t host_present(struct host *host, const struct paper *paper) {
  return host_clear(host,
                    HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, KVN_FIRST, KID_CA_KLOC, paper->bytes, paper->len));
}

uint16_t host_agree(struct host *host, const struct terminal *terminal) {
  struct certificate certificate;
  struct key_pair ephemeral;
  uint8_t request[SCP11_REQUEST_SIZE];
  struct scp11_host keys = {terminal->ecka.private_key, ephemeral.private_key, certificate.public_key};
  ck_assert_uint_eq(host_clear(host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_OK);
  ck_assert_int_eq(certificate_decode(host->answer.data, host->answer.len, &certificate), STATUS_OK);
  ck_assert_uint_eq(certificate.role, ROLE_CARD_ECKA);
  key_pair_make(&ephemeral);
  scp11_request_encode(ephemeral.public_key, request);
  if (host_clear(host, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, KVN_FIRST, KID_SCP11A, request, sizeof request)) !=
      SW_OK)
    return host->answer.sw;
  ck_assert_int_eq(scp11_finish(&keys, request, host->answer.data, host->answer.len, &host->secure), STATUS_OK);
  return SW_OK;
}

void host_open(struct host *host, const struct terminal *terminal) {
  uint16_t sw = host_select(host);
  ck_assert(sw == SW_OK || sw == SW_EXPIRED);
  ck_assert_uint_eq(host_present(host, &terminal->paper), SW_OK);
  ck_assert_uint_eq(host_agree(host, terminal), SW_OK);
}

void host_meet(struct host *host, const struct terminal *terminal) {
  host_open(host, terminal);
  ck_assert_uint_eq(host_secure(host, HOST_APDU(0x80, INS_GET_DATA, 0xDF, 0x70)), SW_OK);
}

uint16_t host_open_scp03(struct host *host, const uint8_t key[CRYPTO_AES_KEY_SIZE]) {
  static const uint8_t challenge[SCP03_CHALLENGE_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const uint8_t chain[CRYPTO_AES_BLOCK_SIZE] = {0};
  struct scp03_session session;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len;
  uint16_t sw = host_clear(host, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, 0x00, 0x00, challenge, sizeof challenge));
  if (sw != SW_OK)
    return sw;
  ck_assert_uint_eq(host->answer.len, SCP03_ANSWER_SIZE);
  ck_assert_int_eq(scp03_derive(key, challenge, host->answer.data + SCP03_DIVERSIFICATION_SIZE + 3, &session),
                   STATUS_OK);
  securemsg_open(&host->secure, session.s_enc, session.s_mac, session.s_rmac, chain);
  ck_assert_int_eq(securemsg_wrap_mac(&host->secure,
                                      HOST_DATA(0x80, INS_EXTERNAL_AUTHENTICATE, 0x33, 0x00, session.host_cryptogram,
                                                SCP03_CRYPTOGRAM_SIZE),
                                      bytes, sizeof bytes, &len),
                   STATUS_OK);
  return host_raw(host, bytes, len);
}

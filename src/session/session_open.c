/* SPDX-License-Identifier: Apache-2.0
 * Opening a session with a cardholder's card: SCP11a (GPC Amendment F), certificates on both sides. */
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/reader.h"
#include "epurse/scp.h"
#include "epurse/session.h"

#include "session_word.h"

#define CLA_PROPRIETARY 0x80
#define MORE_FOLLOW     0x80 /* bit 8 of P2: more certificates follow (GPC Amd F 7.5) */

/* Sends one command in the clear; whatever is not 9000 comes as the status that it means. */
static enum status session_clear(struct session *session, const struct apdu *command, struct apdu_response *response) {
  enum status status = reader_command(session->reader, command, response);
  return status == STATUS_OK && response->sw != SW_OK ? session_word(response->sw) : status;
}

/* Reads the certificate of the card's ECKA key and checks it under the card CA. */
static enum status session_read_certificate(struct session *session, const struct session_keys *keys,
                                            uint8_t card_public[CRYPTO_P256_PUBLIC_SIZE], bool desk) {
  static const uint8_t reference[] = {0xA6, 0x04, 0x83, 0x02, KID_SCP11A, KVN_FIRST}; /* GPC Amd F 6.1 */
  const struct apdu get_data = {.cla = CLA_PROPRIETARY,
                                .ins = INS_GET_DATA,
                                .p1 = TAG_CARD_CERTIFICATES >> 8,
                                .p2 = TAG_CARD_CERTIFICATES & 0xFF,
                                .data = reference,
                                .lc = sizeof reference,
                                .le = APDU_RESPONSE_DATA_MAX};
  struct certificate_check check = {
      .ca_public = keys->card_ca_public, .ca_subject = keys->card_ca_subject, .role = ROLE_CARD_ECKA};
  struct apdu_response response;
  struct certificate certificate;
  uint8_t now[MOMENT_SIZE];

  enum status status = session_clear(session, &get_data, &response);
  if (status != STATUS_OK)
    return status;
  if (certificate_decode(response.data, response.len, &certificate) != STATUS_OK)
    return STATUS_BAD_REPLY;
  if (keys->card_ca_next_public != NULL &&
      memcmp(certificate.ca_id, keys->card_ca_next_subject, sizeof certificate.ca_id) == 0) {
    check.ca_public = keys->card_ca_next_public;
    check.ca_subject = keys->card_ca_next_subject;
  }
  if (certificate_verify(&certificate, &check) != STATUS_OK)
    return STATUS_OTHER_ISSUER;
  moment_from_unix(time(NULL), now);
  if (!desk && date_passed(certificate.expiry, now))
    return STATUS_CARD_EXPIRED;
  memcpy(session->card_reference, certificate.subject, sizeof session->card_reference);
  memcpy(card_public, certificate.public_key, CRYPTO_P256_PUBLIC_SIZE);
  return STATUS_OK;
}

/* PERFORM SECURITY OPERATION: the card verifies under the terminal CA of our version. */
static enum status session_present(struct session *session, const struct session_keys *keys, uint8_t p2,
                                   const uint8_t *certificate, size_t len) {
  const struct apdu verify = {.cla = CLA_PROPRIETARY,
                              .ins = INS_PERFORM_SECURITY_OPERATION,
                              .p1 = keys->terminal_ca_version != 0 ? keys->terminal_ca_version : KVN_FIRST,
                              .p2 = p2,
                              .data = certificate,
                              .lc = (uint8_t)len};
  struct apdu_response response;

  return len > APDU_DATA_MAX ? STATUS_BAD_CERTIFICATE : session_clear(session, &verify, &response);
}

/* The chain of two, for a card with an older terminal CA. Its refusal of the CA says that it takes none like it. */
static enum status session_show_chain(struct session *session, const struct session_keys *keys) {
  enum status status = session_present(session, keys, KID_CA_KLOC | MORE_FOLLOW, keys->terminal_ca_certificate,
                                       keys->terminal_ca_certificate_len);
  if (status == STATUS_NOT_AUTHENTICATED)
    return STATUS_OTHER_ISSUER;
  return status == STATUS_OK
             ? session_present(session, keys, KID_CA_KLOC, keys->ecka_certificate, keys->ecka_certificate_len)
             : status;
}

/* Shows the terminal's certificate. The card has shown itself to be of our issuer, so its refusal of a certificate that
 * it could read is about this terminal. */
static enum status session_show_certificate(struct session *session, const struct session_keys *keys) {
  enum status status = session_present(session, keys, KID_CA_KLOC, keys->ecka_certificate, keys->ecka_certificate_len);
  if (status == STATUS_NOT_FOUND && keys->terminal_ca_certificate != NULL)
    status = session_show_chain(session, keys);
  if (status == STATUS_NOT_AUTHENTICATED)
    return STATUS_TERMINAL_REVOKED;
  return status == STATUS_NOT_FOUND || status == STATUS_BAD_FORMAT ? STATUS_OTHER_ISSUER : status;
}

static enum status session_agree(struct session *session, const struct session_keys *keys,
                                 const uint8_t card_public[CRYPTO_P256_PUBLIC_SIZE]) {
  uint8_t ephemeral_private[CRYPTO_P256_PRIVATE_SIZE], ephemeral_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t request[SCP11_REQUEST_SIZE];
  const struct apdu authenticate = {.cla = CLA_PROPRIETARY,
                                    .ins = INS_MUTUAL_AUTHENTICATE,
                                    .p1 = KVN_FIRST,
                                    .p2 = KID_SCP11A,
                                    .data = request,
                                    .lc = sizeof request,
                                    .le = APDU_RESPONSE_DATA_MAX};
  const struct scp11_host host = {
      .oce_private = keys->ecka_private, .ephemeral_private = ephemeral_private, .sd_static = card_public};
  struct apdu_response response;

  if (!crypto_p256_generate(ephemeral_private, ephemeral_public))
    return STATUS_CRYPTO_FAILED;
  scp11_request_encode(ephemeral_public, request);
  enum status status = session_clear(session, &authenticate, &response);
  if (status != STATUS_OK) /* it has just taken our certificate */
    status = session_disturbed(&authenticate, response.sw, status);
  else
    status = scp11_finish(&host, request, response.data, response.len, &session->secure);
  crypto_wipe(ephemeral_private, sizeof ephemeral_private);
  return status;
}

enum status session_open(struct session *session, struct reader *reader, const struct session_keys *keys, bool desk) {
  uint8_t card_public[CRYPTO_P256_PUBLIC_SIZE];

  enum status status = session_select(session, reader);
  session->keys = keys;
  if (status == STATUS_CARD_EXPIRED && desk)
    status = STATUS_OK;
  if (status == STATUS_OK && session->state == CARD_INITIALISED)
    status = STATUS_CARD_NOT_PERSONALISED;
  if (status == STATUS_OK)
    status = session_read_certificate(session, keys, card_public, desk);
  if (status == STATUS_OK)
    status = session_show_certificate(session, keys);
  if (status == STATUS_OK)
    status = session_agree(session, keys, card_public);
  return status;
}

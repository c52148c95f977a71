/* SPDX-License-Identifier: Apache-2.0
 * Certification of a new card, with nothing taken on trust: the desk would write a wrong key once and for all. */
#include "certification.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/backend.h"
#include "epurse/pin_envelope.h"
#include "epurse/terminal.h"

#include "identity.h"
#include "pin_encipher.h"

/* The card must hold the key that it asks a certificate for, and be the chip that the session is with. */
static enum status request_check(const struct certification *certification, struct card_request *request) {
  enum status status = card_request_decode(certification->request, CARD_REQUEST_SIZE, request);
  if (status == STATUS_OK)
    status = record_verify(certification->request, CARD_REQUEST_SIZE, request->sig_public);
  if (status == STATUS_OK && memcmp(request->chip_serial, certification->chip_serial, CHIP_SERIAL_SIZE) != 0)
    status = STATUS_BAD_REPLY;
  return status;
}

static enum status pin_bind(struct terminal *terminal, const struct certification *certification,
                            char jwe[PIN_JWE_MAX]) {
  struct pin_envelope envelope = {.atc = 0};
  memcpy(envelope.cid, certification->cid, sizeof envelope.cid);
  memcpy(envelope.pin, certification->pin, sizeof envelope.pin);
  return pin_encipher(terminal, &envelope, jwe);
}

/* A certificate that goes onto the card: of that role, that key, by that authority. */
struct expected {
  const uint8_t *data;
  size_t len;
  struct certificate_check check;
  const uint8_t *public_key;           /* NULL: any */
  const uint8_t *subject;              /* NULL: any */
  const struct parameters *parameters; /* whose off-line limits it must have, or the card would refuse it; NULL: any */
};

static bool expected_holds(const struct expected *expected) {
  struct certificate certificate;
  return certificate_decode(expected->data, expected->len, &certificate) == STATUS_OK &&
         certificate_verify(&certificate, &expected->check) == STATUS_OK &&
         (expected->public_key == NULL ||
          memcmp(certificate.public_key, expected->public_key, CRYPTO_P256_PUBLIC_SIZE) == 0) &&
         (expected->subject == NULL || memcmp(certificate.subject, expected->subject, CERTIFICATE_SUBJECT_SIZE) == 0) &&
         (expected->parameters == NULL ||
          certificate_limits_are(&certificate, expected->parameters->currency, &expected->parameters->offline));
}

/* The key that the server's certificate is to be for: of its version, as this terminal knows it. */
static const uint8_t *server_expected(const struct terminal *terminal, const struct certification_reply *reply) {
  struct certificate certificate;
  const struct certificate *known = NULL;
  if (certificate_decode(reply->server, reply->server_len, &certificate) == STATUS_OK)
    known = identity_server(terminal, certificate.version, NULL);
  return known != NULL ? known->public_key : terminal->server.public_key;
}

/* The card CA that the server has certified this card with, of those that this terminal knows. */
static const struct certificate *card_ca_expected(const struct terminal *terminal,
                                                  const struct certification_reply *reply) {
  struct certificate certificate;
  const struct certificate *known = NULL;
  if (certificate_decode(reply->card_sig, reply->card_sig_len, &certificate) == STATUS_OK)
    known = identity_card_ca(terminal, certificate.ca_id, NULL);
  return known != NULL ? known : &terminal->card_ca;
}

/* The terminal CA may be a newer version than ours; the server's key must be the one that we know, or nothing that it
 * signs for this card could be checked here. */
static enum status certificates_check(const struct terminal *terminal, const struct certification *certification,
                                      const struct card_request *request) {
  const struct certification_reply *reply = &certification->reply;
  const struct certificate *card_ca = card_ca_expected(terminal, reply);
  const uint8_t *master = terminal->master_public, *ca = card_ca->public_key, *ca_subject = card_ca->subject,
                *now = reply->parameters.time;
  const struct expected expected[] = {
      {reply->terminal_ca, reply->terminal_ca_len, {master, NULL, ROLE_TERMINAL_CA, now}, NULL, NULL, NULL},
      {reply->server,
       reply->server_len,
       {master, NULL, ROLE_SERVER, now},
       server_expected(terminal, reply),
       NULL,
       NULL},
      {reply->card_ecka, reply->card_ecka_len, {ca, ca_subject, ROLE_CARD_ECKA, now}, request->ecka_public, NULL, NULL},
      {reply->card_sig,
       reply->card_sig_len,
       {ca, ca_subject, ROLE_CARD_SIG, now},
       request->sig_public,
       certification->cid,
       &reply->parameters}};
  if (memcmp(reply->master_public, master, CRYPTO_P256_PUBLIC_SIZE) != 0)
    return STATUS_BAD_CERTIFICATE;
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    if (!expected_holds(&expected[i]))
      return STATUS_BAD_CERTIFICATE;
  return STATUS_OK;
}

static enum status parameters_check(const struct terminal *terminal, const struct certification *certification) {
  const struct parameters *parameters = &certification->reply.parameters;
  uint8_t now[MOMENT_SIZE];
  moment_from_unix((int64_t)time(NULL), now);
  if (memcmp(parameters->cid, certification->cid, CID_SIZE) != 0 || date_passed(parameters->expiry, now))
    return STATUS_BAD_REPLY;
  int64_t skew = moment_to_unix(parameters->time) - moment_to_unix(now);
  if (skew > MESSAGE_CLOCK_SKEW || skew < -MESSAGE_CLOCK_SKEW)
    return STATUS_CLOCK_OFF;
  return parameters->currency == terminal->currency->numeric ? STATUS_OK : STATUS_WRONG_CURRENCY;
}

/* The PIN comes enciphered to this desk; a chosen one must come back as it was chosen. */
static enum status pin_take(const struct terminal *terminal, struct certification *certification) {
  struct pin_envelope envelope;
  uint8_t block[PIN_BLOCK_SIZE] = {0}, chosen[PIN_BLOCK_SIZE] = {0};
  enum status status = pin_open(certification->reply.pin_jwe, terminal->ecka, &envelope);
  if (status == STATUS_OK)
    status = pin_block_encode(envelope.pin, block);
  if (status == STATUS_OK && memcmp(envelope.cid, certification->cid, CID_SIZE) != 0)
    status = STATUS_BAD_REPLY;
  if (status == STATUS_OK && certification->pin[0] != 0) {
    status = pin_block_encode(certification->pin, chosen);
    if (status == STATUS_OK && !crypto_equal(block, chosen, sizeof block))
      status = STATUS_BAD_REPLY;
  }
  if (status == STATUS_OK)
    memcpy(certification->pin, envelope.pin, sizeof certification->pin);
  crypto_wipe(&envelope, sizeof envelope);
  crypto_wipe(block, sizeof block);
  crypto_wipe(chosen, sizeof chosen);
  return status == STATUS_OK ? STATUS_OK : STATUS_BAD_REPLY;
}

enum status certification_run(struct terminal *terminal, struct certification *certification) {
  struct certification_request question = {.pin_jwe = ""};
  struct card_request request;
  struct message reply;
  enum status status = request_check(certification, &request);
  if (status == STATUS_OK && certification->pin[0] != 0)
    status = pin_bind(terminal, certification, question.pin_jwe);
  if (status != STATUS_OK)
    return status;
  memcpy(question.cid, certification->cid, sizeof question.cid);
  memcpy(question.request, certification->request, sizeof question.request);
  json_t *body = certification_request_body(&question);
  status = backend_call(terminal->backend, MESSAGE_CARD_CERTIFICATION, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  if (status == STATUS_OK && certification_reply_parse(reply.body, &certification->reply) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  if (status == STATUS_OK)
    status = parameters_check(terminal, certification);
  if (status == STATUS_OK)
    status = certificates_check(terminal, certification, &request);
  return status == STATUS_OK ? pin_take(terminal, certification) : status;
}

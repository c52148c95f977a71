/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-certifications: a blank card has made its keys; here is everything that goes onto it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certify.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_desk.h"
#include "epurse/ledger_limit.h"
#include "epurse/message_desk.h"
#include "epurse/pin_envelope.h"
#include "http/request.h"
#include "pinstore.h"
#include "service.h"
#include "writer.h"

struct certifying {
  const uint8_t *tid; /* the desk's */
  uint8_t cid[CID_SIZE];
  struct ledger_certification certification;
};

struct card_search {
  const uint8_t *cid;
  struct ledger_card card;
};

static enum status find_card(struct ledger *ledger, void *context) {
  struct card_search *search = context;

  return ledger_card_find(ledger, search->cid, &search->card);
}

/* The keys belong to the chip that the number was reserved for, and it holds their private halves. */
static enum status check_request(struct service *service, const struct certification_request *body,
                                 struct card_request *keys) {
  struct card_search search = {.cid = body->cid};
  enum status status = card_request_decode(body->request, CARD_REQUEST_SIZE, keys);

  if (status == STATUS_OK)
    status = writer_read(service->writer, find_card, &search);
  if (status == STATUS_OK && memcmp(search.card.chip_serial, keys->chip_serial, CHIP_SERIAL_SIZE) != 0)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK && (!crypto_p256_valid(keys->sig_public) || !crypto_p256_valid(keys->ecka_public)))
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = record_verify(body->request, CARD_REQUEST_SIZE, keys->sig_public);
  return status;
}

/* The PIN that the cardholder chose, or a drawn one. */
static enum status obtain_pin(struct service *service, const struct certification_request *body,
                              struct pin_envelope *pin) {
  enum status status = STATUS_OK;

  if (body->pin_jwe[0] == '\0') {
    status = pinstore_draw(pin->pin);
  } else {
    status = pin_open(body->pin_jwe, service->keyring.server_pin, pin);
    if (status == STATUS_OK && (memcmp(pin->cid, body->cid, CID_SIZE) != 0 || pin->atc != 0))
      status = STATUS_BAD_FORMAT;
  }
  memcpy(pin->cid, body->cid, CID_SIZE);
  pin->atc = 0;
  return status;
}

static void fill_parameters(const struct service *service, const uint8_t cid[CID_SIZE], struct parameters *parameters) {
  const struct configuration *configuration = &service->configuration;

  memcpy(parameters->cid, cid, CID_SIZE);
  certify_expiry(service, parameters->expiry);
  parameters->currency = configuration->currency;
  parameters->purse_ceiling = configuration->purse_ceiling;
  parameters->payment_ceiling = configuration->payment_ceiling;
  parameters->no_pin = configuration->no_pin;
  parameters->offline = configuration->offline;
  moment_from_unix(service_now(service), parameters->time);
}

struct offline_asking {
  const uint8_t *tid;
  int64_t total;
};

static enum status offline_ask(struct ledger *ledger, void *context) {
  struct offline_asking *asking = context;

  return ledger_desk_offline_limit_read(ledger, asking->tid, &asking->total);
}

/* A desk that is not the issuer's own may make cards that pay off-line only as far as its administrators agreed. */
static enum status bound_offline(struct service *service, const uint8_t *desk, struct offline_limits *offline) {
  struct offline_asking asking = {.tid = desk, .total = LEDGER_OFFLINE_NEVER};
  enum status status = writer_read(service->writer, offline_ask, &asking);

  if (status != STATUS_OK || asking.total == LEDGER_OFFLINE_ISSUERS || asking.total >= offline->total)
    return status;
  if (asking.total == LEDGER_OFFLINE_NEVER) {
    *offline = (struct offline_limits){0};
    return STATUS_OK;
  }
  offline->total = (uint32_t)asking.total;
  offline->single = offline->single > offline->total ? offline->total : offline->single;
  return STATUS_OK;
}

static void copy_certificate(const struct keyring_certificate *from, uint8_t to[CERTIFICATE_MAX], size_t *len) {
  memcpy(to, from->data, from->len);
  *len = from->len;
}

static enum status fill_reply(struct service *service, const struct card_request *keys,
                              const struct certifying *certifying, struct certification_reply *filled) {
  const struct keyring *keyring = &service->keyring;

  fill_parameters(service, certifying->cid, &filled->parameters);
  enum status status = bound_offline(service, certifying->tid, &filled->parameters.offline);
  if (status != STATUS_OK)
    return status;
  filled->master_version = KVN_FIRST;
  memcpy(filled->master_public, keyring->master_public, CRYPTO_P256_PUBLIC_SIZE);
  copy_certificate(&keyring->terminal_ca_certificate, filled->terminal_ca, &filled->terminal_ca_len);
  copy_certificate(&keyring->server_certificate, filled->server, &filled->server_len);
  return certify_keys(service, keys, filled);
}

/* The PIN goes to the desk enciphered to its ECKA key. */
static enum status fill_pin(const struct request *request, const struct pin_envelope *pin,
                            struct certification_reply *filled) {
  char *jwe = NULL;
  enum status status = pin_seal(pin, request->terminal.ecka_public, &jwe);

  if (status == STATUS_OK && strlen(jwe) >= sizeof filled->pin_jwe)
    status = STATUS_INTERNAL;
  if (status == STATUS_OK)
    snprintf(filled->pin_jwe, sizeof filled->pin_jwe, "%s", jwe);
  free(jwe);
  return status;
}

static enum status certify(struct ledger *ledger, void *context) {
  const struct certifying *certifying = context;

  enum status status = ledger_desk_holds(ledger, certifying->tid, certifying->cid);

  return status == STATUS_OK ? ledger_card_certify(ledger, certifying->cid, &certifying->certification) : status;
}

static void fill_ledger(const struct card_request *keys, const struct certification_reply *filled,
                        struct certifying *certifying) {
  struct ledger_certification *certification = &certifying->certification;

  memcpy(certification->sig_public, keys->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification->ecka_public, keys->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification->expiry, filled->parameters.expiry, DATE_SIZE);
  certification->currency = filled->parameters.currency;
  certification->purse_ceiling = filled->parameters.purse_ceiling;
  certification->payment_ceiling = filled->parameters.payment_ceiling;
  certification->no_pin_single = filled->parameters.no_pin.single;
  certification->no_pin_total = filled->parameters.no_pin.total;
  memcpy(certification->sig_certificate, filled->card_sig, filled->card_sig_len);
  certification->sig_certificate_len = filled->card_sig_len;
}

void post_card_certification(struct service *service, const struct request *request, struct reply *reply) {
  struct certification_request body;
  struct certification_reply filled = {0};
  struct card_request keys = {0};
  struct certifying certifying = {.tid = request->terminal.tid};
  struct pin_envelope pin = {0};
  enum status status = certify_ready(service);

  if (status == STATUS_OK)
    status = certification_request_parse(request->message.body, &body);
  if (status == STATUS_OK) {
    memcpy(certifying.cid, body.cid, CID_SIZE);
    status = check_request(service, &body, &keys);
  }
  if (status == STATUS_OK)
    status = obtain_pin(service, &body, &pin);
  if (status == STATUS_OK)
    status = fill_reply(service, &keys, &certifying, &filled);
  if (status == STATUS_OK)
    status = fill_pin(request, &pin, &filled);
  if (status == STATUS_OK) {
    fill_ledger(&keys, &filled, &certifying);
    status = pinstore_mac(&service->keyring, body.cid, pin.pin, certifying.certification.pin_mac);
  }
  if (status == STATUS_OK)
    status = envelope_transact(service, request, certify, &certifying);
  crypto_wipe(&pin, sizeof pin);
  reply->status = status;
  if (status == STATUS_OK)
    reply_ok(reply, certification_reply_body(&filled));
}

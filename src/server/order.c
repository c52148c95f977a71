/* SPDX-License-Identifier: Apache-2.0
 * What purchases, loads and load inquiries have in common. */
#include "order.h"

#include <string.h>

#include "envelope.h"
#include "http/request.h"
#include "pinstore.h"
#include "service.h"
#include "signer.h"
#include "writer.h"

/* ---- before the transaction: all that needs cryptography but no lock ---- */

static enum status check_promise(const struct order *order) {
  bool load = order->promise.type == TRANSACTION_LOAD;

  if (order->promise.type > TRANSACTION_POINTS_PURCHASE || load != (order->request->message.type != MESSAGE_PURCHASE))
    return STATUS_BAD_FORMAT;
  if (memcmp(order->promise.tid, order->request->terminal.tid, TID_SIZE) != 0)
    return STATUS_NOT_PERMITTED; /* made for another terminal */
  return STATUS_OK;
}

static enum status find_card(struct ledger *ledger, void *context) {
  struct order *order = context;

  return ledger_card_find(ledger, order->promise.cid, &order->card);
}

static enum status check_card(struct order *order) {
  enum status status = writer_read(order->service->writer, find_card, order);

  if (status == STATUS_OK && order->card.state != LEDGER_CARD_ISSUED && order->card.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  return status == STATUS_OK ? record_verify(order->body.promise, PROMISE_SIZE, order->card.certification.sig_public)
                             : status;
}

/* Whether the ledger knows no PIN that the card can have: it was changed without the server hearing of its beginning, as
 * after a restoration. */
static bool pin_is_news(const struct order *order) {
  uint16_t changes = order->promise.pin_changes;
  return changes > order->card.pin_changes &&
         (!order->card.has_pin_candidate || changes != order->card.pin_candidate_changes);
}

/* The card says that the PIN was verified, and the server sees for itself. A promise from before a change that the card
 * has signed since tells nothing of the PIN as it is now, nor does one from after a change that is not known here:
 * nothing is compared, and nothing counted. */
static enum status check_pin(struct order *order) {
  struct pinstore_claim claim = {.jwe = order->body.pin_jwe, .cid = order->promise.cid, .atc = order->promise.atc};
  uint8_t mac[CRYPTO_SHA256_SIZE];

  order->pin = STATUS_DECLINED;
  if (!order->promise.pin_verified || order->body.pin_jwe[0] == '\0' ||
      order->promise.pin_changes < order->card.pin_changes)
    return STATUS_OK;
  if (pin_is_news(order)) {
    order->pin = STATUS_PIN_CHANGE_NEEDED;
    return STATUS_OK;
  }
  enum status status = pinstore_open(&order->service->keyring, &claim, mac);
  if (status == STATUS_OK) {
    enum pinstore_match match = pinstore_match(&order->card, order->promise.pin_changes, mac);
    order->pin = match == PINSTORE_NONE ? STATUS_WRONG_PIN : STATUS_OK;
    order->pin_is_candidate = match == PINSTORE_CANDIDATE;
  }
  crypto_wipe(mac, sizeof mac);
  return status == STATUS_BAD_FORMAT ? STATUS_OK : status;
}

static enum status order_open(struct order *order) {
  enum status status = order_request_parse(order->request->message.type, order->request->message.body, &order->body);

  if (status == STATUS_OK)
    status = promise_decode(order->body.promise, PROMISE_SIZE, &order->promise);
  if (status == STATUS_OK)
    status = check_promise(order);
  if (status == STATUS_OK)
    status = check_card(order);
  if (status == STATUS_OK)
    status = check_pin(order);
  order->offer = (struct signed_promise){.promise = &order->promise,
                                         .record = order->body.promise,
                                         .now = service_now(order->service),
                                         .reference = order->body.reference};
  order->offer.zone = service_zone(order->offer.now);
  return status;
}

/* ---- inside the transaction ---- */

/* Once for each promise: one that was answered does not come here. */
static enum status count_pin(struct ledger *ledger, const struct order *order, uint32_t before) {
  uint32_t failures = 0;

  if (order->pin == STATUS_WRONG_PIN)
    return ledger_card_pin_count(ledger, order->promise.cid, false, &failures);
  if (order->pin == STATUS_OK && before > 0)
    return ledger_card_pin_count(ledger, order->promise.cid, true, &failures);
  return STATUS_OK;
}

/* The card has signed that the change was made, and that it took this PIN: its record of the change need not come. */
static enum status settle_pin(struct ledger *ledger, const struct order *order) {
  if (order->pin != STATUS_OK || !order->pin_is_candidate)
    return STATUS_OK;
  return ledger_card_pin_settle(ledger, order->promise.cid);
}

/* Whoever tries PINs here, with an opened card or at a corrupt terminal, has five of them; after that nothing that is
 * said of a PIN in a promise counts, until the card has signed a change of it, here or in its record. That is no proof
 * against the card, so it is not blocked. */
static enum status decide(struct ledger *ledger, struct order *order, uint32_t failures) {
  if (order->card.state == LEDGER_CARD_BLOCKED)
    return STATUS_CARD_BLOCKED;
  if (order->card.suspended_at > 0)
    return STATUS_CARD_SUSPENDED;
  if (failures >= PIN_TRIES && !order->pin_is_candidate)
    return STATUS_PIN_CHANGE_NEEDED;
  enum status status = count_pin(ledger, order, failures);
  if (status == STATUS_OK)
    status = settle_pin(ledger, order);
  if (status != STATUS_OK)
    return status;
  if (order->pin == STATUS_OK)
    return order->decide(ledger, order);
  return order->pin == STATUS_PIN_CHANGE_NEEDED ? STATUS_PIN_CHANGE_NEEDED : STATUS_WRONG_PIN;
}

/* Whether a refusal is an answer of its own, to be signed and kept, and not a failure that takes the step back. */
static bool is_decline(enum status status) {
  return status != STATUS_OK && status != STATUS_LEDGER_BROKEN && status != STATUS_CARD_UNKNOWN &&
         status_http(status) == 200;
}

/* An inquiry is not an answer; but what ends an expired card is, whatever was asked. */
static enum status settle_answer(struct ledger *ledger, struct order *order, enum status status) {
  struct ledger_signer signer = signer_of(order->service);

  order->status = status;
  if (!is_decline(status) || (order->inquiry && status != STATUS_CARD_EXPIRED))
    return is_decline(status) ? STATUS_OK : status;
  return ledger_decline(ledger, &order->offer, status, &signer, &order->transaction);
}

static enum status order_step(struct ledger *ledger, void *context) {
  struct order *order = context;
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, &order->offer, &standing);

  if (status == STATUS_CARD_FORKED) {
    order->status = status; /* the ledger has blocked the card and kept the evidence */
    return STATUS_OK;
  }
  if (status == STATUS_OK && standing.answered) {
    order->transaction = standing.transaction;
    bool declined = standing.transaction.state == LEDGER_DECLINED;
    order->status = declined ? status_by_name(standing.transaction.reason) : STATUS_OK;
    return order->inquiry && !declined ? STATUS_EXISTS : STATUS_OK;
  }
  if (status == STATUS_OUT_OF_STEP && order->card.state == LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_BLOCKED; /* it was replaced: what counts is that it dies */
  return settle_answer(ledger, order, status == STATUS_OK ? decide(ledger, order, standing.pin_failures) : status);
}

/* ---- after it ---- */

static enum status fill_reply(const struct order *order, struct order_reply *filled) {
  const struct ledger_certification *card = &order->card.certification;

  *filled = (struct order_reply){0};
  if (order->status == STATUS_OK && !order->inquiry) {
    filled->has_authorisation = true;
    memcpy(filled->authorisation, order->transaction.authorisation, AUTHORISATION_SIZE);
    memcpy(filled->card_certificate, card->sig_certificate, card->sig_certificate_len);
    filled->card_certificate_len = card->sig_certificate_len;
  }
  if (order->status == STATUS_OK && order->inquiry)
    filled->owed = order->owed;
  if (order->status == STATUS_CARD_EXPIRED) { /* declined, at a time that makes the card turn EXPIRED (R8) */
    filled->has_authorisation = true;
    memcpy(filled->authorisation, order->transaction.authorisation, AUTHORISATION_SIZE);
  }
  if (order->status == STATUS_CARD_BLOCKED || order->status == STATUS_CARD_FORKED) {
    filled->has_block_order = true;
    return signer_block(order->service, order->promise.cid, filled->block_order);
  }
  return STATUS_OK;
}

static void log_order(const struct order *order, enum status status) {
  char cid[LOG_CID_SIZE];
  enum log_level level = LOG_INFO;

  if (status == STATUS_CARD_FORKED || status == STATUS_WRONG_PIN || status == STATUS_BAD_SIGNATURE ||
      status == STATUS_OUT_OF_STEP || status == STATUS_LEDGER_BROKEN)
    level = LOG_WARNING;
  log_cid(order->promise.cid, cid);
  log_line(&order->service->log, level, message_word(order->request->message.type),
           "tid=%s cid=%s atc=%lu amount=%lu code=%s", order->request->message.tid, cid,
           (unsigned long)order->promise.atc, (unsigned long)order->promise.amount, status_name(status));
}

void order_serve(struct order *order, struct reply *reply) {
  struct order_reply filled;
  enum status status = order_open(order);

  if (status == STATUS_OK)
    status = envelope_transact(order->service, order->request, order_step, order);
  if (status == STATUS_OK)
    status = fill_reply(order, &filled);
  reply->status = status == STATUS_OK ? order->status : status;
  if (status == STATUS_OK) {
    reply->body = order_reply_body(&filled);
    if (reply->body == NULL)
      reply->status = STATUS_NO_MEMORY;
  }
  log_order(order, reply->status);
}

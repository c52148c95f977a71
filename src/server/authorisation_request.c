/* SPDX-License-Identifier: Apache-2.0
 * What purchases, refunds, payouts, loads and load inquiries have in common. */
#include "authorisation_request.h"

#include <string.h>

#include "card_asked.h"
#include "envelope.h"
#include "epurse/message_alone.h"
#include "facts.h"
#include "http/peer.h"
#include "http/request.h"
#include "pinstore.h"
#include "service.h"
#include "signer.h"
#include "writer.h"

#define SUSPENDED_BY_PINS "five wrong PINs told" /* the reason, as card show and the list of suspended cards have it */

/* ---- before the transaction: all that needs cryptography but no lock ---- */

/* Whether a promise of that type may come with that message. */
static bool is_of(uint8_t type, enum message_type message) {
  switch (message) {
  case MESSAGE_PURCHASE:
    return type == TRANSACTION_PURCHASE || type == TRANSACTION_POINTS_PURCHASE;
  case MESSAGE_REFUND:
    return type == TRANSACTION_REFUND;
  case MESSAGE_PAYOUT:
    return type == TRANSACTION_PAYOUT;
  default:
    return type == TRANSACTION_LOAD;
  }
}

static enum status check_promise(const struct authorisation_request *asked) {
  if (!is_of(asked->promise.type, asked->request->message.type))
    return STATUS_BAD_FORMAT;
  if (memcmp(asked->promise.tid, asked->request->terminal.tid, TID_SIZE) != 0)
    return STATUS_NOT_PERMITTED; /* made for another terminal */
  return STATUS_OK;
}

static enum status find_card(struct ledger *ledger, void *context) {
  struct authorisation_request *asked = context;

  return ledger_card_identify(ledger, asked->promise.cid, &asked->card);
}

static enum status check_card(struct authorisation_request *asked) {
  const struct ledger_hint hint = {.cid = asked->promise.cid};
  const struct ledger_job reading = {.step = find_card, .context = asked, .hints = &hint, .hint_count = 1};
  enum status status = writer_read_job(asked->service->writer, &reading);

  if (status == STATUS_OK && asked->card.state != LEDGER_CARD_ISSUED && asked->card.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK)
    status = record_verify(asked->body.promise, PROMISE_SIZE, asked->card.certification.sig_public);
  return card_asked_unproved(asked->service, asked->request, asked->promise.cid, status);
}

/* Whether the ledger knows no PIN that the card can have: it was changed without the server hearing of its beginning,
 * as after a restoration. */
static bool pin_is_news(const struct authorisation_request *asked) {
  uint16_t changes = asked->promise.pin_changes;
  return changes > asked->card.pin_changes &&
         (!asked->card.has_pin_candidate || changes != asked->card.pin_candidate_changes);
}

/* The card says that the PIN was verified, and the server sees for itself. A promise from before a change that the card
 * has signed since tells nothing of the PIN as it is now, nor does one from after a change that is not known here:
 * nothing is compared, and nothing counted. */
static enum status check_pin(struct authorisation_request *asked) {
  struct pinstore_claim claim = {.jwe = asked->body.pin_jwe,
                                 .cid = asked->promise.cid,
                                 .agreement = asked->request->peer->pins,
                                 .atc = asked->promise.atc};
  uint8_t mac[CRYPTO_SHA256_SIZE];

  asked->pin = STATUS_DECLINED;
  if (!asked->promise.pin_verified || asked->body.pin_jwe[0] == '\0' ||
      asked->promise.pin_changes < asked->card.pin_changes)
    return STATUS_OK;
  if (pin_is_news(asked)) {
    asked->pin = STATUS_PIN_CHANGE_NEEDED;
    return STATUS_OK;
  }
  enum status status = pinstore_open(&asked->service->keyring, &claim, mac);
  if (status == STATUS_OK) {
    enum pinstore_match match = pinstore_match(&asked->card, asked->promise.pin_changes, mac);
    asked->pin = match == PINSTORE_NONE ? STATUS_WRONG_PIN : STATUS_OK;
    asked->pin_is_candidate = match == PINSTORE_CANDIDATE;
  }
  crypto_wipe(mac, sizeof mac);
  return status == STATUS_BAD_FORMAT ? STATUS_OK : status;
}

static enum status authorisation_open(struct authorisation_request *asked) {
  enum status status =
      transaction_request_parse(asked->request->message.type, asked->request->message.body, &asked->body);

  if (status == STATUS_OK)
    status = promise_decode(asked->body.promise, PROMISE_SIZE, &asked->promise);
  if (status == STATUS_OK)
    status = check_promise(asked);
  if (status == STATUS_OK)
    status = check_card(asked);
  if (status == STATUS_OK)
    status = check_pin(asked);
  asked->offer = (struct signed_promise){.promise = &asked->promise,
                                         .record = asked->body.promise,
                                         .now = service_now(asked->service),
                                         .reference = asked->body.reference};
  asked->offer.zone = service_zone(asked->offer.now);
  return status;
}

/* ---- inside the transaction ---- */

/* Once for each promise: one that was answered does not come here. The fifth suspends the card: its issuer looks
 * whether it is opened, or whether a terminal gave the server another PIN than the card. */
static enum status count_pin(struct ledger *ledger, struct authorisation_request *asked, uint32_t before) {
  uint32_t failures = 0;

  if (asked->pin == STATUS_WRONG_PIN) {
    enum status status = ledger_card_pin_count(ledger, asked->promise.cid, false, &failures);
    asked->suspended = failures >= PIN_TRIES;
    return status == STATUS_OK && asked->suspended
               ? ledger_card_suspend(ledger, asked->promise.cid, SUSPENDED_BY_PINS, asked->offer.now)
               : status;
  }
  if (asked->pin == STATUS_OK && before > 0)
    return ledger_card_pin_count(ledger, asked->promise.cid, true, &failures);
  return STATUS_OK;
}

/* The card has signed that the change was made, and that it took this PIN: its record of the change need not come. */
static enum status settle_pin(struct ledger *ledger, const struct authorisation_request *asked) {
  if (asked->pin != STATUS_OK || !asked->pin_is_candidate)
    return STATUS_OK;
  return ledger_card_pin_settle(ledger, asked->promise.cid, asked->promise.pin_changes);
}

/* Whether the card may pay without its PIN at all, and says that it was asked to; how much so is for the ledger to
 * say. */
static bool pin_is_waived(const struct authorisation_request *asked) {
  return asked->request->message.type == MESSAGE_PURCHASE && !asked->promise.pin_verified &&
         asked->card.certification.no_pin_single > 0;
}

/* Whoever tries PINs here, with an opened card or at a corrupt terminal, has five of them; then the card is suspended,
 * and when its issuer has resumed it nothing that is said of a PIN in a promise counts, until the card has signed a
 * change of it, here or in its record. That is no proof against the card, so it is not blocked. */
static enum status decide(struct ledger *ledger, struct authorisation_request *asked,
                          const struct promise_verdict *standing) {
  if (asked->card.state == LEDGER_CARD_BLOCKED)
    return card_refusal(&asked->card);
  if (standing->suspended)
    return STATUS_CARD_SUSPENDED;
  if (asked->no_pin)
    return asked->decide(ledger, asked);
  if (standing->pin_failures >= PIN_TRIES && !asked->pin_is_candidate)
    return STATUS_PIN_CHANGE_NEEDED;
  enum status status = count_pin(ledger, asked, standing->pin_failures);
  if (status == STATUS_OK)
    status = settle_pin(ledger, asked);
  if (status != STATUS_OK)
    return status;
  asked->offer.pin_right = asked->pin == STATUS_OK;
  if (asked->pin == STATUS_OK || pin_is_waived(asked))
    return asked->decide(ledger, asked);
  return asked->pin == STATUS_PIN_CHANGE_NEEDED ? STATUS_PIN_CHANGE_NEEDED : STATUS_WRONG_PIN;
}

/* Whether a refusal is an answer of its own, to be signed and kept, and not a failure that takes the step back. */
static bool is_decline(enum status status) {
  return status != STATUS_OK && status != STATUS_LEDGER_BROKEN && status != STATUS_CARD_UNKNOWN &&
         status_http(status) == 200;
}

/* An inquiry is not an answer; but what ends an expired card is, whatever was asked, and a wrong PIN, which counts
 * once. */
static bool is_stored(const struct authorisation_request *asked, enum status status) {
  return !asked->inquiry || status == STATUS_CARD_EXPIRED ||
         (status == STATUS_WRONG_PIN && asked->pin == STATUS_WRONG_PIN);
}

static enum status settle_answer(struct ledger *ledger, struct authorisation_request *asked, enum status status) {
  struct ledger_signer signer = signer_of(asked->service);

  asked->status = status;
  if (!is_decline(status) || !is_stored(asked, status))
    return is_decline(status) ? STATUS_OK : status;
  return ledger_decline(ledger, &asked->offer, status, &signer, &asked->transaction);
}

static enum status authorisation_step(struct ledger *ledger, void *context) {
  struct authorisation_request *asked = context;
  struct promise_verdict standing;
  enum status status = ledger_promise_open(ledger, &asked->offer, &standing);

  if (status == STATUS_CARD_FORKED) {
    asked->status = status; /* the ledger has blocked the card and kept the evidence */
    return STATUS_OK;
  }
  asked->offline_lacking = standing.offline_lacking;
  if (status == STATUS_OK && standing.answered) {
    asked->transaction = standing.transaction;
    bool declined = standing.transaction.state == LEDGER_DECLINED;
    asked->status = declined ? status_by_name(standing.transaction.reason) : STATUS_OK;
    return asked->inquiry && !declined ? STATUS_EXISTS : STATUS_OK;
  }
  if (status == STATUS_OUT_OF_STEP && asked->card.state == LEDGER_CARD_BLOCKED)
    status = card_refusal(&asked->card); /* it was replaced: what counts is that it dies */
  return settle_answer(ledger, asked, status == STATUS_OK ? decide(ledger, asked, &standing) : status);
}

/* ---- after it ---- */

static enum status fill_reply(const struct authorisation_request *asked, struct transaction_reply *filled) {
  const struct ledger_certification *card = &asked->card.certification;

  *filled = (struct transaction_reply){.offline_lacking = asked->offline_lacking};
  if (asked->request->message.type == MESSAGE_PURCHASE)
    filled->no_pin_single = asked->service->configuration.no_pin.single;
  if (asked->status == STATUS_OK && !asked->inquiry) {
    filled->has_authorisation = true;
    memcpy(filled->authorisation, asked->transaction.authorisation, AUTHORISATION_SIZE);
    memcpy(filled->card_certificate, card->sig_certificate, card->sig_certificate_len);
    filled->card_certificate_len = card->sig_certificate_len;
  }
  if (asked->status == STATUS_OK && asked->inquiry)
    filled->owed = asked->owed;
  if (asked->status == STATUS_CARD_EXPIRED) { /* declined, at a time that makes the card turn EXPIRED (R8) */
    filled->has_authorisation = true;
    memcpy(filled->authorisation, asked->transaction.authorisation, AUTHORISATION_SIZE);
  }
  if (asked->status == STATUS_CARD_BLOCKED || asked->status == STATUS_CARD_CLOSED ||
      asked->status == STATUS_CARD_FORKED) {
    filled->has_block_order = true;
    return signer_block(asked->service, asked->promise.cid, filled->block_order);
  }
  return STATUS_OK;
}

/* An approval proves itself, and by the promise's hash that it answers this one. What else there is to say comes under
 * a signature of its own: lacking payments, and the particulars that whoever takes this form has asked for before. */
static bool stands_alone(const struct authorisation_request *asked, const struct transaction_reply *filled) {
  return asked->request->takes_alone && message_alone_answers(asked->request->message.type) &&
         asked->status == STATUS_OK && filled->has_authorisation && filled->card_certificate_len > 0 &&
         !filled->has_block_order && filled->offline_lacking == 0;
}

static void log_authorisation(const struct authorisation_request *asked, enum status status) {
  char cid[LOG_CID_SIZE];
  enum log_level level = LOG_INFO;

  if (status == STATUS_CARD_FORKED || status == STATUS_WRONG_PIN || status == STATUS_BAD_SIGNATURE ||
      status == STATUS_OUT_OF_STEP || status == STATUS_LEDGER_BROKEN)
    level = LOG_WARNING;
  log_cid(asked->promise.cid, cid);
  log_line_soon(&asked->service->log, level, message_word(asked->request->message.type),
                "tid=%s cid=%s atc=%lu amount=%lu code=%s", asked->request->message.tid, cid,
                (unsigned long)asked->promise.atc, (unsigned long)asked->promise.amount, status_name(status));
  if (asked->suspended && status == STATUS_WRONG_PIN) {
    log_line(&asked->service->log, LOG_WARNING, "card-suspension", "tid=%s cid=%s reason=\"%s\"",
             asked->request->message.tid, cid, SUSPENDED_BY_PINS);
  }
}

static enum status authorisation_transact(struct authorisation_request *asked) {
  const struct ledger_hint hint = {.tid = asked->request->terminal.tid,
                                   .cid = asked->promise.cid,
                                   .atc = asked->promise.atc,
                                   .promise = true,
                                   .last_atc = asked->promise.last_atc,
                                   .reference = asked->body.reference,
                                   .numbered = envelope_numbers(asked->request),
                                   .limits = asked->promise.type == TRANSACTION_LOAD,
                                   .more = asked->promise.type > TRANSACTION_POINTS_PURCHASE};
  const struct ledger_job job = {.step = authorisation_step, .context = asked, .hints = &hint, .hint_count = 1};

  return envelope_transact_job(asked->service, asked->request, &job);
}

void authorisation_serve(struct authorisation_request *asked, struct reply *reply) {
  struct transaction_reply filled;
  enum status status = authorisation_open(asked);

  if (status == STATUS_OK)
    status = authorisation_transact(asked);
  if (status == STATUS_OK)
    status = fill_reply(asked, &filled);
  reply->status = status == STATUS_OK ? asked->status : status;
  if (status == STATUS_OK) {
    reply->alone = stands_alone(asked, &filled);
    if (reply->alone)
      filled.no_pin_single = 0;
    reply->body = transaction_reply_body(&filled);
    if (reply->body == NULL)
      reply->status = STATUS_NO_MEMORY;
  }
  log_authorisation(asked, reply->status);
}

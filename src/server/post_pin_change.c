/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/pin-changes, in two halves, each with what the card has signed. First the right PIN before a change: from
 * here on both PINs are known, each with the count of changes with which it is the card's. Then the change: the PIN
 * before it is forgotten. Where that record is lost, the count in the next promise says the same, so that neither half,
 * torn, leaves a card without a PIN. The old PIN does not come here: this is no place to find it out. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "http/request.h"
#include "pin_proof.h"
#include "pinstore.h"
#include "service.h"

struct pin_changing {
  struct pin_change_message body;
  struct pin_proof proof;
  uint8_t new_mac[CRYPTO_SHA256_SIZE]; /* first half */
  int64_t now;
  enum status outcome; /* what the terminal is told */
};

static bool is_begin(const struct pin_changing *changing) {
  return changing->body.new_pin_jwe[0] != '\0';
}

/* Which half it is, by what the card has signed. */
static enum status open_half(const struct service *service, struct pin_changing *changing) {
  struct pinstore_claim claim = {.jwe = changing->body.new_pin_jwe, .cid = changing->proof.said.cid};

  if (changing->proof.said.kind != (is_begin(changing) ? PIN_KIND_RIGHT : PIN_KIND_CHANGED))
    return STATUS_BAD_FORMAT;
  return is_begin(changing) ? pinstore_open(&service->keyring, &claim, changing->new_mac) : STATUS_OK;
}

/* The candidate is the PIN. What was said of another one in promises counts no more. */
static enum status settle(struct ledger *ledger, const struct ledger_card *card) {
  uint32_t failures = 0;
  enum status status = ledger_card_pin_settle(ledger, card->cid, card->pin_candidate_changes);

  return status == STATUS_OK && card->pin_failures > 0 ? ledger_card_pin_count(ledger, card->cid, true, &failures)
                                                       : status;
}

static bool is_candidates(const struct ledger_card *card, const struct pin_record *said) {
  return card->has_pin_candidate && memcmp(said->tid, card->pin_candidate_tid, TID_SIZE) == 0 &&
         memcmp(said->nonce, card->pin_candidate_nonce, NONCE_SIZE) == 0;
}

/* The same question again, because its answer was lost. */
static bool is_repeat(const struct ledger_card *card, const struct pin_changing *changing) {
  const struct pin_record *said = &changing->proof.said;

  return said->events == card->pin_events && is_candidates(card, said) &&
         crypto_equal(changing->new_mac, card->pin_candidate, LEDGER_PIN_MAC_SIZE);
}

/* A candidate that is there already was taken by the card, if it now signs that candidate's count of changes; else it
 * never will be, because the session that it belonged to is over. */
static enum status propose(struct ledger *ledger, struct pin_changing *changing, const struct ledger_card *card) {
  const struct pin_record *said = &changing->proof.said;
  struct ledger_pin_change change = {.candidate = changing->new_mac,
                                     .changes = (uint16_t)(said->pin_changes + 1),
                                     .tid = said->tid,
                                     .nonce = said->nonce};
  bool counted = false;

  if (is_repeat(card, changing))
    return STATUS_OK;
  enum status status = pin_proof_count(ledger, &changing->proof, &counted);
  if (status != STATUS_OK)
    return status;
  if (!counted || said->pin_changes < card->pin_changes || said->pin_changes == UINT16_MAX) {
    changing->outcome = STATUS_OUT_OF_STEP;
    return STATUS_OK;
  }
  if (card->has_pin_candidate && said->pin_changes == card->pin_candidate_changes)
    status = settle(ledger, card);
  return status == STATUS_OK ? ledger_card_pin_propose(ledger, card->cid, &change) : status;
}

static enum status begin(struct ledger *ledger, struct pin_changing *changing, const struct ledger_card *card) {
  changing->outcome = card_usable(card, changing->now);
  if (changing->outcome == STATUS_OK && card->suspended_at > 0)
    changing->outcome = STATUS_CARD_SUSPENDED;
  return changing->outcome == STATUS_OK ? propose(ledger, changing, card) : STATUS_OK;
}

/* Brought late it is as good as at once: what it says of the candidate stays true. */
static enum status finish(struct ledger *ledger, struct pin_changing *changing, const struct ledger_card *card) {
  const struct pin_record *said = &changing->proof.said;
  bool counted = false;
  enum status status = pin_proof_count(ledger, &changing->proof, &counted);

  if (status != STATUS_OK)
    return status;
  if (is_candidates(card, said) && said->pin_changes == card->pin_candidate_changes)
    return settle(ledger, card);
  changing->outcome = said->pin_changes <= card->pin_changes ? STATUS_OK : STATUS_OUT_OF_STEP;
  return STATUS_OK;
}

static enum status change(struct ledger *ledger, void *context) {
  struct pin_changing *changing = context;
  struct ledger_card card;
  enum status status = ledger_card_find(ledger, changing->proof.said.cid, &card);

  changing->outcome = STATUS_OK;
  if (status != STATUS_OK)
    return status;
  return is_begin(changing) ? begin(ledger, changing, &card) : finish(ledger, changing, &card);
}

void post_pin_change(struct service *service, const struct request *request, struct reply *reply) {
  struct pin_changing changing = {.now = service_now(service)};
  char cid[LOG_CID_SIZE];

  reply->status = pin_change_parse(request->message.body, &changing.body);
  if (reply->status == STATUS_OK)
    reply->status = pin_proof_open(service, request, changing.body.record, &changing.proof);
  if (reply->status == STATUS_OK)
    reply->status = open_half(service, &changing);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, change, &changing);
  if (reply->status == STATUS_OK)
    reply->status = changing.outcome;
  crypto_wipe(&changing.new_mac, sizeof changing.new_mac);
  log_cid(changing.proof.said.cid, cid);
  log_line(&service->log, reply->status == STATUS_OK ? LOG_INFO : LOG_WARNING, "pin-change",
           "tid=%s cid=%s half=%s code=%s", request->message.tid, cid, is_begin(&changing) ? "first" : "second",
           status_name(reply->status));
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/pin-changes: the first half of a change of PIN. From here on both PINs are the cardholder's; the card makes
 * the other half, and its next signed promise tells which of them it takes. So neither half, torn, leaves a card
 * without a PIN. The old PIN is tried here five times and no more: this is no place to find it out. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "pinstore.h"

struct pin_changing {
  struct pin_change_message body;
  uint8_t old_mac[CRYPTO_SHA256_SIZE], new_mac[CRYPTO_SHA256_SIZE];
  int64_t now;
  enum status outcome; /* what the terminal is told */
};

static enum status open_pins(const struct service *service, struct pin_changing *changing) {
  struct pinstore_claim old_pin = {.jwe = changing->body.pin_jwe, .cid = changing->body.cid};
  struct pinstore_claim new_pin = {.jwe = changing->body.new_pin_jwe, .cid = changing->body.cid};
  enum status status = pinstore_open(&service->keyring, &old_pin, changing->old_mac);

  return status == STATUS_OK ? pinstore_open(&service->keyring, &new_pin, changing->new_mac) : status;
}

/* A terminal shows the old PIN to the card before it asks here, so a wrong one does not come from an honest one. */
static enum status count_wrong(struct ledger *ledger, struct pin_changing *changing) {
  uint32_t failures = 0;
  enum status status = ledger_card_pin_change_count(ledger, changing->body.cid, &failures);

  changing->outcome = failures < PIN_TRIES ? STATUS_WRONG_PIN : STATUS_PIN_CHANGE_BLOCKED;
  return status;
}

/* The old PIN may be the candidate of a change before this one: the card took it, or the terminal would not ask. */
static enum status propose(struct ledger *ledger, struct pin_changing *changing, const struct ledger_card *card) {
  struct ledger_pin_change change = {.present = card->certification.pin_mac, .candidate = changing->new_mac};

  switch (pinstore_match(card, changing->old_mac)) {
  case PINSTORE_PRESENT:
    break;
  case PINSTORE_CANDIDATE:
    change.present = card->pin_candidate;
    break;
  case PINSTORE_NONE:
  default:
    return count_wrong(ledger, changing);
  }
  return ledger_card_pin_propose(ledger, card->cid, &change);
}

static enum status change(struct ledger *ledger, void *context) {
  struct pin_changing *changing = context;
  struct ledger_card card;
  enum status status = ledger_card_find(ledger, changing->body.cid, &card);

  if (status != STATUS_OK)
    return status;
  changing->outcome = facts_judge(&card, changing->now);
  if (changing->outcome == STATUS_OK && card.pin_change_failures >= PIN_TRIES)
    changing->outcome = STATUS_PIN_CHANGE_BLOCKED;
  return changing->outcome == STATUS_OK ? propose(ledger, changing, &card) : STATUS_OK;
}

void post_pin_change(struct service *service, const struct request *request, struct reply *reply) {
  struct pin_changing changing = {.now = service_now(service)};
  char cid[LOG_CID_SIZE];

  reply->status = pin_change_parse(request->message.body, &changing.body);
  if (reply->status != STATUS_OK)
    return;
  reply->status = open_pins(service, &changing);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, change, &changing);
  if (reply->status == STATUS_OK)
    reply->status = changing.outcome;
  crypto_wipe(&changing.old_mac, sizeof changing.old_mac);
  crypto_wipe(&changing.new_mac, sizeof changing.new_mac);
  log_cid(changing.body.cid, cid);
  log_line(&service->log, reply->status == STATUS_OK ? LOG_INFO : LOG_WARNING, "pin-change", "tid=%s cid=%s code=%s",
           request->message.tid, cid, status_name(reply->status));
}

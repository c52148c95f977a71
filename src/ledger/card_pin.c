/* SPDX-License-Identifier: Apache-2.0
 * A card's PIN as the issuer knows it: MACs, how often it was wrong, and what the card has signed of it. */
#include "card.h"
#include "store.h"

enum status ledger_card_pin_count(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool right, uint32_t *failures) {
  int64_t card = 0;
  *failures = 0;
  enum status status = card_number(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_PIN_COUNT);
  query_i64(&query, right ? 1 : 0);
  query_i64(&query, card);
  bool found = query_row(&query);
  *failures = (uint32_t)query_read_i64(&query);
  status = query_run(&query);
  return status == STATUS_OK && !found ? STATUS_CARD_UNKNOWN : status;
}

static enum status pin_card(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t *card) {
  struct card_brief brief;
  enum status status = card_number(ledger, cid, card);
  if (status == STATUS_OK)
    status = card_brief(ledger, *card, &brief);
  return status == STATUS_OK && !brief.certified ? STATUS_CARD_UNKNOWN : status;
}

enum status ledger_card_pin_event(struct ledger *ledger, const struct ledger_pin_event *event, bool *counted) {
  int64_t card = 0;
  *counted = false;
  enum status status = pin_card(ledger, event->cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_PIN_EVENT);
  query_i64(&query, event->number);
  query_i64(&query, event->wrong ? 1 : 0);
  query_i64(&query, card);
  *counted = query_row(&query);
  return query_run(&query);
}

enum status ledger_card_pin_propose(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                    const struct ledger_pin_change *change) {
  int64_t card = 0;
  enum status status = pin_card(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_PIN_PROPOSE);
  query_blob(&query, change->candidate, LEDGER_PIN_MAC_SIZE);
  query_i64(&query, change->changes);
  query_blob(&query, change->tid, TID_SIZE);
  query_blob(&query, change->nonce, NONCE_SIZE);
  query_i64(&query, card);
  return query_run(&query);
}

enum status ledger_card_pin_settle(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint16_t changes) {
  int64_t card = 0;
  enum status status = pin_card(ledger, cid, &card);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_CARD_PIN_SETTLE);
  query_i64(&query, card);
  query_i64(&query, changes);
  return query_run(&query);
}

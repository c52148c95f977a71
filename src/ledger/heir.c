/* SPDX-License-Identifier: Apache-2.0
 * Where a card's money went, read from the renewals and replacements. */
#include "heir.h"

#include "card.h"
#include "epurse/ledger_renewal.h"
#include "store.h"

enum status renewal_read(struct ledger *ledger, int64_t card, struct renewal *renewal) {
  struct query query = query_begin(ledger, QUERY_RENEWAL_FIND);
  query_i64(&query, card);
  (void)query_row(&query);
  renewal->successor = query_read_i64(&query);
  renewal->balance = query_read_i64(&query);
  renewal->owed = query_read_i64(&query);
  renewal->points = query_read_i64(&query);
  renewal->points_owed = query_read_i64(&query);
  renewal->since = query_read_i64(&query);
  renewal->at = query_read_i64(&query);
  return query_end(&query);
}

enum status replacement_read(struct ledger *ledger, int64_t card, int64_t *successor, struct ledger_replacement *done) {
  struct query query = query_begin(ledger, QUERY_REPLACEMENT_FIND);
  query_i64(&query, card);
  (void)query_row(&query);
  *successor = query_read_i64(&query);
  done->balance = query_read_i64(&query);
  done->owed = query_read_i64(&query);
  done->points = query_read_i64(&query);
  done->settled_atc = (uint32_t)query_read_i64(&query);
  done->at = query_read_i64(&query);
  return query_end(&query);
}

enum status card_heir(struct ledger *ledger, int64_t *card) {
  struct ledger_replacement done;
  struct renewal part;
  int64_t successor = 0;
  enum status status = STATUS_OK;
  do { /* a card is renewed and replaced by one in use, so that this ends */
    status = replacement_read(ledger, *card, &successor, &done);
    if (status == STATUS_OK && successor == 0) {
      status = renewal_read(ledger, *card, &part);
      successor = part.successor;
    }
    *card = successor != 0 ? successor : *card;
  } while (status == STATUS_OK && successor != 0);
  return status;
}

enum status card_replaced(struct ledger *ledger, int64_t card, bool *replaced) {
  struct ledger_replacement done;
  int64_t successor = 0;
  enum status status = replacement_read(ledger, card, &successor, &done);
  *replaced = successor != 0;
  return status;
}

enum status ledger_card_moves(struct ledger *ledger, const uint8_t cid[CID_SIZE], struct ledger_card_moves *moves) {
  struct renewal part = {0};
  int64_t card = 0;
  *moves = (struct ledger_card_moves){0};
  enum status status = card_number(ledger, cid, &card);
  if (status == STATUS_OK)
    status = card_replaced(ledger, card, &moves->replaced);
  if (status == STATUS_OK)
    status = renewal_read(ledger, card, &part);
  moves->renewed = part.successor != 0;
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * Off-line purchases that cards announce: held until they are brought in. */
#include "announced.h"

#include "card.h"
#include "posting.h"
#include "store.h"

enum status offline_announced_read(struct ledger *ledger, struct offline_announced *announced) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_ANNOUNCED);
  query_i64(&query, announced->card);
  query_i64(&query, announced->since);
  (void)query_row(&query);
  announced->count = query_read_i64(&query);
  announced->sum = query_read_i64(&query);
  return query_end(&query);
}

enum status offline_announce(struct ledger *ledger, const struct offline_announced *announced) {
  enum status status = account_need(ledger, account_of_card(announced->card, ACCOUNT_OFFLINE));
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_OFFLINE_ANNOUNCE);
  query_i64(&query, announced->card);
  query_i64(&query, announced->since);
  query_i64(&query, announced->count);
  query_i64(&query, announced->sum);
  return query_run(&query);
}

enum status offline_release(struct ledger *ledger, int64_t card) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_RELEASE);
  query_i64(&query, card);
  return query_run(&query);
}

enum status ledger_offline_lapse(struct ledger *ledger, int64_t before, unsigned most) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_LAPSE);
  query_i64(&query, before);
  query_i64(&query, most);
  return query_run(&query);
}

enum status offline_lack_read(struct ledger *ledger, int64_t card, struct ledger_offline_lack *lack) {
  struct query query = query_begin(ledger, QUERY_OFFLINE_LACK);
  query_i64(&query, card);
  (void)query_row(&query);
  lack->count = (uint32_t)query_read_i64(&query);
  lack->sum = query_read_i64(&query);
  return query_end(&query);
}

enum status ledger_offline_lacking(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                   struct ledger_offline_lack *lack) {
  int64_t card = 0;
  *lack = (struct ledger_offline_lack){0};
  enum status status = card_number(ledger, cid, &card);
  return status == STATUS_OK ? offline_lack_read(ledger, card, lack) : status;
}

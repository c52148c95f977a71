/* SPDX-License-Identifier: Apache-2.0
 * Figures for metrics, from small tables and the few accounts that are not cards'. */
#include <string.h>

#include "epurse/ledger_totals.h"
#include "store.h"

static enum status totals_cards(struct ledger *ledger, struct ledger_totals *totals) {
  struct query query = query_begin(ledger, QUERY_TOTAL_CARDS);
  while (query_row(&query)) {
    int64_t state = query_read_i64(&query);
    int64_t cards = query_read_i64(&query);
    if (state >= LEDGER_CARD_RESERVED && state <= LEDGER_CARD_RETIRED)
      totals->cards[state] = (uint64_t)cards;
  }
  return query_end(&query);
}

/* A million take a tenth of a second. What a step changes can be taken back. */
static enum status totals_cards_known(struct ledger *ledger, struct ledger_totals *totals) {
  if (ledger->cards_counted) {
    memcpy(totals->cards, ledger->cards, sizeof totals->cards);
    return STATUS_OK;
  }
  enum status status = totals_cards(ledger, totals);
  memcpy(ledger->cards, totals->cards, sizeof totals->cards);
  ledger->cards_counted = status == STATUS_OK && !ledger->driver->shared && !ledger->stepping;
  return status;
}

static enum status totals_rows(struct ledger *ledger, struct ledger_totals *totals) {
  struct query query = query_begin(ledger, QUERY_TOTAL_ROWS);
  (void)query_row(&query);
  totals->pool_free = (uint64_t)query_read_i64(&query);
  totals->terminals = (uint64_t)query_read_i64(&query);
  totals->merchants = (uint64_t)query_read_i64(&query);
  totals->incidents = (uint64_t)query_read_i64(&query);
  return query_end(&query);
}

/* Counting millions of rows takes a second: once, then each commit adds its own. What others post meanwhile they count,
 * until an audit, which reads all rows anyway, has this one count anew. */
static enum status totals_postings(struct ledger *ledger, struct ledger_totals *totals) {
  enum status status = STATUS_OK;
  if (!ledger->postings_counted) {
    struct query query = query_begin(ledger, QUERY_TOTAL_POSTINGS);
    (void)query_row(&query);
    int64_t since = ledger->moves.postings - ledger->postings_before;
    ledger->moves.postings = query_read_i64(&query) - ledger->step_moves.postings;
    ledger->postings_before = ledger->moves.postings - since;
    status = query_end(&query);
    ledger->postings_counted = status == STATUS_OK;
  }
  totals->postings = (uint64_t)ledger->moves.postings;
  return status;
}

/* Likewise; but others end holds that began here, so where they do it is asked each time. */
static enum status totals_holds(struct ledger *ledger, struct ledger_totals *totals) {
  enum status status = STATUS_OK;
  if (!ledger->holds_counted || ledger->driver->shared) {
    struct query query = query_begin(ledger, QUERY_TOTAL_HOLDS);
    (void)query_row(&query);
    ledger->moves.holds = query_read_i64(&query) - ledger->step_moves.holds;
    status = query_end(&query);
    ledger->holds_counted = status == STATUS_OK;
  }
  totals->open_holds = (uint64_t)ledger->moves.holds;
  return status;
}

static enum status due_add(struct ledger *ledger, struct due *due) {
  struct query query = query_begin(ledger, QUERY_DUE_SINCE);
  query_i64(&query, due->last);
  (void)query_row(&query);
  int64_t last = query_read_i64(&query), money = query_read_i64(&query), points = query_read_i64(&query);
  enum status status = query_end(&query);
  if (status == STATUS_OK && last > 0)
    *due = (struct due){due->cut, last, due->money + money, due->points + points};
  return status;
}

/* Where no settlement is closed for long there are very many captures: each is added once, as captures are not
 * changed. */
static enum status due_follow(struct ledger *ledger, struct due *due) {
  struct query query = query_begin(ledger, QUERY_DUE_CUT);
  (void)query_row(&query);
  int64_t cut = query_read_i64(&query);
  enum status status = query_end(&query);
  if (status == STATUS_OK && cut != due->cut)
    *due = (struct due){.cut = cut, .last = cut};
  return status == STATUS_OK ? due_add(ledger, due) : status;
}

/* Where others capture too, numbers are not committed in their order; and a step's own captures may be taken back. */
static enum status due_begin(struct ledger *ledger, struct query *query) {
  enum status status = STATUS_OK;
  if (ledger->driver->shared || ledger->stepping) {
    *query = query_begin(ledger, QUERY_TOTAL_DUE);
    return status;
  }
  status = due_follow(ledger, &ledger->due);
  *query = query_begin(ledger, QUERY_TOTAL_DUE_KNOWN);
  query_i64(query, ledger->due.money);
  query_i64(query, ledger->due.points);
  return status;
}

/* All money sums to zero, so what cards hold is what the other accounts lack. */
static enum status totals_due(struct ledger *ledger, struct ledger_totals *totals) {
  struct query query;
  enum status status = due_begin(ledger, &query);
  (void)query_row(&query);
  totals->merchants_due = query_read_i64(&query);
  totals->tenders_due = -query_read_i64(&query);
  totals->points = -query_read_i64(&query);
  totals->paid_out = query_read_i64(&query);
  totals->fees = query_read_i64(&query);
  int64_t risk = -query_read_i64(&query); /* what it paid */
  totals->payouts_due = query_read_i64(&query);
  totals->deposits_taken = -query_read_i64(&query);
  totals->outstanding = totals->tenders_due + totals->deposits_taken + risk - totals->merchants_due -
                        totals->payouts_due - totals->paid_out - totals->fees;
  enum status ended = query_end(&query);
  return status == STATUS_OK ? ended : status;
}

static enum status totals_others(struct ledger *ledger, struct ledger_totals *totals) {
  enum status status = totals_rows(ledger, totals);
  if (status == STATUS_OK)
    status = totals_holds(ledger, totals);
  return status == STATUS_OK ? totals_due(ledger, totals) : status;
}

enum status ledger_totals(struct ledger *ledger, struct ledger_totals *totals) {
  memset(totals, 0, sizeof *totals);
  enum status status = totals_cards(ledger, totals);
  if (status == STATUS_OK)
    status = totals_postings(ledger, totals);
  return status == STATUS_OK ? totals_others(ledger, totals) : status;
}

uint64_t ledger_postings_made(const struct ledger *ledger) {
  return (uint64_t)(ledger->moves.postings - ledger->postings_before);
}

enum status ledger_totals_live(struct ledger *ledger, struct ledger_totals *totals) {
  memset(totals, 0, sizeof *totals);
  enum status status = totals_cards_known(ledger, totals);
  return status == STATUS_OK ? totals_others(ledger, totals) : status;
}

/* SPDX-License-Identifier: Apache-2.0
 * References: the row lies under (merchant, reference) and names the transaction that carries it. What was declined,
 * released or refunded lets go of it, but for what was honoured since; the database itself lets it leave nothing
 * else. */
#include "reference.h"

#include "card.h"
#include "payout.h"
#include "store.h"
#include "terminal.h"

static enum status reference_booking(struct ledger *ledger, int64_t merchant, const char *reference, int64_t *id) {
  struct query query = query_begin(ledger, QUERY_REFERENCE_FIND);
  query_i64(&query, merchant);
  query_text(&query, reference);
  bool found = query_row(&query);
  *id = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

/* Whether what carries the name was paid for and is not on the card yet: a claim of it that was released leaves it so,
 * but for one of a load that was given back since, or that nobody paid for under this name. */
static enum status reference_owed(struct ledger *ledger, int64_t id, uint8_t state, uint8_t tender, bool *owed) {
  *owed = state == LEDGER_OWED;
  if (state != LEDGER_RELEASED || tender != LEDGER_TENDER_OWED)
    return STATUS_OK;
  struct query query = query_begin(ledger, QUERY_REFERENCE_UNOWED);
  query_i64(&query, id);
  *owed = !query_row(&query);
  return query_end(&query);
}

static bool is_over(const struct booking *booking) {
  return booking->state == LEDGER_DECLINED || booking->state == LEDGER_REFUNDED ||
         (booking->state == LEDGER_RELEASED && !booking->honoured);
}

enum status reference_owed_refund(struct ledger *ledger, int64_t merchant, const char *reference, int64_t *card,
                                  struct ledger_named_refund *refund) {
  struct query query = query_begin(ledger, QUERY_OWED_REFERENCE_FIND);
  query_i64(&query, merchant);
  query_text(&query, reference);
  bool found = query_row(&query);
  *card = query_read_i64(&query);
  refund->atc = booking_atc(query_read_i64(&query));
  refund->amount = (uint32_t)query_read_i64(&query);
  query_read_blob(&query, refund->tid, TID_SIZE);
  refund->at = query_read_i64(&query);
  enum status status = query_end(&query);
  if (status == STATUS_OK && found)
    card_cid(ledger, *card, refund->cid);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

/* Purchases do not ask: each would cost a question more, and gives nothing back. */
static enum status judge_owed(struct ledger *ledger, const struct reference_wish *wish) {
  struct ledger_named_refund refund;
  const struct booking *wanted = &wish->booking;
  int64_t card = 0;
  if (wanted->type == TRANSACTION_PURCHASE || wanted->type == TRANSACTION_POINTS_PURCHASE)
    return STATUS_OK;
  enum status status = reference_owed_refund(ledger, wish->merchant, wish->reference, &card, &refund);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  bool same = wanted->type == TRANSACTION_REFUND && wanted->amount == (int64_t)refund.amount;
  return same ? STATUS_REFERENCE_DONE : STATUS_REFERENCE_USED;
}

enum status reference_judge(struct ledger *ledger, const struct reference_wish *wish) {
  struct booking there;
  const struct booking *wanted = &wish->booking;
  int64_t id = 0;
  bool owed = false;
  if (wish->reference == NULL || wish->reference[0] == '\0')
    return STATUS_OK;
  enum status status = judge_owed(ledger, wish);
  if (status == STATUS_OK)
    status = reference_booking(ledger, wish->merchant, wish->reference, &id);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  status = booking_read(ledger, id, &there);
  if (status != STATUS_OK)
    return status == STATUS_NOT_FOUND ? STATUS_LEDGER_BROKEN : status;
  status = reference_owed(ledger, id, there.state, there.tender, &owed);
  if (status != STATUS_OK || (is_over(&there) && !owed))
    return status;
  if (there.type != wanted->type || there.amount != wanted->amount)
    return STATUS_REFERENCE_USED;
  bool same = true;
  if (wish->payout != NULL)
    status = payout_same(ledger, id, wish->payout, &same);
  if (status != STATUS_OK || !same)
    return status == STATUS_OK ? STATUS_REFERENCE_USED : status;
  if (there.state == LEDGER_CAPTURED || there.honoured)
    return STATUS_REFERENCE_DONE;
  bool claim = owed && wanted->tender == LEDGER_TENDER_OWED && booking_card(id) == booking_card(wanted->id);
  return claim ? STATUS_OK : STATUS_REFERENCE_HELD;
}

/* Notes what it is a claim of: as long as the name is still with that. */
static enum status reference_claim(struct ledger *ledger, const struct reference_wish *wish) {
  struct query query = query_begin(ledger, QUERY_REFERENCE_CLAIM);
  query_i64(&query, wish->merchant);
  query_text(&query, wish->reference);
  query_i64(&query, wish->booking.id);
  return query_run(&query);
}

enum status reference_take(struct ledger *ledger, const struct reference_wish *wish) {
  if (wish->reference == NULL || wish->reference[0] == '\0')
    return STATUS_OK;
  enum status status = STATUS_OK;
  if (wish->booking.tender == LEDGER_TENDER_OWED)
    status = reference_claim(ledger, wish);
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_REFERENCE_TAKE);
  query_i64(&query, wish->merchant);
  query_text(&query, wish->reference);
  query_i64(&query, wish->booking.id);
  return query_run(&query);
}

enum status ledger_reference_refund(struct ledger *ledger, const uint8_t tid[TID_SIZE], const char *reference,
                                    struct ledger_named_refund *refund) {
  struct terminal_brief terminal;
  int64_t card = 0;
  enum status status = terminal_brief(ledger, tid, &terminal);
  return status == STATUS_OK ? reference_owed_refund(ledger, terminal.merchant, reference, &card, refund) : status;
}

enum status ledger_reference_find(struct ledger *ledger, const uint8_t tid[TID_SIZE], const char *reference,
                                  struct ledger_transaction *transaction, bool *owed) {
  struct terminal_brief terminal;
  int64_t id = 0;
  enum status status = terminal_brief(ledger, tid, &terminal);
  if (status == STATUS_OK)
    status = reference_booking(ledger, terminal.merchant, reference, &id);
  if (status == STATUS_OK)
    status = booking_transaction(ledger, id, transaction);
  return status == STATUS_OK ? reference_owed(ledger, id, transaction->state, transaction->tender.kind, owed) : status;
}

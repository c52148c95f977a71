/* SPDX-License-Identifier: Apache-2.0
 * The sums of a terminal, entry by entry. */
#include "epurse/terminal_count.h"

#include <stdio.h>
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/record.h"
#include "payout.h"

#define TENDER_CASH "cash"

const char *count_kind_name(enum count_kind kind) {
  static const char *const names[] = {
      [COUNT_SALE_PIN] = "sales_pin",
      [COUNT_SALE_NO_PIN] = "sales_no_pin",
      [COUNT_SALE_OFFLINE] = "sales_offline",
      [COUNT_SALE_POINTS] = "sales_points",
      [COUNT_REFUND] = "refunds",
      [COUNT_REFUND_POINTS] = "refunds_points",
      [COUNT_PAYOUT_CASH] = "payouts_cash",
      [COUNT_PAYOUT_TRANSFER] = "payouts_transfer",
      [COUNT_ELSEWHERE] = "elsewhere",
  };
  return kind < COUNT_KINDS ? names[kind] : "";
}

/* One that the card has committed is done when the cash is handed out, and nothing when it was put back. */
static enum count_fate payout_fate(const struct journal_entry *entry) {
  if (payout_is_transfer(entry))
    return entry->has_secret ? COUNT_DONE : COUNT_OPEN;
  return entry->has_secret && payout_said(entry) == HAND_OUT_DONE ? COUNT_DONE : COUNT_OPEN;
}

enum count_fate count_fate(const struct journal_entry *entry) {
  if (entry->state == JOURNAL_CANCELLED)
    return COUNT_VOID;
  if (entry->state == JOURNAL_SETTLED)
    return entry->type == TRANSACTION_PAYOUT && entry->has_secret ? COUNT_VOID : COUNT_DONE;
  if (entry->state == JOURNAL_CONFIRMED)
    return COUNT_DONE;
  if (entry->type == TRANSACTION_PAYOUT)
    return payout_fate(entry);
  return journal_entry_done(entry) ? COUNT_DONE : COUNT_OPEN;
}

/* With the deposit of the card that a payout in cash ended: it left the drawer too. */
static void sum_add(struct count_sum *sum, const struct journal_entry *entry) {
  sum->count++;
  sum->amount += entry->amount + entry->deposit;
}

static struct count_sum *load_sum(struct count *count, const char *kind) {
  for (size_t i = 0; i < count->load_count; i++)
    if (strcmp(count->loads[i].kind, kind) == 0)
      return &count->loads[i].sum;
  if (count->load_count == COUNT_TENDERS) {
    (void)snprintf(count->loads[COUNT_TENDERS - 1].kind, sizeof count->loads[0].kind, "other");
    return &count->loads[COUNT_TENDERS - 1].sum;
  }
  struct count_tender *fresh = &count->loads[count->load_count++];
  (void)snprintf(fresh->kind, sizeof fresh->kind, "%s", kind);
  return &fresh->sum;
}

/* The kind of one that is done and no load. The promise says whether a PIN was given, and how a sale was paid. */
static enum count_kind kind_of(const struct journal_entry *entry) {
  struct promise promise = {.pin_verified = true};
  if (entry->has_promise && promise_decode(entry->promise, PROMISE_SIZE, &promise) != STATUS_OK)
    promise = (struct promise){.pin_verified = true};
  if (entry->state == JOURNAL_SETTLED)
    return COUNT_ELSEWHERE;
  switch (entry->type) {
  case TRANSACTION_OFFLINE_PURCHASE:
    return COUNT_SALE_OFFLINE;
  case TRANSACTION_POINTS_PURCHASE:
    return COUNT_SALE_POINTS;
  case TRANSACTION_REFUND:
    return promise.sale_in_points ? COUNT_REFUND_POINTS : COUNT_REFUND;
  case TRANSACTION_PAYOUT:
    return payout_is_transfer(entry) ? COUNT_PAYOUT_TRANSFER : COUNT_PAYOUT_CASH;
  default:
    return promise.pin_verified ? COUNT_SALE_PIN : COUNT_SALE_NO_PIN;
  }
}

/* A load that another terminal settled is still one here: what was charged for it was kept. */
static struct count_sum *sum_of(struct count *count, const struct journal_entry *entry) {
  const bool charged = entry->state != JOURNAL_SETTLED || strcmp(entry->tender_kind, TENDER_OWED) != 0;
  if (entry->type == TRANSACTION_LOAD && charged)
    return load_sum(count, entry->tender_kind);
  return &count->kinds[kind_of(entry)];
}

bool cashier_valid(const char *name) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  size_t len = strlen(name);
  return len > 0 && len <= CASHIER_MAX && strspn(name, letters) == len;
}

static struct count_cashier *cashier_of(struct count *count, const char *name) {
  for (size_t i = 0; i < count->cashier_count; i++)
    if (strcmp(count->cashiers[i].name, name) == 0)
      return &count->cashiers[i];
  struct count_cashier *last = &count->cashiers[COUNT_CASHIERS - 1];
  if (count->cashier_count < COUNT_CASHIERS)
    last = &count->cashiers[count->cashier_count++];
  else
    name = "other";
  (void)snprintf(last->name, sizeof last->name, "%s", name);
  return last;
}

/* Of one that is done. What is paid with points, or ended elsewhere, is nobody's money. */
static void cashier_add(struct count *count, const struct journal_entry *entry) {
  if (entry->cashier[0] == 0 || (entry->type != TRANSACTION_LOAD && kind_of(entry) == COUNT_ELSEWHERE))
    return;
  struct count_cashier *cashier = cashier_of(count, entry->cashier);
  switch (entry->type) {
  case TRANSACTION_PURCHASE:
  case TRANSACTION_OFFLINE_PURCHASE:
    sum_add(&cashier->sales, entry);
    return;
  case TRANSACTION_REFUND:
    if (kind_of(entry) == COUNT_REFUND)
      sum_add(&cashier->refunds, entry);
    return;
  case TRANSACTION_LOAD:
    sum_add(&cashier->loads, entry);
    return;
  case TRANSACTION_PAYOUT:
    sum_add(&cashier->payouts, entry);
    return;
  default:
    return;
  }
}

void count_add(struct count *count, const struct journal_entry *entry) {
  const enum count_fate fate = count_fate(entry);
  if (fate == COUNT_OPEN) {
    if (count->open.count < COUNT_OPEN_MAX)
      count->open_numbers[count->open.count] = entry->id;
    sum_add(&count->open, entry);
    return;
  }
  if (count->first == 0) {
    count->first = entry->id;
    count->since = entry->time;
  }
  count->last = entry->id;
  if (fate == COUNT_VOID)
    return;
  sum_add(sum_of(count, entry), entry);
  cashier_add(count, entry);
  if (entry->state == JOURNAL_COMMITTED)
    sum_add(&count->waiting, entry);
}

int64_t count_drawer(const struct count *count) {
  int64_t drawer = -count->kinds[COUNT_PAYOUT_CASH].amount;
  for (size_t i = 0; i < count->load_count; i++)
    if (strcmp(count->loads[i].kind, TENDER_CASH) == 0)
      drawer += count->loads[i].sum.amount;
  return drawer;
}

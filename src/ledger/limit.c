/* SPDX-License-Identifier: Apache-2.0
 * Limits of exposure: rules, what is used of them, and what each load, refund or payout reserved. */
#include "limit.h"

#include "epurse/certificate.h"
#include "epurse/ledger_deny.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_offline.h"
#include "store.h"
#include "terminal.h"

#define LIMIT_ROWS_MAX 3

/* One row of what is used. */
struct limit_row {
  enum limit_kind kind;
  int64_t subject, day;
};

static struct limit_row limit_of_terminal(int64_t terminal, int64_t day) {
  return (struct limit_row){.kind = LIMIT_TERMINAL_LOADS, .subject = terminal, .day = day};
}

/* What is owed has no day. */
static struct limit_row limit_of_merchant(int64_t merchant) {
  return (struct limit_row){.kind = LIMIT_LOAD_CREDIT, .subject = merchant};
}

/* All that one load or refund takes of: *count of them. */
static void limit_rows(const struct limit_load *load, struct limit_row rows[LIMIT_ROWS_MAX], size_t *count) {
  *count = 0;
  if (load->payout) {
    rows[(*count)++] = (struct limit_row){.kind = LIMIT_TERMINAL_PAYOUTS, .subject = load->terminal, .day = load->day};
    return;
  }
  if (load->refund) {
    rows[(*count)++] = (struct limit_row){.kind = LIMIT_TERMINAL_REFUNDS, .subject = load->terminal, .day = load->day};
    rows[(*count)++] = (struct limit_row){.kind = LIMIT_MERCHANT_REFUNDS, .subject = load->merchant, .day = load->day};
  } else {
    rows[(*count)++] = limit_of_terminal(load->terminal, load->day);
  }
  if (!load->in_points)
    rows[(*count)++] = limit_of_merchant(load->merchant);
}

/* ---- rules ---- */

static enum status limit_rule(struct ledger *ledger, enum limit_kind kind, int64_t subject, int64_t allowed) {
  if (allowed < LEDGER_LIMIT_DEFAULT || allowed > LEDGER_LIMIT_MAX)
    return STATUS_BAD_FORMAT;
  struct query query = query_begin(ledger, allowed < 0 ? QUERY_LIMIT_RULE_DROP : QUERY_LIMIT_RULE_SET);
  query_i64(&query, kind);
  query_i64(&query, subject);
  if (allowed >= 0)
    query_i64(&query, allowed);
  return query_run(&query);
}

enum status limit_default(struct ledger *ledger, const struct ledger_settings *settings) {
  const struct {
    enum limit_kind kind;
    int64_t allowed;
  } rules[] = {{LIMIT_TERMINAL_LOADS, settings->terminal_loads},
               {LIMIT_LOAD_CREDIT, settings->load_credit},
               {LIMIT_TERMINAL_REFUNDS, settings->terminal_refunds},
               {LIMIT_MERCHANT_REFUNDS, settings->merchant_refunds},
               {LIMIT_TERMINAL_PAYOUTS, settings->terminal_payouts}};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < sizeof rules / sizeof rules[0]; i++)
    status = limit_rule(ledger, rules[i].kind, 0, rules[i].allowed);
  return status;
}

enum status limit_default_offline(struct ledger *ledger) {
  enum status status = limit_rule(ledger, LIMIT_OFFLINE_SUM, 0, LEDGER_OFFLINE_SUM);
  return status == STATUS_OK ? limit_rule(ledger, LIMIT_OFFLINE_COUNT, 0, LEDGER_OFFLINE_COUNT) : status;
}

static enum status limit_merchant(struct ledger *ledger, const char *id, int64_t *merchant) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_ID);
  query_text(&query, id);
  bool found = query_row(&query);
  *merchant = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static enum status terminal_rule(struct ledger *ledger, const uint8_t tid[TID_SIZE], enum limit_kind kind,
                                 int64_t allowed) {
  struct terminal_brief terminal;
  enum status status = terminal_brief(ledger, tid, &terminal);
  return status == STATUS_OK ? limit_rule(ledger, kind, terminal.number, allowed) : status;
}

static enum status merchant_rule(struct ledger *ledger, const char *id, enum limit_kind kind, int64_t allowed) {
  int64_t merchant = 0;
  enum status status = limit_merchant(ledger, id, &merchant);
  return status == STATUS_OK ? limit_rule(ledger, kind, merchant, allowed) : status;
}

enum status ledger_terminal_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t loads) {
  return terminal_rule(ledger, tid, LIMIT_TERMINAL_LOADS, loads);
}

enum status ledger_merchant_limit(struct ledger *ledger, const char *id, int64_t load_credit) {
  return merchant_rule(ledger, id, LIMIT_LOAD_CREDIT, load_credit);
}

enum status ledger_terminal_refund_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t refunds) {
  return terminal_rule(ledger, tid, LIMIT_TERMINAL_REFUNDS, refunds);
}

enum status ledger_terminal_payout_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t payouts) {
  return terminal_rule(ledger, tid, LIMIT_TERMINAL_PAYOUTS, payouts);
}

enum status ledger_merchant_refund_limit(struct ledger *ledger, const char *id, int64_t refunds) {
  return merchant_rule(ledger, id, LIMIT_MERCHANT_REFUNDS, refunds);
}

enum status ledger_desk_offline_limit(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t total) {
  bool never = total == LEDGER_OFFLINE_NEVER;
  if (total < LEDGER_OFFLINE_ISSUERS)
    return STATUS_BAD_FORMAT;
  enum status status = terminal_rule(ledger, tid, LIMIT_DESK_OFFLINE_NEVER,
                                     never ? LEDGER_LIMIT_NONE : LEDGER_LIMIT_DEFAULT); /* drops it */
  if (status != STATUS_OK)
    return status;
  if (never)
    return terminal_rule(ledger, tid, LIMIT_DESK_OFFLINE, LEDGER_LIMIT_DEFAULT);
  return terminal_rule(ledger, tid, LIMIT_DESK_OFFLINE, total == LEDGER_OFFLINE_ISSUERS ? LEDGER_LIMIT_NONE : total);
}

enum status ledger_desk_offline_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t *total) {
  struct query query = query_begin(ledger, QUERY_LIMIT_DESK_OFFLINE);
  query_blob(&query, tid, TID_SIZE);
  query_i64(&query, ROLE_ADMIN);
  query_i64(&query, LIMIT_DESK_OFFLINE);
  query_i64(&query, LIMIT_DESK_OFFLINE_NEVER);
  bool found = query_row(&query);
  *total = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_desk_offline_limit_own(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t *total) {
  struct query query = query_begin(ledger, QUERY_LIMIT_DESK_OFFLINE_OWN);
  query_blob(&query, tid, TID_SIZE);
  query_i64(&query, LIMIT_DESK_OFFLINE);
  query_i64(&query, LIMIT_DESK_OFFLINE_NEVER);
  bool found = query_row(&query);
  *total = query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

/* ---- where they stand ---- */

static enum status limit_read(struct ledger *ledger, const struct limit_row *row, struct ledger_limit *limit) {
  struct query query = query_begin(ledger, QUERY_LIMIT_READ);
  query_i64(&query, row->kind);
  query_i64(&query, row->subject);
  query_i64(&query, row->day);
  (void)query_row(&query);
  limit->allowed = query_read_i64(&query);
  limit->used = query_read_i64(&query);
  return query_end(&query);
}

static enum status terminal_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], struct limit_row row,
                                 struct ledger_limit *limit) {
  struct terminal_brief terminal;
  enum status status = terminal_brief(ledger, tid, &terminal);
  if (status != STATUS_OK)
    return status;
  row.subject = terminal.number;
  return limit_read(ledger, &row, limit);
}

static enum status merchant_read(struct ledger *ledger, const char *id, struct limit_row row,
                                 struct ledger_limit *limit) {
  enum status status = limit_merchant(ledger, id, &row.subject);
  return status == STATUS_OK ? limit_read(ledger, &row, limit) : status;
}

enum status ledger_terminal_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                       struct ledger_limit *limit) {
  return terminal_read(ledger, tid, limit_of_terminal(0, day), limit);
}

enum status ledger_merchant_limit_read(struct ledger *ledger, const char *id, struct ledger_limit *limit) {
  return merchant_read(ledger, id, limit_of_merchant(0), limit);
}

enum status ledger_terminal_refund_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                              struct ledger_limit *limit) {
  return terminal_read(ledger, tid, (struct limit_row){.kind = LIMIT_TERMINAL_REFUNDS, .day = day}, limit);
}

enum status ledger_terminal_payout_limit_read(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t day,
                                              struct ledger_limit *limit) {
  return terminal_read(ledger, tid, (struct limit_row){.kind = LIMIT_TERMINAL_PAYOUTS, .day = day}, limit);
}

enum status ledger_merchant_refund_limit_read(struct ledger *ledger, const char *id, int64_t day,
                                              struct ledger_limit *limit) {
  return merchant_read(ledger, id, (struct limit_row){.kind = LIMIT_MERCHANT_REFUNDS, .day = day}, limit);
}

enum status limit_allowance(struct ledger *ledger, int64_t terminal, struct ledger_offline_allowance *allowance) {
  const struct limit_row sum = {.kind = LIMIT_OFFLINE_SUM, .subject = terminal};
  const struct limit_row count = {.kind = LIMIT_OFFLINE_COUNT, .subject = terminal};
  struct ledger_limit limit;
  enum status status = limit_read(ledger, &sum, &limit);
  allowance->sum = limit.allowed;
  if (status == STATUS_OK)
    status = limit_read(ledger, &count, &limit);
  allowance->count = limit.allowed;
  return status;
}

/* ---- taken and given back ---- */

static enum status limit_check_row(struct ledger *ledger, const struct limit_row *row, int64_t amount) {
  struct ledger_limit limit;
  enum status status = limit_read(ledger, row, &limit);
  if (status != STATUS_OK || limit.allowed == LEDGER_LIMIT_NONE || amount <= limit.allowed - limit.used)
    return status;
  if (row->kind == LIMIT_TERMINAL_REFUNDS || row->kind == LIMIT_MERCHANT_REFUNDS)
    return STATUS_REFUND_LIMIT;
  if (row->kind == LIMIT_TERMINAL_PAYOUTS)
    return STATUS_PAYOUT_LIMIT;
  return row->kind == LIMIT_LOAD_CREDIT ? STATUS_MERCHANT_LIMIT : STATUS_TERMINAL_LIMIT;
}

enum status limit_check(struct ledger *ledger, const struct limit_load *load) {
  struct limit_row rows[LIMIT_ROWS_MAX];
  size_t count = 0;
  enum status status = STATUS_OK;
  limit_rows(load, rows, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    status = limit_check_row(ledger, &rows[i], load->amount);
  return load->refund && status == STATUS_MERCHANT_LIMIT ? STATUS_REFUND_LIMIT : status;
}

/* What a merchant owes is moved before this is called. */
static enum status limit_owe(struct ledger *ledger, enum query_name how, int64_t merchant) {
  struct query query = query_begin(ledger, how);
  query_i64(&query, merchant);
  return query_run(&query);
}

static enum status limit_take_row(struct ledger *ledger, const struct limit_row *row, int64_t amount) {
  if (row->kind == LIMIT_LOAD_CREDIT)
    return limit_owe(ledger, QUERY_LIMIT_OWE, row->subject);
  struct query query = query_begin(ledger, QUERY_LIMIT_TAKE);
  query_i64(&query, row->kind);
  query_i64(&query, row->subject);
  query_i64(&query, row->day);
  query_i64(&query, amount);
  return query_run(&query);
}

enum status limit_take_for_good(struct ledger *ledger, const struct limit_load *load) {
  struct limit_row rows[LIMIT_ROWS_MAX];
  size_t count = 0;
  enum status status = STATUS_OK;
  limit_rows(load, rows, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    status = limit_take_row(ledger, &rows[i], load->amount);
  return status;
}

enum status limit_take_offline(struct ledger *ledger, const struct limit_load *payment) {
  const struct limit_row sum = {.kind = LIMIT_OFFLINE_SUM, .subject = payment->terminal, .day = payment->day};
  const struct limit_row count = {.kind = LIMIT_OFFLINE_COUNT, .subject = payment->terminal, .day = payment->day};
  enum status status = limit_check_row(ledger, &sum, payment->amount);
  if (status == STATUS_OK)
    status = limit_check_row(ledger, &count, 1);
  if (status == STATUS_OK)
    status = limit_take_row(ledger, &sum, payment->amount);
  return status == STATUS_OK ? limit_take_row(ledger, &count, 1) : status;
}

enum status limit_take(struct ledger *ledger, const struct limit_load *load, int64_t booking) {
  struct query query = query_begin(ledger, QUERY_LIMIT_RESERVE);
  query_i64(&query, load->day);
  query_i64(&query, booking);
  enum status status = query_run(&query);
  return status == STATUS_OK ? limit_take_for_good(ledger, load) : status;
}

static enum status limit_give_row(struct ledger *ledger, const struct limit_row *row, int64_t amount) {
  if (row->kind == LIMIT_LOAD_CREDIT)
    return limit_owe(ledger, QUERY_LIMIT_OWE_LESS, row->subject);
  struct query query = query_begin(ledger, QUERY_LIMIT_GIVE);
  query_i64(&query, amount);
  query_i64(&query, row->kind);
  query_i64(&query, row->subject);
  query_i64(&query, row->day);
  return query_run(&query);
}

/* A load without a reservation is the audit's to find; its money goes back all the same. */
enum status limit_give_back(struct ledger *ledger, const struct booking *booking) {
  struct query query = query_begin(ledger, QUERY_LIMIT_RETURN);
  query_i64(&query, booking->id);
  bool found = query_row(&query);
  int64_t day = query_read_i64(&query);
  enum status status = query_run(&query);
  if (status != STATUS_OK || !found)
    return status;
  const struct limit_load load = {.refund = booking->type == TRANSACTION_REFUND,
                                  .payout = booking->type == TRANSACTION_PAYOUT,
                                  .in_points = booking->in_points,
                                  .terminal = booking->terminal,
                                  .merchant = booking->merchant,
                                  .day = day};
  struct limit_row rows[LIMIT_ROWS_MAX];
  size_t count = 0;
  limit_rows(&load, rows, &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    status = limit_give_row(ledger, &rows[i], booking->amount);
  return status;
}

enum status limit_set_off(struct ledger *ledger, int64_t settlement) {
  struct query query = query_begin(ledger, QUERY_LIMIT_SET_OFF);
  query_i64(&query, settlement);
  return query_run(&query);
}

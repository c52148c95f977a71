/* SPDX-License-Identifier: Apache-2.0
 * The ledger's invariants, a few cards at a time: a pass over all accounts that never ends and never costs much. */
#include <stdarg.h>
#include <stdio.h>

#include "card.h"
#include "epurse/ledger_audit.h"
#include "store.h"

#define WATCH_START        (-(INT64_C(1) << 62)) /* below every account */
#define WATCH_DUE          (INT64_C(1) << 61)    /* above every account: from here on captures, by their numbers */
#define CAPTURES_LEAST     1000                  /* of a slice; as quick as some cards */
#define CAPTURES_OF_A_CARD 40                    /* likewise */
#define ACCOUNTS_OF_A_CARD 6                     /* as many others go into a slice instead of a card */
#define ACCOUNTS_APART     16                    /* the numbers of two neighbouring cards' accounts */

struct pass {
  struct ledger *ledger;
  struct ledger_watch *slice;
  int64_t from, to;      /* accounts: from < id <= to; neither is in the midst of a card */
  int64_t first, last;   /* its cards; none where last is below first */
  int64_t money, points; /* of what the pass has gone over, before this slice */
};

enum status ledger_watch_begin(struct ledger *ledger, bool *in_step) {
  *in_step = ledger->driver->watch != NULL;
  if (ledger->stepping)
    return STATUS_INTERNAL;
  ledger->watch_cursor = WATCH_START;
  return ledger->driver->watch == NULL ? STATUS_OK : ledger->driver->script(ledger->store, ledger->driver->watch);
}

static void watch_report(struct pass *pass, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void watch_report(struct pass *pass, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  pass->slice->findings++;
  pass->slice->report(pass->slice->context, line);
}

/* ---- the slice ---- */

static enum status watch_where(struct pass *pass) {
  if (pass->ledger->driver->watch == NULL) {
    pass->from = pass->ledger->watch_cursor;
    return pass->from == 0 ? STATUS_INTERNAL : STATUS_OK; /* not begun */
  }
  struct query query = query_begin(pass->ledger, QUERY_WATCH_READ);
  (void)query_row(&query);
  pass->from = query_read_i64(&query);
  pass->money = query_read_i64(&query);
  pass->points = query_read_i64(&query);
  return query_end(&query);
}

static enum status watch_last(struct pass *pass, enum query_name name, int64_t from, int64_t most, int64_t *last) {
  struct query query = query_begin(pass->ledger, name);
  query_i64(&query, from);
  query_i64(&query, most);
  (void)query_row(&query);
  *last = query_read_i64(&query);
  return query_end(&query);
}

/* Accounts of no card first, then cards with all of theirs: a slice ends behind the last account that its last card can
 * have. No account has the number 0, so that 0 is the end of the pass. */
static enum status watch_bound(struct pass *pass) {
  int64_t cards = pass->slice->cards;
  pass->first = pass->from < 0 ? 1 : (pass->from + 1) / ACCOUNTS_APART;
  pass->last = pass->to = 0;
  enum status status = pass->from >= 0
                           ? STATUS_OK
                           : watch_last(pass, QUERY_WATCH_BOUND, pass->from, cards * ACCOUNTS_OF_A_CARD, &pass->to);
  if (status != STATUS_OK || pass->to != 0)
    return status;
  status = watch_last(pass, QUERY_WATCH_BOUND_CARDS, pass->first - 1, cards, &pass->last);
  if (pass->last > 0)
    pass->to = pass->last * ACCOUNTS_APART + ACCOUNTS_APART - 1;
  return status;
}

static enum status watch_move(struct pass *pass, int64_t cursor, int64_t money, int64_t points) {
  if (pass->ledger->driver->watch == NULL) {
    pass->ledger->watch_cursor = cursor;
    return STATUS_OK;
  }
  struct query query = query_begin(pass->ledger, QUERY_WATCH_MOVE);
  query_i64(&query, cursor);
  query_i64(&query, money);
  query_i64(&query, points);
  return query_run(&query);
}

/* ---- what must hold ---- */

static enum status watch_bounds(struct pass *pass) {
  struct query query = query_begin(pass->ledger, QUERY_WATCH_BOUNDS);
  query_i64(&query, pass->from);
  query_i64(&query, pass->to);
  query_i64(&query, pass->first);
  query_i64(&query, pass->last);
  while (query_row(&query)) {
    long long account = query_read_i64(&query), balance = query_read_i64(&query), floor = query_read_i64(&query),
              ceiling = query_read_i64(&query);
    watch_report(pass, "account %lld has %lld, outside %lld to %lld", account, balance, floor, ceiling);
  }
  return query_end(&query);
}

static enum status watch_balances(struct pass *pass) {
  struct query query = query_begin(pass->ledger, QUERY_WATCH_BALANCES);
  query_i64(&query, pass->first);
  query_i64(&query, pass->last);
  while (query_row(&query)) {
    long long account = query_read_i64(&query), balance = query_read_i64(&query), made = query_read_i64(&query);
    watch_report(pass, "account %lld has %lld, its postings make %lld", account, balance, made);
  }
  return query_end(&query);
}

static enum status watch_holds(struct pass *pass) {
  struct query query = query_begin(pass->ledger, QUERY_WATCH_HOLDS);
  query_i64(&query, pass->first);
  query_i64(&query, pass->last);
  while (query_row(&query)) {
    uint8_t cid[CID_SIZE];
    char text[17];
    card_cid(pass->ledger, query_read_i64(&query), cid);
    cid_print(cid, text);
    long long held = query_read_i64(&query), money = query_read_i64(&query), points = query_read_i64(&query);
    watch_report(pass, "card %s: %lld and %lld points in hold are not those of its open hold %lld", text, money, points,
                 held);
  }
  return query_end(&query);
}

static enum status watch_add(struct pass *pass, struct query *query) {
  (void)query_row(query);
  pass->money += query_read_i64(query);
  pass->points += query_read_i64(query);
  return query_end(query);
}

/* Adds the accounts of the slice to the sums. */
static enum status watch_add_slice(struct pass *pass) {
  struct query query = query_begin(pass->ledger, QUERY_WATCH_SUM);
  query_i64(&query, pass->from);
  query_i64(&query, pass->to);
  query_i64(&query, pass->first);
  query_i64(&query, pass->last);
  return watch_add(pass, &query);
}

static enum status watch_slice(struct pass *pass) {
  enum status status = watch_bounds(pass);
  if (status == STATUS_OK && pass->last >= pass->first)
    status = watch_balances(pass);
  if (status == STATUS_OK && pass->last >= pass->first)
    status = watch_holds(pass);
  if (status == STATUS_OK && pass->ledger->driver->watch != NULL)
    status = watch_add_slice(pass);
  return status == STATUS_OK ? watch_move(pass, pass->to, pass->money, pass->points) : status;
}

/* What is in no slice. Where others work meanwhile, all at once. */
static enum status watch_end(struct pass *pass) {
  struct query query =
      query_begin(pass->ledger, pass->ledger->driver->watch == NULL ? QUERY_WATCH_WHOLE : QUERY_WATCH_RISK);
  enum status status = watch_add(pass, &query);
  if (status != STATUS_OK)
    return status;
  if (pass->money != 0)
    watch_report(pass, "money does not sum to zero but to %lld", (long long)pass->money);
  if (pass->points != 0)
    watch_report(pass, "points do not sum to zero but to %lld", (long long)pass->points);
  pass->slice->passed = true;
  return watch_move(pass, WATCH_START, 0, 0);
}

/* ---- what merchants are due since the last settlement: nothing behind the pass changes but that one is closed ---- */

static enum status watch_cut(struct pass *pass, int64_t *cut) {
  struct query query = query_begin(pass->ledger, QUERY_DUE_CUT);
  (void)query_row(&query);
  *cut = query_read_i64(&query);
  return query_end(&query);
}

static enum status watch_captures(struct pass *pass) {
  const int64_t most = CAPTURES_LEAST + (int64_t)pass->slice->cards * CAPTURES_OF_A_CARD;
  struct query query = query_begin(pass->ledger, QUERY_WATCH_DUE);
  query_i64(&query, pass->from - WATCH_DUE);
  query_i64(&query, most);
  (void)query_row(&query);
  int64_t count = query_read_i64(&query), last = query_read_i64(&query);
  pass->money += query_read_i64(&query);
  pass->points -= query_read_i64(&query);
  enum status status = query_end(&query);
  if (status != STATUS_OK)
    return status;
  return count < most ? watch_end(pass) : watch_move(pass, WATCH_DUE + last, pass->money, pass->points);
}

/* What a settlement closed meanwhile is in accounts now: the pass begins anew. */
static enum status watch_due(struct pass *pass) {
  int64_t cut = 0;
  enum status status = watch_cut(pass, &cut);
  if (status == STATUS_OK && cut != pass->ledger->watch_cut)
    return watch_move(pass, WATCH_START, 0, 0);
  return status == STATUS_OK ? watch_captures(pass) : status;
}

static enum status watch_due_begin(struct pass *pass) {
  if (pass->ledger->driver->watch == NULL)
    return watch_end(pass);
  enum status status = watch_cut(pass, &pass->ledger->watch_cut);
  pass->from = WATCH_DUE + pass->ledger->watch_cut;
  return status == STATUS_OK ? watch_captures(pass) : status;
}

static enum status watch_accounts(struct pass *pass) {
  enum status status = watch_bound(pass);
  if (status != STATUS_OK)
    return status;
  return pass->to == 0 ? watch_due_begin(pass) : watch_slice(pass);
}

enum status ledger_watch(struct ledger *ledger, struct ledger_watch *slice) {
  struct pass pass = {.ledger = ledger, .slice = slice};
  slice->passed = false;
  slice->findings = 0;
  if (slice->cards == 0 || (ledger->driver->watch != NULL && !ledger->stepping))
    return STATUS_INTERNAL;
  enum status status = watch_where(&pass);
  if (status == STATUS_OK)
    status = pass.from >= WATCH_DUE ? watch_due(&pass) : watch_accounts(&pass);
  return status == STATUS_OK && slice->findings > 0 ? STATUS_LEDGER_BROKEN : status;
}

/* SPDX-License-Identifier: Apache-2.0
 * Settlement: what is closed, what it comes to, that it never changes, and what the database refuses. */
#include "epurse/settlement.h"
#include "epurse/ledger_payout.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_totals.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "ledger/driver.h"
#include "ledger/schema.h"
#include "suites.h"
#include "world.h"

static enum status act_add(struct ledger *ledger, const void *what) {
  return ledger_merchant_add(ledger, what);
}

static enum status act_change(struct ledger *ledger, const void *what) {
  return ledger_merchant_change(ledger, what);
}

struct closing {
  int64_t now;
  struct ledger_settlement closed;
};

static enum status close_step(struct ledger *ledger, void *context) {
  struct closing *closing = context;
  return ledger_settlement_close(ledger, closing->now, &closing->closed);
}

static enum status close_day(struct world *world, struct ledger_settlement *closed) {
  struct closing closing = {.now = world->now};
  enum status status = ledger_transact(world->ledger, close_step, &closing);
  *closed = closing.closed;
  return status;
}

static size_t lines_of(struct world *world, int64_t number, struct ledger_settlement_line lines[8]) {
  const struct ledger_line_place place = {number, ""};
  size_t count = 0;
  ck_assert_int_eq(ledger_settlement_lines(world->ledger, &place, lines, 8, &count), STATUS_OK);
  return count;
}

/* SHOP keeps 1.25 % of its sales for the issuer, sells for 10.99 twice, and once for 2.00 in points. */
static void trade(struct world *world, struct purse *purse) {
  static const struct ledger_merchant terms = {
      .id = "SHOP", .fee_rate = 125, .iban = "DE89370400440532013000", .bic = "COBADEFFXXX"};
  world_open(world);
  ck_assert_int_eq(world_do(world, act_change, &terms), STATUS_OK);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
  world_complete(world, purse, TRANSACTION_PURCHASE, 1099, POS); /* 109 points */
  world_complete(world, purse, TRANSACTION_PURCHASE, 1099, POS);
  world_complete(world, purse, TRANSACTION_POINTS_PURCHASE, 200, POS);
}

START_TEST(closes_a_day) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_settlement_line lines[8];
  trade(&world, &purse);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 500, OTHER_POS); /* not proved: not captured */
  world.now += 60;
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 1);
  ck_assert_int_eq(closed.closed_at, WORLD_NOW + 60);
  ck_assert_int_eq(closed.first_capture, 1);
  ck_assert_int_eq(closed.last_capture, 3);
  ck_assert_int_eq(closed.merchants, 2); /* SHOP sold, BANK owes */
  ck_assert_uint_eq(lines_of(&world, 1, lines), 2);
  ck_assert_str_eq(lines[0].merchant, "BANK");
  ck_assert_int_eq(lines[0].sums.loads, 20000);
  ck_assert_int_eq(lines[0].sums.set_off, 0); /* it sold nothing */
  ck_assert_int_eq(lines[0].sums.net, 0);
  ck_assert_str_eq(lines[1].merchant, "SHOP");
  ck_assert_str_eq(lines[1].name, "The shop");
  ck_assert_str_eq(lines[1].iban, "DE89370400440532013000");
  ck_assert_str_eq(lines[1].bic, "COBADEFFXXX");
  ck_assert_uint_eq(lines[1].fee_rate, 125);
  ck_assert_int_eq(lines[1].sums.purchases, 2);
  ck_assert_int_eq(lines[1].sums.gross, 2198);
  ck_assert_int_eq(lines[1].sums.fee, 27); /* 27.475 */
  ck_assert_int_eq(lines[1].sums.net, 2171);
  ck_assert_int_eq(lines[1].sums.points_granted, 218);
  ck_assert_int_eq(lines[1].sums.points_purchases, 1);
  ck_assert_int_eq(lines[1].sums.points_redeemed, 200);
  ck_assert_int_eq(lines[1].sums.points_value, 200);
  ck_assert_int_eq(closed.sums.net, 2171);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_assert_merchant(&world, "BANK", 0, -20000);
  world_close(&world);
}
END_TEST

START_TEST(closes_nothing_twice) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed, found[4];
  struct ledger_settlement_line lines[8];
  size_t count = 0;
  trade(&world, &purse);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, 2); /* the refused one took no number */
  ck_assert_int_eq(closed.first_capture, 4);
  ck_assert_int_eq(closed.last_capture, 4);
  ck_assert_uint_eq(lines_of(&world, 2, lines), 2);
  ck_assert_str_eq(lines[1].merchant, "KIOSK");
  ck_assert_int_eq(lines[1].sums.gross, 300);
  ck_assert_int_eq(lines[1].sums.points_purchases, 0);
  ck_assert_int_eq(ledger_settlement_list(world.ledger, 0, found, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_int_eq(found[0].sums.gross, 2198);
  ck_assert_int_eq(found[1].sums.gross, 300);
  ck_assert_int_eq(ledger_settlement_list(world.ledger, 1, found, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_int_eq(ledger_settlement_find(world.ledger, 3, found), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

static enum status act_fix(struct ledger *ledger, const void *number) {
  return ledger_settlement_accounts_fix(ledger, *(const int64_t *)number);
}

/* KIOSK's account is told after the closing, and changed; SHOP's was known then. */
START_TEST(is_exported_to_one_account) {
  static const char *const accounts[] = {"NO9386011117947", "DE89370400440532013000", "GB33BUKB20201555555555"};
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_settlement_line lines[8];
  trade(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  for (int i = 0; i < 3; i++) {
    struct ledger_merchant terms = {.id = "KIOSK"};
    memcpy(terms.iban, accounts[i], strlen(accounts[i]) + 1);
    ck_assert_int_eq(world_do(&world, act_change, &terms), STATUS_OK);
    memcpy(terms.id, "SHOP", sizeof "SHOP");
    ck_assert_int_eq(world_do(&world, act_change, &terms), STATUS_OK);
    ck_assert_uint_eq(lines_of(&world, 1, lines), 3);
    ck_assert_str_eq(lines[1].iban, accounts[i < 2 ? i : 1]); /* looked up until it was exported */
    ck_assert_str_eq(lines[2].iban, "DE89370400440532013000");
    ck_assert_int_eq(i > 0 ? world_do(&world, act_fix, &closed.number) : STATUS_OK, STATUS_OK);
  }
  ck_assert(world_tamper(&world, "UPDATE settlement_account SET iban = 'NO9386011117947'") == PLACE_REFUSED);
  world_close(&world);
}
END_TEST

/* What a shop was paid for loads is taken off first; what it cannot cover stays owed. */
START_TEST(sets_loads_off) {
  static const int64_t sales[] = {5000, 9000};
  struct world world;
  struct purse purse;
  struct ledger_terminal till;
  struct ledger_settlement closed;
  struct ledger_settlement_line lines[8];
  world_open(&world);
  world_terminal(&till, "LOAD0009", ROLE_RELOAD, "SHOP");
  ck_assert_int_eq(world_do(&world, act_terminal, &till), STATUS_OK);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 8000, "LOAD0009");
  world_complete(&world, &purse, TRANSACTION_LOAD, 8000, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, (uint32_t)sales[_i], POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_uint_eq(lines_of(&world, 1, lines), 2);
  ck_assert_int_eq(lines[1].sums.loads, 8000);
  ck_assert_int_eq(lines[1].sums.set_off, _i == 0 ? 5000 : 8000);
  ck_assert_int_eq(lines[1].sums.net, _i == 0 ? 0 : 1000);
  world_assert_merchant(&world, "SHOP", 0, _i == 0 ? -3000 : 0);
  world_close(&world);
}
END_TEST

/* So much that gross * fee_rate, in basis points, does not fit 64 bits: the day closes all the same, to the cent. */
START_TEST(closes_a_day_of_any_size) {
  static const struct ledger_merchant terms = {
      .id = "SHOP", .fee_rate = LEDGER_FEE_RATE_MAX, .iban = "DE89370400440532013000", .bic = "COBADEFFXXX"};
  static const int64_t more = INT64_C(450000) * 2147483647;
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  trade(&world, &purse);
  ck_assert_int_eq(world_do(&world, act_change, &terms), STATUS_OK);
  ck_assert_int_eq(world_tamper(&world,
                                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450000) "
                                "INSERT INTO capture SELECT 1000 + n.i, c.booking, c.merchant, 1, 2147483647, 0, c.at "
                                "FROM n, capture c WHERE c.number = 1"),
                   PLACE_DONE);
  world.now += 60;
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.gross, 2198 + more);
  ck_assert_int_eq(closed.sums.fee, closed.sums.gross);
  ck_assert_int_eq(closed.sums.net, 0);
  world_discard(&world); /* its books know nothing of those captures */
}
END_TEST

/* However many purchases there are: a closing adds up what was captured since the last one, from the captures
 * themselves, and goes over no others; refunds in hold are looked up among what is open. */
START_TEST(looks_at_no_older_purchase) {
  static const enum query_name closing[] = {
      QUERY_SETTLEMENT_NEXT,     QUERY_SETTLEMENT_WAITS,   QUERY_SETTLEMENT_ADD_LINES, QUERY_SETTLEMENT_FEES,
      QUERY_SETTLEMENT_SET_OFFS, QUERY_SETTLEMENT_PAYOUTS, QUERY_SETTLEMENT_ADD,       QUERY_SETTLEMENT_FIND};
  sqlite3 *database = NULL;
  unsigned steps = 0;
  ck_assert_int_eq(sqlite3_open(":memory:", &database), SQLITE_OK);
  for (int i = 0; i < schema_latest; i++)
    ck_assert_int_eq(sqlite3_exec(database, (const char *)schema_sqlite[i], NULL, NULL, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof closing / sizeof closing[0]; i++) {
    char sql[4096];
    sqlite3_stmt *statement = NULL;
    (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", query_sql[closing[i]]);
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    for (; sqlite3_step(statement) == SQLITE_ROW; steps++) {
      const char *step = (const char *)sqlite3_column_text(statement, 3);
      bool booked = strstr(step, "booking") != NULL && strstr(step, "USING INDEX booking_open_refund") == NULL &&
                    strstr(step, "sqlite_autoindex_booking_1 (id=?)") == NULL; /* one, by its name */
      ck_assert_msg(!booked && strstr(step, "posting") == NULL && strstr(step, "SCAN capture") == NULL &&
                        strstr(step, "SCAN transfer") == NULL && strstr(step, "SCAN offline_promise") == NULL,
                    "%s: %s", query_sql[closing[i]], step);
    }
    ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
  }
  ck_assert_uint_gt(steps, 10); /* plans were read */
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}
END_TEST

START_TEST(lists_captures_in_pages) {
  struct world world;
  struct purse purse;
  struct ledger_capture captures[2];
  const struct ledger_capture_range first = {0, 3}, rest = {2, 3};
  size_t count = 0;
  trade(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS); /* 4: beyond */
  ck_assert_int_eq(ledger_capture_list(world.ledger, &first, captures, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_int_eq(captures[0].number, 1);
  ck_assert_uint_eq(captures[0].atc, 2);
  ck_assert_mem_eq(captures[0].cid, purse.cid, CID_SIZE);
  ck_assert_mem_eq(captures[0].tid, POS, TID_SIZE);
  ck_assert_str_eq(captures[0].merchant, "SHOP");
  ck_assert_uint_eq(captures[0].amount, 1099);
  ck_assert_int_eq(captures[0].points, 109);
  ck_assert_int_eq(ledger_capture_list(world.ledger, &rest, captures, 2, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(captures[0].type, TRANSACTION_POINTS_PURCHASE);
  ck_assert_int_eq(captures[0].points, -200);
  world_close(&world);
}
END_TEST

START_TEST(wants_terms_that_can_be_kept) {
  static const struct ledger_merchant wrong[] = {{.id = "A", .fee_rate = 10001},
                                                 {.id = "A", .iban = "DE89370400440532013001"},
                                                 {.id = "A", .bic = "COBADEFF"},
                                                 {.id = "A", .iban = "DE89370400440532013000", .bic = "COBADEF"}};
  static const struct ledger_merchant right = {
      .id = "A", .fee_rate = 10000, .iban = "NO9386011117947", .bic = "DNBANOKK"};
  struct ledger_merchant found;
  struct world world;
  world_open(&world);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ck_assert_int_eq(world_do(&world, act_add, &wrong[i]), STATUS_BAD_FORMAT);
    ck_assert_int_eq(world_do(&world, act_change, &wrong[i]), STATUS_BAD_FORMAT);
  }
  ck_assert_int_eq(world_do(&world, act_change, &right), STATUS_NOT_FOUND);
  ck_assert_int_eq(world_do(&world, act_add, &right), STATUS_OK);
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "A", &found), STATUS_OK);
  ck_assert_uint_eq(found.fee_rate, 10000);
  ck_assert_str_eq(found.iban, right.iban);
  ck_assert_str_eq(found.bic, right.bic);
  world_close(&world);
}
END_TEST

/* By another program on the closed file. */
START_TEST(is_never_changed) {
  static const char *const attempts[] = {
      "UPDATE settlement SET closed_at = 1",
      "DELETE FROM settlement",
      "UPDATE settlement_line SET iban = 'NO9386011117947'",
      "DELETE FROM settlement_line",
      "INSERT INTO settlement_line SELECT 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 0, 0",
      "INSERT INTO settlement VALUES (3, 5, 4, 4)",
      "INSERT INTO settlement VALUES (2, 5, 3, 4)",
      "INSERT INTO settlement VALUES (2, 5, 4, 9)",
      "INSERT INTO settlement VALUES (2, 5, 4, 3)",
      "INSERT INTO settlement VALUES (1, 5, 4, 4)",
      "INSERT INTO settlement_line SELECT 2, 2, 1, 300, 0, 0, 0, 0, 299, 0, 0, 0, 0, '', '', 0, 0", /* does not add up */
      "INSERT INTO settlement_line SELECT 2, 2, 1, 300, 100, 4, 0, 0, 296, 0, 0, 0, 0, '', '', 0, 0", /* fee rounded up */
      "UPDATE capture SET booking = 1",
      "DELETE FROM capture WHERE number = 4",
      "INSERT INTO capture SELECT -1, booking, merchant, type, amount, points, at FROM capture LIMIT 1",
      "UPDATE transfer SET amount = 1",
      "DELETE FROM transfer",
      "INSERT INTO transfer SELECT 99, kind, subject, debit, credit, amount, at FROM transfer LIMIT 1", /* twice */
      "INSERT INTO transfer VALUES (99, 4, 2, -36, -6, 301, 5)", /* more than the merchant has */
      "INSERT INTO transfer VALUES (99, 4, 2, -36, -10, 1, 5)",  /* money becomes points */
      "INSERT INTO replacement VALUES (1, 2, 0, 0, 0, 0, 5)",    /* neither is blocked */
  };
  struct world world;
  struct purse purse, other;
  struct ledger_settlement closed;
  char sql[512];
  ck_assert_uint_eq(sizeof attempts / sizeof attempts[0], 21);
  trade(&world, &purse);
  world_issue(&world, 2, &other);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  (void)snprintf(sql, sizeof sql, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; %s", attempts[_i]);
  ck_assert_msg(world_tamper(&world, sql) == PLACE_REFUSED, "%s", attempts[_i]);
  world_close(&world);
}
END_TEST

/* What one who disarms the database can do, the audit finds. */
START_TEST(is_audited) {
  static const char *const forgeries[] = {
      ("DROP TRIGGER settlement_line_fixed; UPDATE settlement_line SET gross = gross + 1, net = net + 1 WHERE net > "
       "0"),
      "DROP TRIGGER settlement_line_fixed; UPDATE settlement_line SET purchases = 3 WHERE merchant = 1",
      "DROP TRIGGER settlement_line_kept; DELETE FROM settlement_line WHERE merchant = 1",
      "DROP TRIGGER transfer_kept; DELETE FROM transfer WHERE kind = 2",
      "DROP TRIGGER transfer_fixed; UPDATE transfer SET at = at + 1 WHERE kind = 4",
      "UPDATE account SET balance = 100 WHERE id = -36; INSERT INTO transfer VALUES (99, 2, 7, -36, -7, 100, 5)",
      "DROP TRIGGER capture_kept; DELETE FROM capture WHERE number = 4",
      "INSERT INTO capture SELECT 9, booking, merchant, type, amount, points, at FROM capture WHERE number = 1",
      "DROP TRIGGER settlement_fixed; UPDATE settlement SET last_capture = 2",
      "DROP TRIGGER capture_fixed; UPDATE capture SET amount = amount + 1 WHERE number = 4",
      "DROP TRIGGER settlement_next; DROP TRIGGER settlement_pays; INSERT INTO settlement VALUES (2, 5, 4, 3)",
  };
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  ck_assert_uint_eq(sizeof forgeries / sizeof forgeries[0], 11);
  trade(&world, &purse);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 300, OTHER_POS);
  world_assert_clean(&world);
  ck_assert_int_eq(world_tamper(&world, forgeries[_i]), PLACE_DONE);
  size_t lines = world_contradictions(&world);
  ck_assert_msg(lines > 0, "%s", forgeries[_i]);
  world_discard(&world);
}
END_TEST

/* Money: what cards were charged is on cards, with merchants, paid out, or kept as a fee. */
START_TEST(conserves_over_days) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_totals totals;
  trade(&world, &purse);
  for (int day = 0; day < 3; day++) {
    world.now += 86400;
    ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
    ck_assert_int_eq(closed.number, day + 1);
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 777, POS);
  }
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, purse.balance);
  ck_assert_int_eq(totals.merchants_due, 777);
  ck_assert_int_eq(totals.fees, 27 + 9 + 9); /* 777 * 1.25 % is 9.7125 */
  ck_assert_int_eq(totals.paid_out, 2198 + 777 + 777 - totals.fees);
  ck_assert_int_eq(totals.tenders_due, 20000);
  world_close(&world);
}
END_TEST

/* 40.00 in cash for the holder, of which the shop told; 5.00 more, of which it did not. */
static void hand_out(struct world *world, struct purse *purse) {
  for (int told = 1; told >= 0; told--) {
    struct ledger_fate fate;
    world_complete(world, purse, TRANSACTION_PAYOUT, told ? 4000 : 500, RELOAD);
    for (int wish = PAYOUT_WISH_PAY; wish <= PAYOUT_WISH_DONE; wish += PAYOUT_WISH_DONE - PAYOUT_WISH_PAY) {
      const struct world_wish wanted = {purse->atc, RELOAD, (uint8_t)wish};
      if (wish == PAYOUT_WISH_PAY || told)
        ck_assert_int_eq(world_settle_payout(world, purse, &wanted, &fate), STATUS_OK);
    }
  }
}

/* What a shop hands out is set off against what it took for loads, once, when it has told of it. */
START_TEST(pays_what_was_handed_out) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_settlement_line lines[8];
  struct ledger_totals totals;
  trade(&world, &purse);
  hand_out(&world, &purse);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, purse.balance);
  ck_assert_int_eq(totals.payouts_due, 4500);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_uint_eq(lines_of(&world, 1, lines), 2);
  ck_assert_str_eq(lines[0].merchant, "BANK");
  ck_assert_int_eq(lines[0].sums.payouts, 4000);
  ck_assert_int_eq(lines[0].sums.loads, 20000);
  ck_assert_int_eq(lines[0].sums.set_off, 4000);
  ck_assert_int_eq(lines[0].sums.net, 0);
  ck_assert_int_eq(lines[1].sums.payouts, 0);
  ck_assert_int_eq(closed.sums.payouts, 4000);
  world_assert_merchant(&world, "BANK", 0, -16000);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, purse.balance);
  ck_assert_int_eq(totals.payouts_due, 500);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.payouts, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* A payout to a bank account is handed out by nobody; one settlement orders it, and no other. That of nothing closes
 * its card. */
static void pay_out(struct world *world, struct purse *purse, uint32_t amount) {
  static const struct ledger_account account = {"DE89370400440532013000", "Käthe Muster"};
  struct ask ask = {.purse = purse, .account = &account, .closes = amount == 0};
  purse_transfer(purse, amount, RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
}

START_TEST(orders_payouts_once) {
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  struct ledger_settlement_transfer rows[4];
  struct ledger_fate fate;
  struct ledger_totals totals;
  size_t count = 0;
  trade(&world, &purse);
  pay_out(&world, &purse, 3000);
  const struct world_wish wanted = {purse.atc, RELOAD, PAYOUT_WISH_PAY};
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK); /* in hold: not yet */
  ck_assert_int_eq(closed.transfers, 0);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  ck_assert_int_eq(world_settle_payout(&world, &purse, &wanted, &fate), STATUS_OK);
  ck_assert(!fate.pay && !fate.back);
  ck_assert_int_eq(fate.state, LEDGER_CAPTURED);
  world_assert_agrees(&world, &purse);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.transfers, 1);
  ck_assert_int_eq(closed.transferred, 3000);
  ck_assert_int_eq(closed.sums.payouts, 0);
  const struct ledger_transfer_place place = {closed.number, 0};
  ck_assert_int_eq(ledger_settlement_transfers(world.ledger, &place, rows, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(rows[0].account.iban, "DE89370400440532013000");
  ck_assert_str_eq(rows[0].account.name, "Käthe Muster");
  ck_assert_uint_eq(rows[0].amount, 3000);
  ck_assert_mem_eq(rows[0].cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, purse.balance);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.transfers, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* ---- where nobody buys any more ---- */

static void waits_for_a_transfer(struct world *world, struct purse *purse) {
  pay_out(world, purse, 3000);
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

/* A load at SHOP that never came to the card, set off, and given back then. */
static void waits_for_a_credit(struct world *world, struct purse *purse) {
  struct ledger_terminal till;
  struct ledger_settlement closed;
  struct ask ask;
  world_terminal(&till, "LOAD0009", ROLE_RELOAD, "SHOP");
  ck_assert_int_eq(world_do(world, act_terminal, &till), STATUS_OK);
  world_authorise(world, purse, TRANSACTION_LOAD, 1000, "LOAD0009", &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  uint32_t atc = purse->atc;
  world_complete(world, purse, TRANSACTION_PURCHASE, 5000, POS);
  ck_assert_int_eq(close_day(world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.set_off, 1000);
  ck_assert_int_eq(world_reverse(world, purse, atc, "LOAD0009"), STATUS_OK);
}

/* What waits is paid out without a purchase, once; and the next purchase is in the settlement after that. */
static const struct {
  void (*begin)(struct world *world, struct purse *purse);
  int64_t payouts, credit, transferred;
} waiting[] = {{waits_for_a_transfer, 0, 0, 3000}, {hand_out, 4000, 0, 0}, {waits_for_a_credit, 0, 1000, 0}};

START_TEST(closes_without_a_purchase) {
  struct world world;
  struct purse purse;
  struct ledger_settlement before, closed, next;
  ck_assert_uint_eq(sizeof waiting / sizeof waiting[0], 3);
  trade(&world, &purse);
  ck_assert_int_eq(close_day(&world, &before), STATUS_OK);
  waiting[_i].begin(&world, &purse);
  ck_assert_int_eq(ledger_settlement_find(world.ledger, waiting[_i].credit > 0 ? 2 : 1, &before), STATUS_OK);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.number, before.number + 1);
  ck_assert_int_eq(closed.first_capture, before.last_capture + 1);
  ck_assert_int_eq(closed.last_capture, before.last_capture);
  ck_assert_int_eq(closed.sums.purchases, 0);
  ck_assert_int_eq(closed.sums.payouts, waiting[_i].payouts);
  ck_assert_int_eq(closed.sums.credit, waiting[_i].credit);
  ck_assert_int_eq(closed.transferred, waiting[_i].transferred);
  world_assert_clean(&world);
  ck_assert_int_eq(close_day(&world, &next), STATUS_NOTHING_TO_SETTLE);
  ck_assert(world_tamper(&world, "INSERT INTO settlement SELECT max(number) + 1, 5, max(last_capture) + 1, "
                                 "max(last_capture) FROM settlement") == PLACE_REFUSED);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(close_day(&world, &next), STATUS_OK);
  ck_assert_int_eq(next.number, closed.number + 1);
  ck_assert_int_eq(next.first_capture, closed.first_capture);
  ck_assert_int_eq(next.sums.gross, 10);
  world_close(&world);
}
END_TEST

/* Not even one capture, ever; and what is in hold, owed by a merchant, or of nothing closes none. */
START_TEST(closes_without_any_purchase_ever) {
  struct world world;
  struct purse purse, empty;
  struct ledger_settlement closed;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_issue(&world, 2, &empty);
  world_complete(&world, &purse, TRANSACTION_LOAD, 9000, RELOAD);
  pay_out(&world, &empty, 0);
  ck_assert_int_eq(world_confirm(&world, &empty, empty.atc, empty.secret), STATUS_OK);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
  pay_out(&world, &purse, 3000); /* in hold */
  ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  for (int day = 1; day <= 2; day++) {
    ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
    ck_assert(closed.number == day && closed.first_capture == 1 && closed.last_capture == 0);
    ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
    if (day == 1)
      hand_out(&world, &purse);
  }
  world_close(&world);
}
END_TEST

/* Torn before the card, it stays there; an account that is none is refused. */
START_TEST(orders_nothing_that_stayed_on_the_card) {
  static const struct ledger_account none = {"DE88370400440532013000", "Nobody"};
  struct world world;
  struct purse purse;
  struct ledger_settlement closed;
  trade(&world, &purse);
  struct ask ask = {.purse = &purse, .account = &none};
  purse_promise(&purse, TRANSACTION_PAYOUT, 3000, RELOAD);
  (void)!world_ask(&world, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_IBAN_INVALID);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.transfers, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* Authorised before a cut, denied by its card's next promise after it, and proved then: the next settlement has it,
 * once, and no points are granted for it. */
START_TEST(what_is_honoured_after_a_cut_is_in_the_next_one) {
  struct world world;
  struct purse purses[2];
  struct ask ask;
  struct ledger_settlement closed;
  struct ledger_settlement_line lines[8];
  uint8_t secrets[2][SECRET_SIZE];
  uint32_t denied[2];
  trade(&world, &purses[0]);
  world_issue(&world, 2, &purses[1]);
  world_complete(&world, &purses[1], TRANSACTION_LOAD, 5000, RELOAD);
  for (int i = 0; i < 2; i++) {
    world_authorise(&world, &purses[i], i == 0 ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE, 10, POS, &ask);
    ck_assert_int_eq(ask.outcome, STATUS_OK);
    memcpy(secrets[i], purses[i].secret, SECRET_SIZE);
    denied[i] = purses[i].atc;
  }
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_int_eq(closed.sums.purchases + closed.sums.points_purchases, 3);
  for (int i = 0; i < 2; i++) {
    world_authorise(&world, &purses[i], TRANSACTION_PURCHASE, 20, OTHER_POS, &ask);
    ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
  }
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(world_confirm(&world, &purses[i % 2], denied[i % 2], secrets[i % 2]), STATUS_OK);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_OK);
  ck_assert_uint_eq(lines_of(&world, 2, lines), 2);
  ck_assert_str_eq(lines[1].merchant, "SHOP");
  ck_assert_int_eq(lines[1].sums.purchases, 1);
  ck_assert_int_eq(lines[1].sums.gross, 10);
  ck_assert_int_eq(lines[1].sums.points_granted, 0);
  ck_assert_int_eq(lines[1].sums.points_purchases, 1);
  ck_assert_int_eq(lines[1].sums.points_redeemed, 10);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(world_confirm(&world, &purses[i], denied[i], secrets[i]), STATUS_OK);
  ck_assert_int_eq(close_day(&world, &closed), STATUS_NOTHING_TO_SETTLE);
  world_close(&world);
}
END_TEST

Suite *settlement_suite(void) {
  Suite *suite = suite_create("settlement");
  TCase *tests = tcase_create("settlement");
  tcase_set_timeout(tests, 60); /* PostgreSQL is waited for */
  tcase_add_test(tests, closes_a_day);
  tcase_add_test(tests, closes_a_day_of_any_size);
  tcase_add_test(tests, closes_nothing_twice);
  tcase_add_test(tests, is_exported_to_one_account);
  tcase_add_loop_test(tests, sets_loads_off, 0, 2);
  tcase_add_test(tests, looks_at_no_older_purchase);
  tcase_add_test(tests, lists_captures_in_pages);
  tcase_add_test(tests, wants_terms_that_can_be_kept);
  tcase_add_loop_test(tests, is_never_changed, 0, 21);
  tcase_add_loop_test(tests, is_audited, 0, 11);
  tcase_add_test(tests, conserves_over_days);
  tcase_add_test(tests, pays_what_was_handed_out);
  tcase_add_test(tests, orders_payouts_once);
  tcase_add_loop_test(tests, closes_without_a_purchase, 0, 3);
  tcase_add_test(tests, closes_without_any_purchase_ever);
  tcase_add_test(tests, orders_nothing_that_stayed_on_the_card);
  tcase_add_test(tests, what_is_honoured_after_a_cut_is_in_the_next_one);
  suite_add_tcase(suite, tests);
  return suite;
}

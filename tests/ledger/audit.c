/* SPDX-License-Identifier: Apache-2.0
 * The audit names each contradiction that somebody with the file in hand can bring about. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_audit.h"
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

/* Card 1: 5000 loaded, 1000 paid with points granted, 200 in hold; card 2: 300 owed; card 3: reserved. */
static void open_used(struct world *world) {
  struct purse purse;
  struct ask ask;
  world_open(world);
  world_issue(world, 1, &purse);
  world_complete(world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  world_authorise(world, &purse, TRANSACTION_PURCHASE, 200, OTHER_POS, &ask);
  world_issue(world, 2, &purse);
  world_authorise(world, &purse, TRANSACTION_LOAD, 300, RELOAD, &ask);
  world_authorise(world, &purse, TRANSACTION_PURCHASE, 1, POS, &ask);
  ck_assert_uint_eq(world_state(world, &purse, 1), LEDGER_OWED);
}

#define OPEN_UP                                                                                                        \
  "DROP TRIGGER capture_fixed; DROP TRIGGER transfer_moves; DROP TRIGGER booking_fixed; "                              \
  "DROP TRIGGER booking_kept; DROP TRIGGER booking_settled_once; DROP TRIGGER card_not_lost; "                         \
  "DROP TRIGGER card_one_way; DROP TRIGGER never_seen_true; DROP TRIGGER honour_of_denied; PRAGMA "                    \
  "ignore_check_constraints = ON; "

START_TEST(names_the_contradiction) {
  static const struct {
    const char *sql, *line;
  } attempts[] = {
      {"UPDATE card_counters SET balance = balance + 1 WHERE id = 1", "account 17 has 3801, its postings make 3800"},
      {"UPDATE card_counters SET balance = balance + 1 WHERE id = 1", "money does not sum to zero but to 1"},
      {"UPDATE card_counters SET points = points + 1 WHERE id = 1", "points do not sum to zero but to 1"},
      {"UPDATE account SET balance = -7 WHERE id = 19", "account 19 has -7, outside 0 to"},
      {"UPDATE card_counters SET balance = -7 WHERE id = 1", "account 17 has -7, outside 0 to"},
      {"UPDATE card_counters SET held = held + 1, balance = balance - 1 WHERE id = 1",
       "account 18 has 201, its postings make 200"},
      {"UPDATE booking SET amount = 1001 WHERE id = (1 << 32) | 2", "account 17 has 3800, its postings make 3799"},
      {"UPDATE booking SET points = 0 WHERE id = (1 << 32) | 2", "account 24 has 100, its postings make 0"},
      {"UPDATE booking SET state = 3, secret = NULL WHERE id = (1 << 32) | 2",
       "account 17 has 3800, its postings make 4800"},
      {"UPDATE booking SET state = 2, secret = zeroblob(32) WHERE id = (1 << 32) | 3",
       "account 18 has 200, its postings make 0"},
      {"INSERT INTO transfer VALUES (99, 2, 7, -20, -4711, 100, 5)",
       "account -4711 is not there, its postings make 100"},
      {"UPDATE booking SET state = 6 WHERE id = (2 << 32) | 1", "a refund or a debt without its cause"},
      {"UPDATE card_counters SET held_atc = 0 WHERE id = 1", "open hold 0 in its row, 3 in its transactions"},
      {"UPDATE booking SET state = 1, secret = NULL WHERE id = (1 << 32) | 2", "has 2 open holds"},
      {"UPDATE card_counters SET held = 150 WHERE id = 1", "150 in hold, its open hold is 200"},
      {"UPDATE card_counters SET captured_atc = 1 WHERE id = 1", "last seen 3 and captured 1 in its row, 3 and 2"},
      {"UPDATE card_counters SET last_atc = 9 WHERE id = 1", "last seen 9 and captured 2 in its row, 3 and 2"},
      {"DELETE FROM account WHERE id = 35", "issued without its account and its row"},
      {"UPDATE card_counters SET ceiling = 99999 WHERE id = 1", "its row lets it hold 99999, its purse 50000"},
      {"UPDATE account SET floor = -5 WHERE id = 19", "may fall below zero"},
      {"INSERT INTO pool VALUES (1)", "is free and taken"},
      {"DELETE FROM pool WHERE serial = 30", "60 card numbers were made, 57 are free, 2 taken"},
      {"UPDATE booking SET secret = zeroblob(32) WHERE id = (1 << 32) | 2", "its proof does not open its commitment"},
      {"UPDATE booking SET amount = 999 WHERE id = (1 << 32) | 2", "its promise says something else"},
      {"UPDATE booking SET hash = zeroblob(32) WHERE id = (1 << 32) | 3", "its promise is not the one that was hashed"},
      {"UPDATE booking SET promise = zeroblob(235) WHERE id = (1 << 32) | 3", "its promise cannot be read"},
      {"UPDATE booking SET authorisation = zeroblob(111) WHERE id = (1 << 32) | 3", "its authorisation cannot be read"},
      {"UPDATE booking SET authorisation = (SELECT authorisation FROM booking WHERE id = (1 << 32) | 2) "
       "WHERE id = (1 << 32) | 3",
       "its authorisation does not answer its promise"},
      {"UPDATE booking SET state = 4 WHERE id = (1 << 32) | 3", "its authorisation decided otherwise"},
      {"UPDATE booking SET points = 7 WHERE id = (1 << 32) | 3", "its authorisation grants other points"},
      {"PRAGMA foreign_keys = OFF; DELETE FROM terminal WHERE id = 3", "names a missing terminal"},
      {"UPDATE capture SET at = at + 1", "its capture says otherwise"},
      {"UPDATE booking SET settled_at = 0 WHERE id = (2 << 32) | 1", "when it was settled does not fit its state"},
      {"UPDATE booking SET created_at = created_at - 1 WHERE id = (1 << 32) | 3",
       "its authorisation is of another time"},
      {"UPDATE terminal SET merchant = 2 WHERE id = 1", "to another merchant than its terminal's"},
      {"UPDATE terminal SET role = 2 WHERE id = 1", "transaction 2: its terminal may not do this"},
      {"UPDATE card SET payment_ceiling = 999 WHERE id = 1", "transaction 2: above the limit of its card"},
      {"UPDATE card_counters SET last_hash = zeroblob(32) WHERE id = 1", "names another last promise"},
      {"UPDATE card SET state = 3 WHERE id = 1", "its state is 3, its times say otherwise"},
      {"UPDATE card SET state = 3, blocked_at = 1, reason = 'CARD_FORKED' WHERE id = 1",
       "blocked for an incident that is not there"},
      {"INSERT INTO reversal SELECT id, terminal, 1 FROM booking WHERE id = (1 << 32) | 1",
       "given back and credited, without an incident"},
      {"INSERT INTO reservation VALUES (2, 1)", "a desk has it in reservation, its state is 2"},
      {"INSERT INTO never_seen SELECT id, hash, terminal, promise, 1 FROM booking WHERE id = (1 << 32) | 3",
       "transaction 3: it was given up, and authorised"},
      {"INSERT INTO never_seen SELECT id, zeroblob(32), terminal, promise, 1 FROM booking WHERE id = (1 << 32) | 3",
       "transaction 3: what was never seen is not the promise it names"},
      {"INSERT INTO honour VALUES (2, (2 << 32) | 1, zeroblob(32), -1, -52, 300, 1)",
       "transaction 1: honoured as it cannot be"},
      {"INSERT INTO honour VALUES (2, (2 << 32) | 1, zeroblob(32), -1, -52, 300, 1)",
       "transaction 1: honoured, without an incident"},
      {"INSERT INTO honour VALUES (2, (2 << 32) | 1, zeroblob(32), -1, -52, 300, 1)",
       "transaction 1: its proof does not open its commitment"},
      {"INSERT INTO honour VALUES (1, (1 << 32) | 3, zeroblob(32), -1, -36, 200, 1)",
       "transaction 3 was captured 0 times"},
      {"INSERT INTO incident VALUES (1, 1, 1, 4, zeroblob(235), 1)", "an incident tells that it was blocked"},
  };
  struct world world;
  struct lines lines = {.count = 0};
  char sql[2048];
  open_used(&world);
  ck_assert_int_eq(ledger_check(world.ledger, lines_add, &lines), STATUS_OK);
  ck_assert_uint_eq(lines.count, 0);
  ck_assert_uint_eq((unsigned)_i < sizeof attempts / sizeof attempts[0], 1);
  (void)snprintf(sql, sizeof sql, "%s%s", OPEN_UP, attempts[_i].sql);
  ck_assert_int_eq(world_tamper(&world, sql), PLACE_DONE);
  enum status status = ledger_check(world.ledger, lines_add, &lines);
  ck_assert_msg(status == STATUS_LEDGER_BROKEN && strstr(lines.text, attempts[_i].line) != NULL, "%s: %s: %s",
                attempts[_i].sql, status_name(status), lines.text);
  world_discard(&world);
}
END_TEST
#define ATTEMPTS 49

/* A transaction of one card put under another's number. */
START_TEST(names_a_broken_chain) {
  struct world world;
  struct purse purse;
  struct ask ask;
  struct lines lines = {.count = 0};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, POS); /* a gap */
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 7, POS, &ask);
  ck_assert_int_eq(world_tamper(&world, OPEN_UP "UPDATE booking SET id = (1 << 32) | 2 WHERE id = (1 << 32) | 3"),
                   PLACE_DONE);
  ck_assert_int_eq(ledger_check(world.ledger, lines_add, &lines), STATUS_LEDGER_BROKEN);
  ck_assert_ptr_nonnull(strstr(lines.text, "its promise names another transaction"));
  world_discard(&world);
}
END_TEST

START_TEST(totals_tell_the_sums) {
  struct world world;
  struct ledger_totals totals;
  open_used(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_uint_eq(totals.cards[LEDGER_CARD_ISSUED], 2);
  ck_assert_uint_eq(totals.cards[LEDGER_CARD_RESERVED], 0);
  ck_assert_uint_eq(totals.pool_free, WORLD_POOL - 2);
  ck_assert_uint_eq(totals.terminals, 5);
  ck_assert_uint_eq(totals.merchants, 3);
  ck_assert_uint_eq(totals.open_holds, 1);
  ck_assert_uint_eq(totals.incidents, 0);
  ck_assert_uint_eq(totals.postings, 8);
  ck_assert_int_eq(totals.outstanding, 4300); /* 3800 + 200 + 300 */
  ck_assert_int_eq(totals.merchants_due, 1000);
  ck_assert_int_eq(totals.tenders_due, 5300);
  ck_assert_int_eq(totals.points, 100);
  struct ledger_totals again;
  world_reopen(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &again), STATUS_OK);
  ck_assert_mem_eq(&again, &totals, sizeof totals);
  world_close(&world);
}
END_TEST

static void any_cid(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count, (void)values;
  sqlite3_result_null(context);
}

/* A loop that goes through all of something for each row of another one makes a million cards a day's work. In a query
 * plan loops that lie in each other have one parent. */
#define PARENTS_MAX 4096
static void assert_no_product(sqlite3 *database, const char *question) {
  static bool scanned[PARENTS_MAX];
  char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", question);
  sqlite3_stmt *plan = NULL;
  memset(scanned, 0, sizeof scanned);
  ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &plan, NULL), SQLITE_OK);
  while (sqlite3_step(plan) == SQLITE_ROW) {
    int parent = sqlite3_column_int(plan, 1);
    bool scan = strncmp((const char *)sqlite3_column_text(plan, 3), "SCAN", 4) == 0;
    ck_assert_int_lt(parent, PARENTS_MAX);
    ck_assert_msg(!scan || !scanned[parent], "%s\n%s", sqlite3_column_text(plan, 3), question);
    scanned[parent] = scanned[parent] || scan;
  }
  ck_assert_int_eq(sqlite3_finalize(plan), SQLITE_OK);
  sqlite3_free(sql);
}

START_TEST(no_question_multiplies) {
  static const char *const questions[] = {
#define AUDIT(flaw, sql) sql,
#include "ledger/audits.def"
#undef AUDIT
  };
  struct world world;
  sqlite3 *database = NULL;
  if (!place_is_file())
    return;
  open_used(&world);
  ledger_close(&world.ledger);
  ck_assert_int_eq(sqlite3_open(world.path, &database), SQLITE_OK);
  ck_assert_int_eq(sqlite3_create_function(database, "cid", 1, SQLITE_UTF8, NULL, any_cid, NULL, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
    assert_no_product(database, questions[i]);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  world_discard(&world);
}
END_TEST

Suite *audit_suite(void) {
  Suite *suite = suite_create("audit");
  TCase *tests = tcase_create("audit");
  TCase *tampers = tcase_create("audit");
  tcase_set_tags(tampers, "tampers"); /* a quick run on PostgreSQL leaves them out */
  tcase_add_loop_test(tampers, names_the_contradiction, 0, ATTEMPTS);
  suite_add_tcase(suite, tampers);
  tcase_add_test(tests, names_a_broken_chain);
  tcase_add_test(tests, totals_tell_the_sums);
  tcase_add_test(tests, no_question_multiplies);
  suite_add_tcase(suite, tests);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * The ledger's file: made once, opened by one process, changed by whole steps. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acts.h"
#include "epurse/ledger_deny.h"
#include "epurse/ledger_merchant.h"
#include "epurse/settlement.h"
#include "ledger/driver.h"
#include "ledger/schema.h"
#include "suites.h"
#include "world.h"

START_TEST(creates_once) {
  struct world world;
  struct stat status;
  struct ledger_settings settings;
  const struct ledger_settings other = {.currency = 840, .issuer = 1, .pool_size = 1};
  world_open_new(&world);
  ck_assert_int_eq(ledger_create(world.path, &other), STATUS_EXISTS);
  if (place_is_file()) {
    ck_assert_int_eq(stat(world.path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
  }
  ck_assert_int_eq(ledger_settings(world.ledger, &settings), STATUS_OK);
  ck_assert_uint_eq(settings.currency, 978);
  ck_assert_uint_eq(settings.issuer, 123456);
  ck_assert_uint_eq(settings.pool_size, WORLD_POOL);
  ck_assert_uint_eq(settings.first_serial, 1);
  ck_assert_uint_eq(settings.point_value, 1);
  world_close(&world);
}
END_TEST

START_TEST(refuses_settings) {
  static const struct ledger_settings wrong[] = {
      {.currency = 0, .issuer = 1},
      {.currency = 1000, .issuer = 1},
      {.currency = 978, .issuer = 1000000},
      {.currency = 978, .issuer = 1, .first_serial = 999999999, .pool_size = 2},
      {.currency = 978, .issuer = 1, .point_value = 1000001}};
  struct world world;
  char path[128];
  world_open(&world);
  (void)snprintf(path, sizeof path, "%s/other", world.directory);
  ck_assert_int_eq(ledger_create(path, &wrong[_i]), STATUS_BAD_FORMAT);
  ck_assert_int_ne(access(path, F_OK), 0);
  (void)snprintf(path, sizeof path, "%s/none/ledger", world.directory);
  const struct ledger_settings right = {.currency = 978, .issuer = 1};
  ck_assert_int_eq(ledger_create(path, &right), STATUS_STORE_FAILED);
  world_close(&world);
}
END_TEST

START_TEST(opens_only_ledgers) {
  struct world world;
  struct ledger *ledger = NULL;
  char path[128];
  world_open(&world);
  (void)snprintf(path, sizeof path, "%s/other", world.directory);
  ck_assert_int_eq(ledger_open(path, &ledger), STATUS_NOT_FOUND);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(ledger_open(path, &ledger), STATUS_BAD_FORMAT);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_gt(fprintf(file, "this is not a ledger\n"), 0);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(ledger_open(path, &ledger), STATUS_BAD_FORMAT);
  ck_assert_ptr_null(ledger);
  ck_assert_int_eq(unlink(path), 0);
  world_close(&world);
}
END_TEST

/* As world_tamper, but the ledger stays closed. */
static void store_alter(struct world *world, const char *sql) {
  ledger_close(&world->ledger);
  ck_assert_int_eq(place_run(world->path, sql), PLACE_DONE);
}

START_TEST(refuses_other_schema) {
  struct world world;
  char store_version[64];
  world_open(&world);
  (void)snprintf(store_version, sizeof store_version, "UPDATE schema_version SET version = %d", schema_latest);
  store_alter(&world, "UPDATE schema_version SET version = 0");
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OLD_SCHEMA);
  store_alter(&world, "UPDATE schema_version SET version = 1000");
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OLD_SCHEMA);
  ck_assert_ptr_null(world.ledger);
  store_alter(&world, store_version);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status touch(struct ledger *ledger, void *context) {
  (void)context;
  return ledger_touch(ledger);
}

/* It is written, and nothing is different. */
START_TEST(touching_changes_nothing) {
  struct world world;
  world_open(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, touch, NULL), STATUS_OK);
  ck_assert(!ledger_unsure(world.ledger));
  world_reopen(&world);
  world_close(&world);
}
END_TEST

/* As it was before settlements had empty runs. */
static const char *store_old_settlements(void) {
  return place_is_file()
             ? "CREATE TABLE kept AS SELECT * FROM settlement; DROP TABLE settlement; "
               "CREATE TABLE settlement (number INTEGER PRIMARY KEY CHECK (number > 0), closed_at INTEGER NOT NULL, "
               "first_capture INTEGER NOT NULL, last_capture INTEGER NOT NULL UNIQUE, "
               "CHECK (last_capture >= first_capture)) STRICT; "
               "INSERT INTO settlement SELECT * FROM kept; DROP TABLE kept; "
               "CREATE TRIGGER settlement_kept BEFORE DELETE ON settlement BEGIN SELECT RAISE(ABORT, 'kept'); END"
             : "ALTER TABLE settlement DROP CONSTRAINT settlement_run, ADD CHECK (last_capture >= first_capture), "
               "ADD UNIQUE (last_capture); DROP INDEX settlement_last; DROP FUNCTION settlement_pays CASCADE";
}

/* What the later versions brought is taken away again. */
static void store_age(struct world *world) {
  store_alter(world, store_old_settlements());
  store_alter(world, "DROP TABLE reference_claim");
  if (place_is_file())
    store_alter(world, "DROP TRIGGER incarnation_denies");
  else
    store_alter(world, "DROP FUNCTION reference_claim_held; DROP FUNCTION incarnation_denies CASCADE");
  store_alter(world,
              place_is_file() ? "DROP TRIGGER card_key_superseded" : "DROP FUNCTION card_key_superseded CASCADE");
  store_alter(world, "DROP TABLE owed_reference; DROP TABLE card_key; DROP VIEW card_denied; DROP VIEW deny_again; "
                     "DROP VIEW deny_latest");
  store_alter(world,
              "DROP TABLE terminal_renewal; DROP INDEX offline_window_lacking; UPDATE schema_version SET version = 1");
}

START_TEST(takes_an_old_ledger_over) {
  struct world world;
  struct purse purse;
  struct ledger_settlement settlement;
  int from = 0, to = 0, again = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5100, RELOAD);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 1200, OTHER_POS);
  store_age(&world);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OLD_SCHEMA);
  ck_assert_int_eq(ledger_migrate(world.path, &from, &to), STATUS_OK);
  ck_assert_int_eq(from, 1);
  ck_assert_int_eq(to, schema_latest);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_assert_clean(&world);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, 3800, 0, 0);
  ck_assert_int_eq(ledger_settlement_find(world.ledger, 1, &settlement), STATUS_OK);
  ck_assert(settlement.first_capture == 1 && settlement.last_capture == 1 && settlement.merchants == 2);
  ck_assert_int_eq(ledger_migrate(world.path, &from, &again), STATUS_LEDGER_BUSY); /* it is open */
  ledger_close(&world.ledger);
  ck_assert_int_eq(ledger_migrate(world.path, &from, &again), STATUS_OK);
  ck_assert_int_eq(from, to);
  ck_assert_int_eq(again, to);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

/* One that was restored before its deny list knew of that tells each card's last change again, above all that was
 * lost. */
START_TEST(takes_a_restored_ledger_over) {
  struct world world;
  struct purse purse;
  struct ledger_denial denials[2];
  size_t count = 0;
  int64_t latest = 0;
  int from = 0, to = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  ck_assert_int_eq(world_do(&world, act_block, purse.cid), STATUS_OK);
  store_age(&world);
  ck_assert_int_eq(place_run(world.path, "INSERT INTO incarnation VALUES (2, 16777215, 1790000000, 0, NULL)"),
                   PLACE_DONE);
  ck_assert_int_eq(ledger_migrate(world.path, &from, &to), STATUS_OK);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  ck_assert_int_eq(ledger_deny_list(world.ledger, 100, denials, 2, &count, &latest), STATUS_OK);
  ck_assert(count == 1 && denials[0].denied && denials[0].number == latest);
  world_close(&world);
}
END_TEST

/* One that fails half way is what it was. */
START_TEST(takes_over_whole_or_not) {
  struct world world;
  int from = 0, to = 0;
  world_open(&world);
  store_age(&world);
  store_alter(&world, "CREATE INDEX offline_window_lacking ON card (state)"); /* in the way */
  ck_assert_int_ne(ledger_migrate(world.path, &from, &to), STATUS_OK);
  ck_assert_int_eq(from, 1);
  ck_assert_int_eq(to, 1);
  store_alter(&world, "DROP INDEX offline_window_lacking");
  ck_assert_int_eq(ledger_migrate(world.path, &from, &to), STATUS_OK);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(leaves_a_newer_ledger_alone) {
  struct world world;
  int from = 0, to = 0;
  world_open(&world);
  store_alter(&world, "UPDATE schema_version SET version = 1000");
  ck_assert_int_eq(ledger_migrate(world.path, &from, &to), STATUS_OLD_SCHEMA);
  ck_assert_int_eq(to, 1000);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OLD_SCHEMA);
  world_discard(&world);
}
END_TEST

START_TEST(places_tell_no_secret) {
  static const struct {
    const char *url, *place;
  } rows[] = {{"/var/lib/ledger.db", "/var/lib/ledger.db"},
              {"sqlite:ledger.db", "ledger.db"},
              {"postgresql://epurse:s3cret@db.example:5432/epurse", "postgresql://db.example:5432/epurse"},
              {"postgresql://epurse:a@s3cret@db/epurse?password=s3cret", "postgresql://db/epurse"},
              {"postgresql://epurse:s3/cret@db/epurse", "postgresql://db/epurse"},
              {"postgresql:///epurse?host=/run&password=s3cret", "postgresql:///epurse"}};
  char place[128];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    ledger_place(rows[i].url, place, sizeof place);
    ck_assert_str_eq(place, rows[i].place);
    ck_assert_ptr_null(strstr(place, "cret"));
  }
}
END_TEST

/* A payment touches many rows, and the page of each is written whole. */
START_TEST(has_small_pages) {
  struct world world;
  uint8_t size[2]; /* https://sqlite.org/fileformat.html 1.3 */
  world_open(&world);
  ledger_close(&world.ledger);
  FILE *file = fopen(world.path, "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fseek(file, 16, SEEK_SET), 0);
  ck_assert_uint_eq(fread(size, 1, sizeof size, file), sizeof size);
  (void)fclose(file);
  ck_assert_int_eq(size[0] * 256 + size[1], 512);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Not in that of their cards: what a commit adds lies together, and no page is split for it. */
START_TEST(transactions_lie_in_the_order_in_which_they_came) {
  struct world world;
  struct purse purses[2];
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  world_open(&world);
  for (uint32_t i = 0; i < 2; i++)
    world_issue(&world, i + 1, &purses[i]);
  for (uint32_t i = 0; i < 6; i++)
    world_complete(&world, &purses[i % 2], TRANSACTION_LOAD, 100, RELOAD);
  ledger_close(&world.ledger);
  ck_assert_int_eq(sqlite3_open(world.path, &database), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(database, "SELECT id >> 32 FROM booking ORDER BY rowid", -1, &statement, NULL),
                   SQLITE_OK);
  for (int i = 0; i < 6; i++) {
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_column_int(statement, 0), i % 2 + 1);
  }
  ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

static int store_pages(struct world *world) {
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  ledger_close(&world->ledger);
  ck_assert_int_eq(sqlite3_open(world->path, &database), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(database, "PRAGMA page_count", -1, &statement, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
  int pages = sqlite3_column_int(statement, 0);
  ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  ck_assert_int_eq(ledger_open(world->path, &world->ledger), STATUS_OK);
  return pages;
}

/* Settled ones too, with r, have one each and no second one for what does not fit. */
START_TEST(a_transaction_fits_its_page) {
  struct world world;
  struct purse purse;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 10000, RELOAD);
  int before = store_pages(&world);
  for (int i = 0; i < 40; i++)
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_le(store_pages(&world) - before, 40 + 10); /* and those of smaller rows and of trees */
  world_close(&world);
}
END_TEST

/* A list of three and the like become a tree of their own, made and thrown away each time. */
START_TEST(a_payment_makes_no_tables) {
  static const enum query_name path[] = {QUERY_TERMINAL_WINDOW, QUERY_TERMINAL_WINDOW_MOVE, QUERY_TERMINAL_BRIEF,
                                         QUERY_PROMISE_KNOWN,   QUERY_CARD_CHAIN,           QUERY_CARD_ACCOUNTS,
                                         QUERY_BOOKING_BRIEF,   QUERY_BOOKING_ADD,          QUERY_BOOKING_SETTLE,
                                         QUERY_BOOKING_FIND,    QUERY_CAPTURE_ADD,          QUERY_REFERENCE_FIND,
                                         QUERY_REFERENCE_TAKE,  QUERY_CARD_HOT_SEEN,        QUERY_CARD_HOT_CAPTURED};
  sqlite3 *database = NULL;
  ck_assert_int_eq(sqlite3_open(":memory:", &database), SQLITE_OK);
  for (int i = 0; i < schema_latest; i++)
    ck_assert_int_eq(sqlite3_exec(database, (const char *)schema_sqlite[i], NULL, NULL, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
    char sql[4096];
    sqlite3_stmt *statement = NULL;
    unsigned steps = 0;
    (void)snprintf(sql, sizeof sql, "EXPLAIN %s", query_sql[path[i]]);
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    for (; sqlite3_step(statement) == SQLITE_ROW; steps++) /* those of its triggers too */
      ck_assert_str_ne((const char *)sqlite3_column_text(statement, 1), "OpenEphemeral");
    ck_assert_uint_gt(steps, 0);
    ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
  }
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}
END_TEST

/* Another process, and another connection of this one. */
START_TEST(locks_others_out) {
  struct world world;
  struct ledger *second = NULL;
  int outcome = 0;
  world_open(&world);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    enum status status = ledger_open(world.path, &second);
    _exit(status == STATUS_LEDGER_BUSY && second == NULL ? 0 : 1);
  }
  ck_assert_int_eq(waitpid(child, &outcome, 0), child);
  ck_assert(WIFEXITED(outcome));
  ck_assert_int_eq(WEXITSTATUS(outcome), 0);
  ck_assert_int_eq(ledger_open(world.path, &second), STATUS_LEDGER_BUSY);
  ck_assert_ptr_null(second);
  world_close(&world);
}
END_TEST

/* A reader from outside must not get in either: it could checkpoint. */
START_TEST(locks_readers_out) {
  struct world world;
  sqlite3 *database = NULL;
  world_open(&world);
  ck_assert_int_eq(sqlite3_open_v2(world.path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(database, "SELECT * FROM card", NULL, NULL, NULL), SQLITE_BUSY);
  ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
  world_close(&world);
}
END_TEST

/* Opens as somebody who is not root, whom nothing would stop; in a process of its own. */
static enum status store_open_unprivileged(struct world *world) {
  int outcome = 0;
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    bool dropped = geteuid() != 0 || seteuid(65534) == 0;
    _exit(dropped ? (int)ledger_open(world->path, &world->ledger) : -1);
  }
  ck_assert_int_eq(waitpid(child, &outcome, 0), child);
  ck_assert(WIFEXITED(outcome));
  return (enum status)WEXITSTATUS(outcome);
}

START_TEST(refuses_read_only_file) {
  struct world world;
  world_open(&world);
  ledger_close(&world.ledger);
  if (geteuid() == 0) {
    ck_assert_int_eq(chown(world.directory, 65534, 65534), 0);
    ck_assert_int_eq(chown(world.path, 65534, 65534), 0);
  }
  ck_assert_int_eq(store_open_unprivileged(&world), STATUS_OK);
  ck_assert_int_eq(chmod(world.path, 0400), 0);
  ck_assert_int_eq(store_open_unprivileged(&world), STATUS_STORE_FAILED);
  ck_assert_int_eq(chmod(world.path, 0000), 0);
  ck_assert_int_eq(store_open_unprivileged(&world), STATUS_STORE_FAILED);
  ck_assert_int_eq(chmod(world.path, 0600), 0);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status store_add_and_refuse(struct ledger *ledger, void *context) {
  const struct ledger_merchant merchant = {.id = "NEW", .name = "New"};
  enum status *added = context;
  *added = ledger_merchant_add(ledger, &merchant);
  return STATUS_DECLINED;
}

static enum status store_nest(struct ledger *ledger, void *context) {
  enum status added = STATUS_INTERNAL;
  enum status *inner = context;
  *inner = ledger_transact(ledger, store_add_and_refuse, &added);
  return STATUS_OK;
}

START_TEST(rolls_back_whole_steps) {
  struct world world;
  struct ledger_merchant merchant = {.id = "NEW", .name = "New"};
  enum status added = STATUS_INTERNAL;
  world_open(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, store_add_and_refuse, &added), STATUS_DECLINED);
  ck_assert_int_eq(added, STATUS_OK);
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "NEW", &merchant), STATUS_NOT_FOUND);
  ck_assert_int_eq(ledger_transact(world.ledger, store_nest, &added), STATUS_OK);
  ck_assert_int_eq(added, STATUS_INTERNAL); /* not nested */
  world_close(&world);
}
END_TEST

static enum status store_ignore_refusal(struct ledger *ledger, void *context) {
  const struct ledger_merchant good = {.id = "GOOD", .name = "Good"}, bad = {.id = "BAD", .name = "Bad"};
  enum status *refused = context;
  enum status status = ledger_merchant_add(ledger, &good);
  *refused = ledger_merchant_add(ledger, &bad);
  return status;
}

/* A step that does not listen to the store is not committed all the same. */
START_TEST(commits_no_step_that_was_refused) {
  struct world world;
  struct ledger_merchant merchant;
  enum status refused = STATUS_OK;
  world_open(&world);
  world_refuse_bad(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, store_ignore_refusal, &refused), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(refused, STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "GOOD", &merchant), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(writes_only_in_steps) {
  struct world world;
  struct promise_verdict standing;
  struct purse purse;
  const struct ledger_merchant merchant = {.id = "NEW", .name = "New"};
  world_open(&world);
  world_issue(&world, 1, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 1, POS);
  const struct signed_promise offer = {.promise = &purse.promise, .record = purse.record, .now = world.now};
  ck_assert_int_eq(ledger_merchant_add(world.ledger, &merchant), STATUS_INTERNAL);
  ck_assert_int_eq(ledger_card_block(world.ledger, purse.cid, "LOST", 1), STATUS_INTERNAL);
  ck_assert_int_eq(ledger_promise_open(world.ledger, &offer, &standing), STATUS_INTERNAL);
  world_close(&world);
}
END_TEST

static enum status store_add(struct ledger *ledger, void *context) {
  return ledger_merchant_add(ledger, context);
}

START_TEST(keeps_what_was_committed) {
  struct world world;
  struct ledger *none = NULL;
  struct ledger_merchant merchant = {.id = "NEW", .name = "New"};
  ledger_close(&none);
  world_open(&world);
  ck_assert_int_eq(ledger_transact(world.ledger, store_add, &merchant), STATUS_OK);
  world_reopen(&world);
  ck_assert_int_eq(ledger_merchant_find(world.ledger, "NEW", &merchant), STATUS_OK);
  world_close(&world);
}
END_TEST

Suite *store_suite(void) {
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("file");
  tcase_set_timeout(tests, 60); /* PostgreSQL is waited for */
  tcase_add_test(tests, creates_once);
  tcase_add_loop_test(tests, refuses_settings, 0, 5);
  tcase_add_test(tests, refuses_other_schema);
  tcase_add_test(tests, touching_changes_nothing);
  tcase_add_test(tests, takes_an_old_ledger_over);
  tcase_add_test(tests, takes_a_restored_ledger_over);
  tcase_add_test(tests, takes_over_whole_or_not);
  tcase_add_test(tests, leaves_a_newer_ledger_alone);
  tcase_add_test(tests, places_tell_no_secret);
  if (place_is_file()) {
    tcase_add_test(tests, opens_only_ledgers);
    tcase_add_test(tests, has_small_pages);
    tcase_add_test(tests, transactions_lie_in_the_order_in_which_they_came);
    tcase_add_test(tests, a_transaction_fits_its_page);
    tcase_add_test(tests, a_payment_makes_no_tables);
    tcase_add_test(tests, locks_others_out);
    tcase_add_test(tests, locks_readers_out);
    tcase_add_test(tests, refuses_read_only_file);
  }
  tcase_add_test(tests, rolls_back_whole_steps);
  tcase_add_test(tests, commits_no_step_that_was_refused);
  tcase_add_test(tests, writes_only_in_steps);
  tcase_add_test(tests, keeps_what_was_committed);
  suite_add_tcase(suite, tests);
  return suite;
}

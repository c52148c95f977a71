/* SPDX-License-Identifier: Apache-2.0
 * The journal: what it keeps, what it refuses, and that a process that dies takes nothing back. */
#include "epurse/journal.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "journal_place.h"
#include "place.h"
#include "suites.h"

static struct place place;
char journal_path[256];

static void set_up(void) {
  place_make_empty(&place);
  place_path(&place, "journal.db", journal_path);
}

static void tear_down(void) {
  place_remove(&place);
}

struct journal *open_journal(void) {
  struct journal *journal = NULL;
  ck_assert_int_eq(journal_open(journal_path, &journal), STATUS_OK);
  return journal;
}

struct journal_entry sample_entry(void) {
  struct journal_entry entry = {.state = JOURNAL_INTENT, .type = TRANSACTION_LOAD, .amount = 5000, .currency = 978};
  entry.time = 1700000000;
  return entry;
}

static void fill(struct journal_entry *entry) {
  ck_assert(crypto_random(entry->promise, sizeof entry->promise));
  ck_assert(crypto_random(entry->authorisation, sizeof entry->authorisation));
  ck_assert(crypto_random(entry->secret, sizeof entry->secret));
  ck_assert(crypto_random(entry->card_certificate, 200));
  entry->card_certificate_len = 200;
  entry->has_promise = entry->has_authorisation = entry->has_secret = true;
  strcpy(entry->tender_kind, "cash");
  strcpy(entry->tender_order, "POS00001-1700000000-1");
  strcpy(entry->tender_reference, "receipt 17");
  strcpy(entry->cashier, "ANNA");
}

START_TEST(entry_comes_back_as_it_was_written) {
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  ck_assert_int_gt(entry.id, 0);
  fill(&entry);
  entry.state = JOURNAL_AUTHORISED;
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_OK);
  journal_close(&journal);
  ck_assert_ptr_null(journal);
  journal = open_journal();
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, entry.id);
  ck_assert_int_eq(read.state, JOURNAL_AUTHORISED);
  ck_assert_int_eq(read.type, TRANSACTION_LOAD);
  ck_assert_int_eq(read.amount, 5000);
  ck_assert_uint_eq(read.currency, 978);
  ck_assert_int_eq(read.time, 1700000000);
  ck_assert(read.has_promise && read.has_authorisation && read.has_secret);
  ck_assert_mem_eq(read.promise, entry.promise, sizeof read.promise);
  ck_assert_mem_eq(read.authorisation, entry.authorisation, sizeof read.authorisation);
  ck_assert_mem_eq(read.secret, entry.secret, sizeof read.secret);
  ck_assert_uint_eq(read.card_certificate_len, 200);
  ck_assert_mem_eq(read.card_certificate, entry.card_certificate, 200);
  ck_assert_str_eq(read.tender_kind, "cash");
  ck_assert_str_eq(read.cashier, "ANNA");
  ck_assert_str_eq(read.tender_order, "POS00001-1700000000-1");
  ck_assert_str_eq(read.tender_reference, "receipt 17");
  ck_assert_int_eq(journal_next_open(journal, read.id, &read), STATUS_NOT_FOUND);
  journal_close(&journal);
}
END_TEST

START_TEST(file_is_the_owners_alone) {
  struct journal *journal = open_journal();
  struct stat facts;
  ck_assert_int_eq(stat(journal_path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 0777, 0600);
  journal_close(&journal);
}
END_TEST

/* CONFIRMED, CANCELLED, SETTLED. */
START_TEST(closed_entry_never_changes) {
  static const enum journal_state closed[] = {JOURNAL_CONFIRMED, JOURNAL_CANCELLED, JOURNAL_SETTLED};
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  entry.state = closed[_i];
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_OK);
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_INTERNAL);
  entry.amount = 1;
  entry.state = JOURNAL_SETTLED;
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_INTERNAL);
  journal_close(&journal);
}
END_TEST

START_TEST(state_never_goes_back) {
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  entry.state = JOURNAL_CHARGED;
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_OK);
  entry.state = JOURNAL_PROMISED;
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_INTERNAL);
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.state, JOURNAL_CHARGED);
  entry.id = 4711;
  entry.state = JOURNAL_CHARGED;
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_INTERNAL);
  journal_close(&journal);
}
END_TEST

/* From its beginning until people have been told; what closes without effect needs no telling. */
START_TEST(end_stays_untold_until_it_is_told) {
  struct journal *journal = open_journal();
  struct journal_entry done = sample_entry(), dropped = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &done), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &dropped), STATUS_OK);
  ck_assert_int_ne(done.id, dropped.id);
  done.state = JOURNAL_CONFIRMED;
  dropped.state = JOURNAL_CANCELLED;
  ck_assert_int_eq(journal_update(journal, &done), STATUS_OK);
  ck_assert_int_eq(journal_update(journal, &dropped), STATUS_OK);
  journal_close(&journal);
  journal = open_journal();
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_next_unreported(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, done.id);
  ck_assert(read.unreported);
  ck_assert_int_eq(journal_next_unreported(journal, read.id, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_reported(journal, done.id), STATUS_OK);
  ck_assert_int_eq(journal_reported(journal, done.id), STATUS_OK);
  ck_assert_int_eq(journal_next_unreported(journal, 0, &read), STATUS_NOT_FOUND);
  journal_close(&journal);
}
END_TEST

/* Told, but the server does not know yet: still open, and no longer unreported. */
START_TEST(open_entries_are_met_told_or_not) {
  struct journal *journal = open_journal();
  struct journal_entry first = sample_entry(), second = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &first), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &second), STATUS_OK);
  second.state = JOURNAL_COMMITTED;
  ck_assert_int_eq(journal_update(journal, &second), STATUS_OK);
  ck_assert_int_eq(journal_reported(journal, second.id), STATUS_OK);
  ck_assert_int_eq(journal_next_unreported(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, first.id);
  ck_assert(read.unreported);
  ck_assert_int_eq(journal_next_unreported(journal, first.id, &read), STATUS_OK);
  ck_assert_int_eq(read.id, second.id);
  ck_assert(!read.unreported);
  journal_close(&journal);
}
END_TEST

/* What each version has brought, from the second on, is undone. */
static const char *const undone[] = {
    "DROP TRIGGER entry_unreported; DROP TRIGGER entry_without_effect; DROP TABLE unreported",
    "DROP TABLE pin",
    "DROP INDEX entry_reference; ALTER TABLE entry DROP COLUMN reference",
    "DROP TABLE incarnation; DROP TABLE bring",
    ("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'type BETWEEN 1 AND 6', 'type BETWEEN 1 "
     "AND 3');"
     "PRAGMA writable_schema = RESET"),
    "DROP INDEX entry_offline; ALTER TABLE entry DROP COLUMN nonce",
    "DROP TABLE closing; DROP TABLE counted; ALTER TABLE entry DROP COLUMN cashier",
    ("ALTER TABLE entry DROP COLUMN iban; ALTER TABLE entry DROP COLUMN holder; ALTER TABLE entry DROP COLUMN closes;"
     "ALTER TABLE entry DROP COLUMN card_reference"),
    "ALTER TABLE entry DROP COLUMN deposit",
    "DROP TABLE shift_begun; DROP TABLE shift; DROP TABLE shift_counted",
    ("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
     "'CHECK (amount > 0 OR (amount = 0 AND type = 5 AND closes = 1))', 'CHECK (amount > 0)');"
     "PRAGMA writable_schema = RESET"),
};

/* The closed journal is as that version had it. */
static void take_back(size_t version) {
  sqlite3 *db = NULL;
  char mark[48];
  ck_assert_int_eq(sqlite3_open(journal_path, &db), SQLITE_OK);
  for (size_t i = sizeof undone / sizeof undone[0]; i >= version; i--)
    ck_assert_int_eq(sqlite3_exec(db, undone[i - 1], NULL, NULL, NULL), SQLITE_OK);
  (void)snprintf(mark, sizeof mark, "PRAGMA user_version = %zu", version);
  ck_assert_int_eq(sqlite3_exec(db, mark, NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* The tables as version 1 had them: what was open then is unreported. */
START_TEST(version_1_is_brought_up) {
  struct journal *journal = open_journal();
  struct journal_entry open_then = sample_entry(), closed_then = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &open_then), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &closed_then), STATUS_OK);
  closed_then.state = JOURNAL_CONFIRMED;
  ck_assert_int_eq(journal_update(journal, &closed_then), STATUS_OK);
  journal_close(&journal);
  take_back(1);
  journal = open_journal();
  ck_assert_int_eq(journal_next_unreported(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.id, open_then.id);
  ck_assert(read.unreported);
  ck_assert_int_eq(journal_next_unreported(journal, read.id, &read), STATUS_NOT_FOUND);
  journal_close(&journal);
}
END_TEST

/* Each of them is brought up, and what was in it is there. */
START_TEST(each_version_is_brought_up) {
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  journal_close(&journal);
  take_back((size_t)_i);
  journal = open_journal();
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.amount, entry.amount);
  fill(&read);
  ck_assert_int_eq(journal_update(journal, &read), STATUS_OK);
  journal_close(&journal);
}
END_TEST

/* What cards signed of their PIN: kept in order, once each, until it is dropped; over a restart too. */
START_TEST(records_of_the_pin_are_kept) {
  uint8_t first[PIN_RECORD_SIZE] = {1}, second[PIN_RECORD_SIZE] = {2}, read[PIN_RECORD_SIZE];
  struct journal *journal = open_journal();
  int64_t id = 0, last = 0;
  ck_assert_int_eq(journal_next_pin(journal, 0, &id, read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_keep_pin(journal, first), STATUS_OK);
  ck_assert_int_eq(journal_keep_pin(journal, second), STATUS_OK);
  ck_assert_int_eq(journal_keep_pin(journal, first), STATUS_OK);
  journal_close(&journal);
  journal = open_journal();
  ck_assert_int_eq(journal_next_pin(journal, 0, &id, read), STATUS_OK);
  ck_assert_mem_eq(read, first, sizeof read);
  ck_assert_int_eq(journal_next_pin(journal, id, &last, read), STATUS_OK);
  ck_assert_mem_eq(read, second, sizeof read);
  ck_assert_int_eq(journal_next_pin(journal, last, &last, read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_drop_pin(journal, id), STATUS_OK);
  ck_assert_int_eq(journal_drop_pin(journal, id), STATUS_OK);
  ck_assert_int_eq(journal_next_pin(journal, 0, &id, read), STATUS_OK);
  ck_assert_mem_eq(read, second, sizeof read);
  journal_close(&journal);
}
END_TEST

START_TEST(version_2_is_brought_up) {
  uint8_t record[PIN_RECORD_SIZE] = {1}, read[PIN_RECORD_SIZE];
  struct journal *journal = open_journal();
  int64_t id = 0;
  journal_close(&journal);
  take_back(2);
  journal = open_journal();
  ck_assert_int_eq(journal_keep_pin(journal, record), STATUS_OK);
  ck_assert_int_eq(journal_next_pin(journal, 0, &id, read), STATUS_OK);
  journal_close(&journal);
}
END_TEST

/* One that knew purchases and loads alone takes refunds, and no kind that there is not. */
START_TEST(version_5_is_brought_up) {
  struct journal *journal = open_journal();
  struct journal_entry refund = sample_entry(), strange = sample_entry(), read;
  journal_close(&journal);
  take_back(5);
  journal = open_journal();
  refund.type = TRANSACTION_REFUND;
  strange.type = TRANSACTION_OFFLINE_PURCHASE + 1;
  ck_assert_int_eq(journal_begin(journal, &refund), STATUS_OK);
  ck_assert_int_eq(journal_next_any(journal, 0, &read), STATUS_OK);
  ck_assert_uint_eq(read.type, TRANSACTION_REFUND);
  ck_assert_int_ne(journal_begin(journal, &strange), STATUS_OK);
  journal_close(&journal);
}
END_TEST

/* The entry of a reference: that which was not cancelled, else the newest; and a journal without references gets
 * them. */
START_TEST(references_are_found) {
  struct journal *journal = open_journal();
  struct journal_entry done = sample_entry(), cancelled = sample_entry(), read;
  ck_assert_int_eq(journal_begin(journal, &done), STATUS_OK);
  journal_close(&journal);
  take_back(3);
  journal = open_journal();
  strcpy(done.reference, "sale-1");
  strcpy(cancelled.reference, "sale-1");
  ck_assert_int_eq(journal_find_reference(journal, "", &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_find_reference(journal, "sale-1", &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_begin(journal, &done), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &cancelled), STATUS_OK);
  cancelled.state = JOURNAL_CANCELLED;
  ck_assert_int_eq(journal_update(journal, &cancelled), STATUS_OK);
  ck_assert_int_eq(journal_find_reference(journal, "sale-1", &read), STATUS_OK);
  ck_assert_int_eq(read.id, done.id);
  ck_assert_str_eq(read.reference, "sale-1");
  done.state = JOURNAL_CANCELLED;
  ck_assert_int_eq(journal_update(journal, &done), STATUS_OK);
  ck_assert_int_eq(journal_find_reference(journal, "sale-1", &read), STATUS_OK);
  ck_assert_int_eq(read.id, cancelled.id);
  journal_close(&journal);
}
END_TEST

/* The first life that is met after a journal began forgets nothing; another one, what is younger than its backup. The
 * list outlives a restart. */
START_TEST(receipts_are_brought_in_again) {
  struct journal *journal = open_journal();
  struct journal_entry old = sample_entry(), young = sample_entry(), without = sample_entry(), late = sample_entry(),
                       read;
  struct journal_entry offline = sample_entry(), fresh = sample_entry(); /* paid off-line: booked, and not yet */
  int64_t first = 0, second = 0, third = 0, last = 0;
  old.time = 1000;
  young.time = 5000;
  old.has_secret = young.has_secret = late.has_secret = true;
  old.has_promise = young.has_promise = late.has_promise = without.has_promise = true;
  old.has_authorisation = young.has_authorisation = late.has_authorisation = without.has_authorisation = true;
  late.time = 6000;
  without.time = 6000;
  without.has_secret = false;
  ck_assert_int_eq(journal_begin(journal, &old), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &young), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &without), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &late), STATUS_OK);
  offline.type = fresh.type = TRANSACTION_OFFLINE_PURCHASE;
  offline.has_promise = fresh.has_promise = true;
  offline.has_authorisation = fresh.has_authorisation = offline.has_secret = fresh.has_secret = false;
  offline.time = fresh.time = 6000;
  offline.state = JOURNAL_CONFIRMED;
  fresh.state = JOURNAL_COMMITTED; /* goes its own way */
  ck_assert_int_eq(journal_begin(journal, &offline), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &fresh), STATUS_OK);
  ck_assert_int_eq(journal_met(journal, 7, 0), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_met(journal, 0, 1), STATUS_OK); /* it did not say */
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_met(journal, 8, 5000), STATUS_OK);
  journal_close(&journal);
  journal = open_journal();
  ck_assert_int_eq(journal_met(journal, 8, 1), STATUS_OK); /* known */
  ck_assert_int_eq(journal_last_bring(journal, &last), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_OK);
  ck_assert_int_eq(read.id, young.id);
  ck_assert_int_eq(journal_next_bring(journal, first, &second, &read), STATUS_OK);
  ck_assert_int_eq(read.id, late.id);
  ck_assert_int_eq(journal_next_bring(journal, second, &third, &read), STATUS_OK);
  ck_assert_int_eq(read.id, offline.id);
  ck_assert_int_eq(third, last);
  ck_assert_int_eq(journal_next_bring(journal, third, &last, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_drop_bring(journal, third), STATUS_OK);
  ck_assert_int_eq(journal_bring(journal, late.id), STATUS_OK); /* is there */
  ck_assert_int_eq(journal_later_bring(journal, first), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_OK);
  ck_assert_int_eq(read.id, late.id);
  ck_assert_int_eq(journal_drop_bring(journal, first), STATUS_OK);
  ck_assert_int_eq(journal_drop_bring(journal, first), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_OK);
  ck_assert_int_eq(read.id, young.id);
  ck_assert_int_eq(journal_drop_bring(journal, first), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &first, &read), STATUS_NOT_FOUND);
  journal_close(&journal);
}
END_TEST

/* An off-line payment is done with its promise: the newest is found, and brought in again once it was booked and may
 * have been forgotten. */
START_TEST(offline_payments_are_done_by_their_promise) {
  struct journal *journal = open_journal();
  struct journal_entry online = sample_entry(), paid = sample_entry(), open = sample_entry(), read;
  int64_t spot = 0, end = 0;
  online.has_promise = online.has_authorisation = online.has_secret = true;
  online.time = 5000;
  paid.type = open.type = TRANSACTION_OFFLINE_PURCHASE;
  paid.has_authorisation = paid.has_secret = open.has_authorisation = open.has_secret = open.has_promise = false;
  paid.has_promise = true;
  paid.time = open.time = 6000;
  ck_assert_int_eq(journal_begin(journal, &online), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &paid), STATUS_OK);
  ck_assert_int_eq(journal_begin(journal, &open), STATUS_OK);
  ck_assert_int_eq(journal_last_done(journal, &read), STATUS_OK);
  ck_assert_int_eq(read.id, paid.id);
  ck_assert_int_eq(journal_met(journal, 7, 0), STATUS_OK);
  ck_assert_int_eq(journal_met(journal, 8, 5000), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, 0, &spot, &read), STATUS_OK);
  ck_assert_int_eq(read.id, online.id);
  ck_assert_int_eq(journal_next_bring(journal, spot, &end, &read), STATUS_NOT_FOUND); /* that is open: it goes anyway */
  paid.state = JOURNAL_CONFIRMED;
  ck_assert_int_eq(journal_update(journal, &paid), STATUS_OK);
  ck_assert_int_eq(journal_met(journal, 9, 5000), STATUS_OK);
  ck_assert_int_eq(journal_next_bring(journal, spot, &spot, &read), STATUS_OK);
  ck_assert_int_eq(read.id, paid.id);
  ck_assert_int_eq(journal_next_bring(journal, spot, &end, &read), STATUS_NOT_FOUND);
  journal_close(&journal);
}
END_TEST

/* A full disk: the step is not done, says so, and leaves nothing behind. */
START_TEST(full_disk_is_told) {
  struct journal *journal = open_journal();
  struct journal_entry entry = sample_entry(), read;
  struct rlimit room;
  int64_t seq = 0;
  ck_assert_int_eq(journal_begin(journal, &entry), STATUS_OK);
  signal(SIGXFSZ, SIG_IGN);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &room), 0);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, room.rlim_max}), 0);
  struct journal_entry second = sample_entry();
  enum status begun = journal_begin(journal, &second), drawn = journal_next_seq(journal, &seq);
  entry.state = JOURNAL_PROMISED;
  enum status updated = journal_update(journal, &entry);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &room), 0);
  ck_assert_int_eq(begun, STATUS_STORE_FAILED);
  ck_assert_int_eq(drawn, STATUS_STORE_FAILED);
  ck_assert_int_eq(updated, STATUS_STORE_FAILED);
  ck_assert_int_eq(journal_next_open(journal, 0, &read), STATUS_OK);
  ck_assert_int_eq(read.state, JOURNAL_INTENT);
  ck_assert_int_eq(journal_next_open(journal, read.id, &read), STATUS_NOT_FOUND);
  ck_assert_int_eq(journal_update(journal, &entry), STATUS_OK);
  journal_close(&journal);
}
END_TEST

START_TEST(other_files_are_refused) {
  struct journal *journal = open_journal();
  sqlite3 *db = NULL;
  journal_close(&journal);
  ck_assert_int_eq(sqlite3_open(journal_path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
  ck_assert_int_eq(journal_open(journal_path, &journal), STATUS_OLD_SCHEMA);
  ck_assert_ptr_null(journal);
  FILE *file = fopen(journal_path, "w");
  ck_assert_ptr_nonnull(file);
  for (int i = 0; i < 1000; i++)
    fputs("this is no database ", file);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(journal_open(journal_path, &journal), STATUS_STORE_FAILED);
  ck_assert_ptr_null(journal);
  ck_assert_int_eq(journal_open("/nowhere/journal.db", &journal), STATUS_STORE_FAILED);
}
END_TEST

Suite *journal_suite(void) {
  Suite *suite = suite_create("journal");
  TCase *tests = tcase_create("journal");
  tcase_set_timeout(tests, 30);
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, entry_comes_back_as_it_was_written);
  tcase_add_test(tests, file_is_the_owners_alone);
  tcase_add_loop_test(tests, closed_entry_never_changes, 0, 3);
  tcase_add_test(tests, state_never_goes_back);
  tcase_add_test(tests, end_stays_untold_until_it_is_told);
  tcase_add_test(tests, open_entries_are_met_told_or_not);
  tcase_add_test(tests, version_1_is_brought_up);
  tcase_add_loop_test(tests, each_version_is_brought_up, 1, 11);
  tcase_add_test(tests, records_of_the_pin_are_kept);
  tcase_add_test(tests, version_2_is_brought_up);
  tcase_add_test(tests, version_5_is_brought_up);
  tcase_add_test(tests, references_are_found);
  tcase_add_test(tests, receipts_are_brought_in_again);
  tcase_add_test(tests, offline_payments_are_done_by_their_promise);
  tcase_add_test(tests, full_disk_is_told);
  tcase_add_test(tests, other_files_are_refused);
  journal_process_tests(tests);
  journal_closing_tests(tests);
  suite_add_tcase(suite, tests);
  return suite;
}

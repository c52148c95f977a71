/* SPDX-License-Identifier: Apache-2.0
 * Counting: each kind in its sum, what is not known in none, and the drawer. */
#include "epurse/terminal_closing.h"

#include <stdio.h>
#include <string.h>

#include "epurse/journal.h"
#include "epurse/record.h"
#include "epurse/terminal_payout.h"
#include "suites.h"

/* An entry that its card has promised; done where `state` says so. */
static struct journal_entry entry_of(uint8_t type, enum journal_state state, int64_t amount, bool pin, bool in_points) {
  static int64_t last;
  const int64_t id = ++last;
  struct journal_entry entry = {.id = id, .state = state, .type = type, .amount = amount, .time = 1700000000 + id};
  struct promise promise = {.type = type, .amount = (uint32_t)amount, .currency = 978, .pin_verified = pin};
  uint8_t body[PROMISE_TLV_SIZE];
  promise.sale_in_points = in_points;
  promise.sale_atc = type == TRANSACTION_REFUND;
  memcpy(promise.tid, "POS00001", TID_SIZE);
  moment_from_unix(entry.time, promise.time);
  promise.atc = (uint32_t)id;
  promise_encode(&promise, body);
  memcpy(entry.promise, body, PROMISE_TLV_SIZE);
  memcpy(entry.promise + PROMISE_TLV_SIZE, "\x5f\x37\x40", 3); /* a signature, which nobody checks here */
  entry.has_promise = true;
  entry.has_secret = type != TRANSACTION_OFFLINE_PURCHASE && (state == JOURNAL_COMMITTED || state == JOURNAL_CONFIRMED);
  return entry;
}

static void add(struct count *count, struct journal_entry entry, const char *tender) {
  (void)snprintf(entry.tender_kind, sizeof entry.tender_kind, "%s", tender);
  count_add(count, &entry);
}

static void sum_is(const struct count_sum *sum, int64_t number, int64_t amount) {
  ck_assert_int_eq(sum->count, number);
  ck_assert_int_eq(sum->amount, amount);
}

START_TEST(each_kind_has_its_sum) {
  struct count count = {0};
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_CONFIRMED, 100, true, false), "");
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_COMMITTED, 20, true, false), "");
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_CONFIRMED, 3, false, false), "");
  add(&count, entry_of(TRANSACTION_POINTS_PURCHASE, JOURNAL_CONFIRMED, 5, true, false), "");
  add(&count, entry_of(TRANSACTION_OFFLINE_PURCHASE, JOURNAL_COMMITTED, 7, true, false), "");
  add(&count, entry_of(TRANSACTION_REFUND, JOURNAL_CONFIRMED, 11, false, false), "");
  add(&count, entry_of(TRANSACTION_REFUND, JOURNAL_CONFIRMED, 13, false, true), "");
  sum_is(&count.kinds[COUNT_SALE_PIN], 2, 120);
  sum_is(&count.kinds[COUNT_SALE_NO_PIN], 1, 3);
  sum_is(&count.kinds[COUNT_SALE_POINTS], 1, 5);
  sum_is(&count.kinds[COUNT_SALE_OFFLINE], 1, 7);
  sum_is(&count.kinds[COUNT_REFUND], 1, 11);
  sum_is(&count.kinds[COUNT_REFUND_POINTS], 1, 13);
  sum_is(&count.waiting, 2, 27);
  sum_is(&count.open, 0, 0);
  ck_assert_int_eq(count.last - count.first, 6);
}
END_TEST

START_TEST(loads_are_by_tender_and_fill_the_drawer) {
  struct count count = {0};
  add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_CONFIRMED, 5000, true, false), "cash");
  add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_CONFIRMED, 700, true, false), "manual");
  add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_SETTLED, 300, true, false), "cash");
  add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_SETTLED, 9, true, false), "owed");
  add(&count, entry_of(TRANSACTION_PAYOUT, JOURNAL_CONFIRMED, 1000, true, false), "handed");
  add(&count, entry_of(TRANSACTION_PAYOUT, JOURNAL_COMMITTED, 40, true, false), PAYOUT_BY_TRANSFER);
  ck_assert_uint_eq(count.load_count, 2);
  ck_assert_str_eq(count.loads[0].kind, "cash");
  sum_is(&count.loads[0].sum, 2, 5300);
  sum_is(&count.loads[1].sum, 1, 700);
  sum_is(&count.kinds[COUNT_ELSEWHERE], 1, 9);
  sum_is(&count.kinds[COUNT_PAYOUT_CASH], 1, 1000);
  sum_is(&count.kinds[COUNT_PAYOUT_TRANSFER], 1, 40);
  ck_assert_int_eq(count_drawer(&count), 4300);
}
END_TEST

START_TEST(what_is_not_known_is_in_no_sum) {
  struct count count = {0};
  struct journal_entry back = entry_of(TRANSACTION_PAYOUT, JOURNAL_SETTLED, 2, true, false);
  back.has_secret = true;
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_AUTHORISED, 100, true, false), "");
  add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_REVERSING, 20, true, false), "cash");
  add(&count, entry_of(TRANSACTION_PAYOUT, JOURNAL_COMMITTED, 3, true, false), "hand-out");
  sum_is(&count.open, 3, 123);
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_CANCELLED, 100, true, false), "");
  add(&count, back, "");
  sum_is(&count.open, 3, 123);
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_SETTLED, 8, true, false), "");
  sum_is(&count.kinds[COUNT_ELSEWHERE], 1, 8);
  for (size_t i = 0; i < COUNT_ELSEWHERE; i++)
    sum_is(&count.kinds[i], 0, 0);
  ck_assert_uint_eq(count.load_count, 0);
}
END_TEST

START_TEST(too_many_tenders_are_one) {
  struct count count = {0};
  char kind[16];
  for (unsigned i = 0; i < COUNT_TENDERS + 3; i++) {
    (void)snprintf(kind, sizeof kind, "kind %u", i);
    add(&count, entry_of(TRANSACTION_LOAD, JOURNAL_CONFIRMED, 10, true, false), kind);
  }
  ck_assert_uint_eq(count.load_count, COUNT_TENDERS);
  ck_assert_str_eq(count.loads[COUNT_TENDERS - 1].kind, "other");
  sum_is(&count.loads[COUNT_TENDERS - 1].sum, 4, 40);
}
END_TEST

/* What is kept of a closing is all that was in it, and nothing else is one. */
START_TEST(a_closing_is_its_text) {
  struct closing closing = {.number = 3, .at = 1700000000, .currency = 978, .has_drawer = true}, read;
  char body[JOURNAL_CLOSING_MAX], again[JOURNAL_CLOSING_MAX];
  memcpy(closing.tid, "POS00001", TID_SIZE);
  closing.previous[5] = 7;
  closing.drawer_float = 100;
  closing.drawer_counted = 4321;
  struct journal_entry load = entry_of(TRANSACTION_LOAD, JOURNAL_CONFIRMED, 5000, true, false);
  strcpy(load.cashier, "anna");
  add(&closing.count, load, "cash");
  add(&closing.count, entry_of(TRANSACTION_PURCHASE, JOURNAL_AUTHORISED, 60, true, false), "");
  ck_assert_uint_gt(closing_encode(&closing, body, sizeof body), 0);
  ck_assert_int_eq(closing_decode(body, &read), STATUS_OK);
  ck_assert_uint_gt(closing_encode(&read, again, sizeof again), 0);
  ck_assert_str_eq(body, again);
  ck_assert_int_eq(read.count.open_numbers[0], closing.count.open_numbers[0]);
  ck_assert_int_eq(closing_target(&read), 5100);
  ck_assert_uint_eq(closing_encode(&closing, again, 40), 0);
  strcat(body, "more 1 1\n");
  ck_assert_int_eq(closing_decode(body, &read), STATUS_BAD_FORMAT);
  ck_assert_int_eq(closing_decode("", &read), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(cashiers_have_their_sums) {
  struct count count = {0};
  static const uint8_t types[] = {TRANSACTION_PURCHASE, TRANSACTION_OFFLINE_PURCHASE, TRANSACTION_POINTS_PURCHASE,
                                  TRANSACTION_REFUND};
  for (unsigned i = 0; i < 8; i++) {
    struct journal_entry entry = entry_of(types[i % 4], JOURNAL_CONFIRMED, 1 << i, true, false);
    (void)snprintf(entry.cashier, sizeof entry.cashier, "%s", i < 4 ? "anna" : "bert");
    add(&count, entry, "");
  }
  add(&count, entry_of(TRANSACTION_PURCHASE, JOURNAL_CONFIRMED, 1000, true, false), "");
  ck_assert_uint_eq(count.cashier_count, 2);
  ck_assert_str_eq(count.cashiers[0].name, "anna");
  sum_is(&count.cashiers[0].sales, 2, 3);
  sum_is(&count.cashiers[0].refunds, 1, 8);
  sum_is(&count.cashiers[1].sales, 2, 48);
  sum_is(&count.cashiers[1].refunds, 1, 128);
  for (unsigned i = 0; i < COUNT_CASHIERS + 2; i++) {
    struct journal_entry entry = entry_of(TRANSACTION_LOAD, JOURNAL_CONFIRMED, 1, true, false);
    (void)snprintf(entry.cashier, sizeof entry.cashier, "c%u", i);
    add(&count, entry, "cash");
  }
  ck_assert_uint_eq(count.cashier_count, COUNT_CASHIERS);
  ck_assert_str_eq(count.cashiers[COUNT_CASHIERS - 1].name, "other");
  sum_is(&count.cashiers[COUNT_CASHIERS - 1].loads, 5, 5);
  ck_assert(cashier_valid("Anna_B.2-c") && !cashier_valid("") && !cashier_valid("a b") && !cashier_valid("a,b") &&
            !cashier_valid("seventeen-letters"));
}
END_TEST

Suite *count_suite(void) {
  Suite *suite = suite_create("count");
  TCase *tests = tcase_create("count");
  tcase_add_test(tests, each_kind_has_its_sum);
  tcase_add_test(tests, loads_are_by_tender_and_fill_the_drawer);
  tcase_add_test(tests, what_is_not_known_is_in_no_sum);
  tcase_add_test(tests, too_many_tenders_are_one);
  tcase_add_test(tests, a_closing_is_its_text);
  tcase_add_test(tests, cashiers_have_their_sums);
  suite_add_tcase(suite, tests);
  return suite;
}

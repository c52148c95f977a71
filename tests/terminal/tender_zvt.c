/* SPDX-License-Identifier: Apache-2.0
 * The bank's terminal by ZVT: what its answers mean for the money, what opens it, and its file. zvt-tender.test has the
 * line. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"
#include "tender/zvt_client.h"
#include "world/folder.h"

#define PAID(number)                                                                                                   \
  {                                                                                                                    \
    .result = 0, .amount = 1000, .currency = 978, .receipt = (number), .trace = 4700 + (number), .time = 1, .date = 2, \
    .terminal = 3, .original = -1                                                                                      \
  }

static const struct zvt_order sent = {
    .name = "R-1", .amount = 1000, .currency = 978, .told = ZVT_KNOWN, .before = {16, 4716, 1, 2}};

START_TEST(payment_is_paid_only_where_all_says_so) {
  struct zvt_talk talk = {.end = ZVT_DONE, .acknowledged = true, .has_status = true, .status = PAID(17)};
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_PAID);
  talk.end = ZVT_LOST;
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN);
  talk.end = ZVT_ENDED; /* behind an approval */
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN);
  talk.end = ZVT_DONE;
  talk.status.amount = 1100;
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN);
  talk.status = (struct zvt_status)PAID(-1);
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN); /* nobody could give it back */
  talk.status.result = 5;
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_DECLINED);
  talk.has_status = false;
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN);
  talk = (struct zvt_talk){.end = ZVT_REFUSED, .code = 0xA0};
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_DECLINED);
  talk = (struct zvt_talk){.end = ZVT_ENDED, .code = 0x6C};
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_DECLINED);
  talk.code = 0xFF;
  ck_assert_int_eq(zvt_judge_payment(&talk, &sent), TENDER_UNKNOWN);
}
END_TEST

START_TEST(last_transaction_tells_of_an_order) {
  struct zvt_talk talk = {.end = ZVT_DONE, .acknowledged = true, .has_status = true, .status = PAID(17)};
  struct zvt_order order = sent;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_PAID);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, false), TENDER_UNKNOWN); /* another order came after it */
  talk.status = (struct zvt_status)PAID(16);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_DECLINED); /* the same as before */
  talk.status.time = 7;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_PAID); /* the number alone has come round */
  talk.status = (struct zvt_status)PAID(17);
  talk.status.amount = 900; /* not ours */
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  talk.status = (struct zvt_status)PAID(17);
  talk.status.original = 4716; /* a reversal */
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  talk.status.receipt = 18;
  talk.status.trace = 4718;
  talk.status.original = 4717; /* of what came after that: it waited for its goods, and nobody was there any more */
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_REVERSED);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, false), TENDER_UNKNOWN);
  talk.status.amount = 900;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  talk.status = (struct zvt_status)PAID(18);
  talk.status.original = 4715; /* of something older */
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  order.told = ZVT_UNTOLD;
  talk.status = (struct zvt_status)PAID(17);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  talk = (struct zvt_talk){.end = ZVT_ENDED, .acknowledged = true, .code = 0x64};
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN);
  order.told = ZVT_NONE;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_DECLINED); /* still none at all */
  talk.code = 0xA0;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN); /* busy is not none */
}
END_TEST

START_TEST(reversal_is_done_only_where_it_says_so) {
  struct zvt_talk talk = {.end = ZVT_DONE, .acknowledged = true, .has_status = true, .status = PAID(18)};
  struct zvt_order order = sent;
  order.stage = ZVT_REVERSING;
  order.charge = (struct zvt_mark){17, 4717, 1, 2};
  ck_assert_int_eq(zvt_judge_reversal(&talk), TENDER_REVERSED);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_UNKNOWN); /* of what, it does not say */
  talk.status.original = 4717;
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_REVERSED);
  talk.status = (struct zvt_status)PAID(17);
  ck_assert_int_eq(zvt_judge_last(&talk, &order, true), TENDER_PAID); /* the charge is the last still */
  talk.has_status = false;
  ck_assert_int_eq(zvt_judge_reversal(&talk), TENDER_UNKNOWN);
  talk = (struct zvt_talk){.end = ZVT_ENDED, .code = 0xB4};
  ck_assert_int_eq(zvt_judge_reversal(&talk), TENDER_REVERSED); /* it was before */
  talk.code = 0xB5;
  ck_assert_int_eq(zvt_judge_reversal(&talk), TENDER_PAID);
  talk.end = ZVT_LOST;
  ck_assert_int_eq(zvt_judge_reversal(&talk), TENDER_UNKNOWN);
}
END_TEST

static enum status opens(const char *spec, const char *folder) {
  const struct tender_operator people = {.folder = folder};
  struct tender *tender = NULL;
  enum status status = tender_open(spec, &people, &tender);
  tender_close(&tender);
  return status;
}

START_TEST(specification_is_read_strictly) {
  static const char *const bad[] = {
      "zvt:",
      "zvt:host",
      "zvt:host:0",
      "zvt:host:70000",
      "zvt:host:20007,",
      "zvt:host:20007,wait=0",
      "zvt:host:20007,wait=181",
      "zvt:host:20007,password=12345",
      "zvt:host:20007,password=1234567",
      "zvt:host:20007,password=12345a",
      "zvt:host:20007,goods=yes",
      "zvt:[::1]20007",
  };
  char folder[512];
  ck_assert(folder_make(NULL, "tender-zvt", folder, sizeof folder));
  ck_assert_int_eq(opens("zvt:192.168.0.30:20007", folder), STATUS_OK);
  ck_assert_int_eq(opens("zvt:[::1]:20007,wait=60,password=123456", folder), STATUS_OK);
  ck_assert_int_eq(opens("zvt:host:20007", NULL), STATUS_BAD_CONFIG); /* nowhere to keep what must outlive it */
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    ck_assert_msg(opens(bad[i], folder) == STATUS_BAD_CONFIG, "%s opens", bad[i]);
  ck_assert(folder_remove(folder));
}
END_TEST

START_TEST(orders_outlive_the_program) {
  static struct zvt_orders orders, again;
  char folder[512];
  ck_assert(folder_make(NULL, "tender-zvt", folder, sizeof folder));
  snprintf(orders.path, sizeof orders.path, "%s/zvt-orders.json", folder);
  ck_assert_int_eq(zvt_orders_read(&orders), STATUS_OK);
  ck_assert_uint_eq(orders.count, 0);
  for (int i = 0; i < ZVT_ORDERS_KEPT + 10; i++) {
    char name[16];
    snprintf(name, sizeof name, "R-%d", i);
    struct zvt_order *order = zvt_orders_add(&orders, name);
    ck_assert_ptr_nonnull(order);
    order->amount = 100 + i;
    order->stage = i == 3 ? ZVT_REVERSING : ZVT_CONFIRMED; /* what is open is never left out */
  }
  ck_assert_int_eq(zvt_orders_save(&orders), STATUS_OK);
  memcpy(again.path, orders.path, sizeof again.path);
  ck_assert_int_eq(zvt_orders_read(&again), STATUS_OK);
  ck_assert_uint_le(again.count, ZVT_ORDERS_KEPT + 2);
  ck_assert_ptr_null(zvt_orders_find(&again, "R-0"));
  ck_assert_int_eq(zvt_orders_find(&again, "R-3")->stage, ZVT_REVERSING);
  ck_assert_int_eq(zvt_orders_find(&again, "R-41")->amount, 141);
  FILE *file = fopen(orders.path, "w");
  fputs("[{\"order\":\"R-1\"}]", file);
  fclose(file);
  ck_assert_int_eq(zvt_orders_read(&again), STATUS_BAD_CONFIG);
  ck_assert_int_eq(opens("zvt:host:20007", folder), STATUS_BAD_CONFIG);
  ck_assert(folder_remove(folder));
}
END_TEST

Suite *tender_zvt_suite(void) {
  Suite *suite = suite_create("tender_zvt");
  TCase *tests = tcase_create("tender_zvt");
  tcase_add_test(tests, payment_is_paid_only_where_all_says_so);
  tcase_add_test(tests, last_transaction_tells_of_an_order);
  tcase_add_test(tests, reversal_is_done_only_where_it_says_so);
  tcase_add_test(tests, specification_is_read_strictly);
  tcase_add_test(tests, orders_outlive_the_program);
  suite_add_tcase(suite, tests);
  return suite;
}

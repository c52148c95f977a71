/* SPDX-License-Identifier: Apache-2.0
 * The terminal's flows with the real server and a real card application: what section 7 of the design promises, counted
 * in cents on both sides. */
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"
#include "run.h"

/* Last: whatever was torn, declined, killed and given back before, journals, ledger and receipts tell the same. */
START_TEST(the_audit_finds_nothing_in_all_this) {
  struct flow_card card;
  struct outcome outcome;
  flow_card_issue(&card, "last", 1000);
  ck_assert_int_eq(flow_pay(&card, "pos", 100, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_pay(&card, "pos2", 100, &outcome), STATUS_OK);
  flow_audit_clean();
  flow_card_remove(&card);
}
END_TEST

static Suite *flow_suite(void) {
  Suite *suite = suite_create("flow");
  TCase *tests = tcase_create("flow");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  flow_plain_tests(tests);
  flow_desk_tests(tests);
  flow_pin_tests(tests);
  flow_bank_tests(tests);
  flow_tear_tests(tests);
  flow_refund_tests(tests);
  flow_payout_tests(tests);
  flow_offline_tests(tests);
  flow_alone_tests(tests);
  tcase_add_test(tests, the_audit_finds_nothing_in_all_this);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {flow_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}

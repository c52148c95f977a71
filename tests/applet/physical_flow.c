/* SPDX-License-Identifier: Apache-2.0
 * The terminal's flows, with their server, on the card in a reader. */
#include <check.h>
#include <string.h>

#include "run.h"
#include "system/flow.h"
#include "system/flow_world.h"

#include "physical.h"

/* Left out: they tear the card, or have two at once, or the desk's own look at it would end it (the last). */
static const char *const left_out[] = {
    "torn_card_is_finished",
    "power_fails_and_card_is_taken",
    "power_fails_and_card_stays",
    "power_fails_in_credit",
    "power_fails_in_debit",
    "a_torn_close_is_finished",
    "power_fails_in_an_offline_payment",
    "a_name_is_paid_once",
    "a_closed_card_is_not_needed",
};

bool physical_wants(const char *test) {
  for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
    if (strcmp(test, left_out[i]) == 0)
      return false;
  return true;
}

static Suite *flow_suite(void) {
  Suite *suite = suite_create("flow");
  TCase *tests = tcase_create("flow");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  flow_plain_tests(tests);
  flow_desk_tests(tests);
  flow_pin_tests(tests);
  flow_bank_tests(tests);
  flow_refund_tests(tests);
  flow_payout_tests(tests);
  flow_offline_tests(tests);
  flow_alone_tests(tests);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {flow_suite};
  return run_suites(suites, 1);
}

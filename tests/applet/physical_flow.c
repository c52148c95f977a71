/* SPDX-License-Identifier: Apache-2.0
 * The terminal's flows, with their server, on the card in a reader. Its balance is asked of it, as the desk may. */
#include <check.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/terminal.h"
#include "epurse/vcard.h"
#include "run.h"
#include "system/flow.h"
#include "system/flow_world.h"

#include "physical.h"

const struct card_memory *__real_vcard_memory(const struct vcard *vcard);
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard);
void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after);
void __real__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end);
void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end);

/* Left out: they tear the card, or have two at once. */
static const char *const left_out[] = {
    "torn_card_is_finished",
    "power_fails_and_card_is_taken",
    "power_fails_and_card_stays",
    "power_fails_in_credit",
    "power_fails_in_debit",
    "a_torn_close_is_finished",
    "power_fails_in_an_offline_payment",
    "a_name_is_paid_once",
};

void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int allowed, int start, int end) {
  for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
    if (strcmp(test->name, left_out[i]) == 0)
      return;
  __real__tcase_add_test(tests, test, signal, allowed, start, end);
}

/* The balance stays what it was when the card was blocked, and is not told any more. */
const struct card_memory *__wrap_vcard_memory(const struct vcard *vcard) {
  static struct card_memory memory;
  static struct balance balance;
  struct terminal *desk = flow_terminal("perso");
  struct card_info info;
  memory = *__real_vcard_memory(vcard);
  memory.state = physical_state();
  enum status status = card_read_balance(desk, physical_reader(), NULL, &balance, &info);
  ck_assert_msg(status == STATUS_OK || status == STATUS_CARD_BLOCKED, "the balance of the card in the reader: %s",
                status_name(status));
  bytes_put_u32(memory.balance, balance.balance);
  terminal_close(&desk);
  ck_assert_int_eq(reader_connect(physical_reader()), STATUS_OK); /* the desk has let go of it */
  return &memory;
}

void __wrap_vcard_fail_at(struct vcard *vcard, uint32_t nth, bool after) {
  (void)vcard;
  (void)after;
  ck_assert_msg(nth == 0, "nothing tears the card in a reader");
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

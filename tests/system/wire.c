/* SPDX-License-Identifier: Apache-2.0
 * The wires under attack: every message of every operation, with everything that can be done to it. ATTACK_SEED chooses
 * what is taken by lot, ATTACK_SHARE=N one of N of what then is left (12), ATTACK_FULL=1
 * takes all, ATTACK_ONLY takes one operation,
 * ATTACK_VERBOSE=1 prints each attack. */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "flow_world.h"
#include "run.h"
#include "wire_opened.h"
#include "wire_server.h"

static void begin(void) {
  figures_begin();
  flow_world_begin_with("--no-pin-single 1.00 --no-pin-total 5.00");
}

static void end(void) {
  flow_world_end();
  figures_end();
}

static const struct wire_operation *const operations[] = {
    &wire_purchase, &wire_mistyped, &wire_points, &wire_retap,  &wire_load,  &wire_balance, &wire_log,   &wire_block,
    &wire_issue,    &wire_pin,      &wire_refund, &wire_payout, &wire_close, &wire_offline, &wire_no_pin};

START_TEST(between_terminal_and_card) {
  wire_operation_attack(operations[_i]);
}
END_TEST

/* All bytes of one message, and a share of the others; the operations in which the server has a part. */
static const struct {
  const struct wire_operation *operation;
  struct line_share share;
} lines[] = {
    {&wire_purchase, {.first = 1, .bytes = 8, .rest = 1, .delays = true}},
    {&wire_mistyped, {.first = 100, .bytes = 100, .rest = 8}},
    {&wire_no_pin, {.first = 100, .bytes = 100, .rest = 4}},
    {&wire_points, {.first = 100, .bytes = 100, .rest = 8}},
    {&wire_load, {.first = 40, .bytes = 40, .rest = 2, .delays = true}},
    {&wire_balance, {.first = 40, .bytes = 40, .rest = 8}},
    {&wire_block, {.first = 40, .bytes = 40, .rest = 8}},
    {&wire_issue, {.first = 100, .bytes = 100, .rest = 16}},
    {&wire_pin, {.first = 40, .bytes = 40, .rest = 4, .delays = true}},
    {&wire_refund, {.first = 100, .bytes = 100, .rest = 4}},
    {&wire_payout, {.first = 100, .bytes = 100, .rest = 4}},
    {&wire_close, {.first = 100, .bytes = 100, .rest = 16}},
    {&wire_bringing, {.first = 100, .bytes = 100, .rest = 4}},
};

START_TEST(between_terminal_and_server) {
  wire_server_attack(lines[_i].operation, &lines[_i].share);
}
END_TEST

START_TEST(with_an_opened_card) {
  wire_opened_attack(&opened_rows[_i]);
}
END_TEST

static Suite *wire_suite(void) {
  Suite *suite = suite_create("wire");
  TCase *tests = tcase_create("wire");
  tcase_set_timeout(tests, attack_full() ? 7200 : 300);
  tcase_add_unchecked_fixture(tests, begin, end);
  tcase_add_loop_test(tests, between_terminal_and_card, 0, sizeof operations / sizeof operations[0]);
  tcase_add_loop_test(tests, between_terminal_and_server, 0, sizeof lines / sizeof lines[0]);
  tcase_add_loop_test(tests, with_an_opened_card, 0, (int)opened_rows_count);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {wire_suite};
  if (access("/dev/shm", W_OK) == 0)
    (void)!setenv("TMPDIR", "/dev/shm", 0); /* thousands of durable writes */
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}

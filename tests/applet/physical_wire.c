/* SPDX-License-Identifier: Apache-2.0
 * The wires under attack (tests/system/wire.c) with the card in a reader, whose own word the judge takes for its memory
 * (physical_told.c). Left out: an opened card, which is not to be had; operations whose judge wants what no card tells
 * (the PIN, what was paid without it, keys), or which end with a blocked card. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run.h"
#include "system/flow_world.h"
#include "system/wire_card.h"
#include "system/wire_server.h"

static void begin(void) {
  figures_begin();
  flow_world_begin();
}

static void end(void) {
  flow_world_end();
  figures_end();
}

static const struct wire_operation *const operations[] = {&wire_purchase, &wire_mistyped, &wire_points, &wire_retap,
                                                          &wire_load,     &wire_balance,  &wire_log,    &wire_refund,
                                                          &wire_payout,   &wire_offline};

START_TEST(between_terminal_and_card) {
  wire_operation_attack(operations[_i]);
}
END_TEST

static const struct wire_operation *const lines[] = {&wire_purchase, &wire_mistyped, &wire_points, &wire_load,
                                                     &wire_balance,  &wire_refund,   &wire_payout, &wire_bringing};

START_TEST(between_terminal_and_server) {
  static const struct line_share share = {.first = 40, .bytes = 40, .rest = 4};
  wire_server_attack(lines[_i], &share);
}
END_TEST

/* With ATTACK_ONLY that row alone, so that none counts as passed which was not run. */
static Suite *wire_suite(void) {
  Suite *suite = suite_create("wire");
  TCase *tests = tcase_create("wire");
  char name[32];
  tcase_set_timeout(tests, 7200);
  tcase_add_unchecked_fixture(tests, begin, end);
  for (int i = 0; i < (int)(sizeof operations / sizeof operations[0]); i++)
    if (attack_wants(operations[i]->name))
      tcase_add_loop_test(tests, between_terminal_and_card, i, i + 1);
  for (int i = 0; i < (int)(sizeof lines / sizeof lines[0]); i++) {
    snprintf(name, sizeof name, "%s, line", lines[i]->name);
    if (attack_wants(name))
      tcase_add_loop_test(tests, between_terminal_and_server, i, i + 1);
  }
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {wire_suite};
  if (access("/dev/shm", W_OK) == 0)
    (void)!setenv("TMPDIR", "/dev/shm", 0); /* thousands of durable writes */
  return run_suites(suites, 1);
}

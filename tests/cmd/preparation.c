/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/cmd/perso/preparation.c: each known trap of fresh cards has its own sentence, which says what to do. */
#include <check.h>
#include <string.h>

#include "cmd/perso/preparation.h"
#include "suites.h"

static const struct {
  enum prepare_step step;
  enum status status;
  uint16_t sw;
  const char *says;
} traps[] = {
    {PREPARE_LOOK, STATUS_NOT_OUR_CARD, 0, "not fused"},
    {PREPARE_LOOK, STATUS_CARD_REFUSED, SW_BLOCKED, "the card is locked"},
    {PREPARE_LOOK, STATUS_CARD_REFUSED, 0, "wrong keys too often"},
    {PREPARE_LOOK, STATUS_NOT_FOUND, 0, "no number of its own"},
    {PREPARE_PURSE, STATUS_CARD_REFUSED, 0, "may be a cardholder's"},
    {PREPARE_OPEN, STATUS_NOT_AUTHENTICATED, 0, "--card-keys"},
    {PREPARE_OPEN, STATUS_CARD_REFUSED, 0, "do not try again"},
    {PREPARE_KEYS, STATUS_CARD_REFUSED, 0, "--keep-keys"},
    {PREPARE_FORGET, STATUS_CARD_REFUSED, 0, "its seller's keys"},
    {PREPARE_CLEAR, STATUS_CARD_REFUSED, 0, "prepare --undo"},
    {PREPARE_LOAD, STATUS_CARD_REFUSED, 0x6438, "an older Java Card"},
    {PREPARE_LOAD, STATUS_CARD_REFUSED, 0x6A84, "no room"},
    {PREPARE_LOAD, STATUS_CARD_REFUSED, 0x6A80, "a newer Java Card"},
    {PREPARE_LOAD, STATUS_CARD_REFUSED, 0x6982, "contact reader"},
    {PREPARE_LOAD, STATUS_CARD_REFUSED, 0x6F00, "refused to load"},
    {PREPARE_LOAD, STATUS_CARD_LOST, 0, "another reader"},
    {PREPARE_LOAD, STATUS_CARD_SILENT, 0, "another reader"},
    {PREPARE_INSTALL, STATUS_CARD_REFUSED, 0x6A84, "too little memory"},
    {PREPARE_INSTALL, STATUS_CARD_REFUSED, 0x6985, "without elliptic curves"},
    {PREPARE_INSTALL, STATUS_CARD_REFUSED, 0x6F00, "without elliptic curves"},
    {PREPARE_INSTALL, STATUS_CARD_LOST, 0, "fell silent"},
    {PREPARE_INSTALL, STATUS_CARD_MUTE, 0, "fell silent"},
    {PREPARE_LOCK, STATUS_CARD_REFUSED, 0x6985, "refused to be locked"},
    {PREPARE_PROVE, STATUS_CARD_REFUSED, 0, "does not answer as it should"},
};

START_TEST(each_trap_has_its_sentence) {
  const struct prepare prepare = {.step = traps[_i].step, .sw = traps[_i].sw};
  const char *sentence = preparation_failure(&prepare, traps[_i].status);
  ck_assert_msg(strstr(sentence, traps[_i].says) != NULL, "%s", sentence);
}
END_TEST

/* A word about one step is not said of another. */
START_TEST(what_is_no_trap_is_told_as_everywhere) {
  const struct prepare prepare = {.step = PREPARE_KEYS};
  ck_assert_str_eq(preparation_failure(&prepare, STATUS_CARD_LOST), status_sentence(STATUS_CARD_LOST));
}
END_TEST

Suite *preparation_suite(void) {
  Suite *suite = suite_create("preparation");
  TCase *tests = tcase_create("preparation");
  tcase_add_loop_test(tests, each_trap_has_its_sentence, 0, sizeof traps / sizeof traps[0]);
  tcase_add_test(tests, what_is_no_trap_is_told_as_everywhere);
  suite_add_tcase(suite, tests);
  return suite;
}

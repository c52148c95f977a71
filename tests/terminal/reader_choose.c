/* SPDX-License-Identifier: Apache-2.0
 * Which reader a specification means. */
#include <check.h>
#include <string.h>

#include "reader/reader_pcsc.h"
#include "suites.h"

static const struct pcsc_slot shop[] = {
    {.name = "Alcor Link AK9563 00 00"},
    {.name = "Cherry ST-2100 01 00", .present = true, .atr = {0x3B, 0x80, 0x80, 0x01, 0x01}, .atr_len = 5},
    {.name = "Cherry ST-2100 01 0", .present = true, .atr = {0x3B, 0x65, 0x00}, .atr_len = 3},
};

/* The card in the reader of that index, if any, is a purse. */
static bool purse_in(void *context, const struct pcsc_slot *slot) {
  const int *index = context;
  return *index >= 0 && strcmp(shop[*index].name, slot->name) == 0;
}

struct expectation {
  const char *spec;
  int purse;
  enum status status;
  size_t chosen;
};
static const struct expectation expectations[] = {
    {"0", -1, STATUS_OK, 0},
    {"#1", -1, STATUS_OK, 1},
    {"3", -1, STATUS_NO_READER, 0},
    {"alcor", -1, STATUS_OK, 0},
    {"CHERRY", -1, STATUS_READER_AMBIGUOUS, 0},
    {"Cherry ST-2100 01 0", -1, STATUS_OK, 2}, /* a full name is not ambiguous for being part of another */
    {"Cherry ST-2100 01 00", -1, STATUS_OK, 1},
    {"3B80800101", -1, STATUS_OK, 1},
    {"3b:65:00", -1, STATUS_OK, 2},
    {"3B6501", -1, STATUS_NO_READER, 0},
    {"Omnikey", -1, STATUS_NO_READER, 0},
    {NULL, 1, STATUS_OK, 1}, /* two cards, one of them a purse */
    {"", 2, STATUS_OK, 2},
    {NULL, -1, STATUS_READER_AMBIGUOUS, 0}, /* two cards, neither */
};

START_TEST(finds_what_is_meant) {
  const struct expectation *expected = &expectations[_i];
  char problem[PCSC_PROBLEM_SIZE];
  int purse = expected->purse;
  struct pcsc_choice choice = {.slots = shop, .count = 3, .is_purse = purse_in, .context = &purse, .problem = problem};
  ck_assert_int_eq(pcsc_choose(&choice, expected->spec), expected->status);
  if (expected->status == STATUS_OK)
    ck_assert_uint_eq(choice.chosen, expected->chosen);
  else
    ck_assert_ptr_nonnull(strstr(problem, "#0 \"Alcor Link AK9563 00 00\", #1 \"Cherry ST-2100 01 00\" (card)"));
}
END_TEST

static enum status choose_among(size_t first, size_t count, const char *spec) {
  char problem[PCSC_PROBLEM_SIZE];
  int purse = -1;
  struct pcsc_choice choice = {
      .slots = shop + first, .count = count, .is_purse = purse_in, .context = &purse, .problem = problem};
  return pcsc_choose(&choice, spec);
}

START_TEST(takes_the_only_one) {
  ck_assert_int_eq(choose_among(0, 1, NULL), STATUS_OK); /* without a card: there is no other */
  ck_assert_int_eq(choose_among(0, 2, NULL), STATUS_OK); /* the only one with a card, never asked whether a purse */
}
END_TEST

START_TEST(has_none_to_choose_from) {
  ck_assert_int_eq(choose_among(0, 0, NULL), STATUS_NO_READER);
  ck_assert_int_eq(choose_among(0, 0, "0"), STATUS_NO_READER);
}
END_TEST

/* Several empty readers: none is wrong, the card will choose. */
START_TEST(lets_the_card_choose) {
  const struct pcsc_slot empty[2] = {{.name = "One"}, {.name = "Two"}};
  char problem[PCSC_PROBLEM_SIZE];
  struct pcsc_choice choice = {.slots = empty, .count = 2, .problem = problem};
  ck_assert_int_eq(pcsc_choose(&choice, NULL), STATUS_NO_CARD);
  ck_assert_str_eq(problem, "#0 \"One\", #1 \"Two\"");
}
END_TEST

/* PC/SC opens by name, so a number, an ATR or the only card would all lead to the first of them. */
START_TEST(refuses_what_cannot_be_told_apart) {
  const struct pcsc_slot twins[] = {
      {.name = "Twin", .present = true, .atr = {0x3B, 0x65}, .atr_len = 2},
      {.name = "Other"},
      {.name = "Twin", .present = true, .atr = {0x3B, 0x66}, .atr_len = 2},
  };
  static const char *const specs[] = {"2", "#0", "3B66", "twin", NULL};
  char problem[PCSC_PROBLEM_SIZE];
  int purse = -1;
  struct pcsc_choice choice = {.slots = twins, .count = 3, .is_purse = purse_in, .context = &purse, .problem = problem};
  for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
    ck_assert_int_eq(pcsc_choose(&choice, specs[i]), STATUS_READER_AMBIGUOUS);
  ck_assert_int_eq(pcsc_choose(&choice, "2"), STATUS_READER_AMBIGUOUS);
  ck_assert_str_eq(problem, "#0 and #2 cannot be told apart, unplug one: both are \"Twin\"");
  ck_assert_int_eq(pcsc_choose(&choice, "1"), STATUS_OK);
}
END_TEST

START_TEST(shows_no_escape_codes_of_a_name) {
  const struct pcsc_slot odd[2] = {{.name = "A\x1B[2J\a"}, {.name = "B\\\x9B"}};
  char problem[PCSC_PROBLEM_SIZE];
  struct pcsc_choice choice = {.slots = odd, .count = 2, .problem = problem};
  ck_assert_int_eq(pcsc_choose(&choice, NULL), STATUS_NO_CARD);
  ck_assert_str_eq(problem, "#0 \"A\\x1B[2J\\x07\", #1 \"B\\x5C\\x9B\"");
}
END_TEST

START_TEST(cuts_a_long_list) {
  struct pcsc_slot many[PCSC_SLOTS_MAX];
  char problem[PCSC_PROBLEM_SIZE + 1];
  struct pcsc_choice choice = {.slots = many, .count = PCSC_SLOTS_MAX, .problem = problem};
  memset(problem, 'x', sizeof problem);
  for (size_t i = 0; i < PCSC_SLOTS_MAX; i++) {
    many[i] = (struct pcsc_slot){0};
    memset(many[i].name, 'n', sizeof many[i].name - 1);
  }
  ck_assert_int_eq(pcsc_choose(&choice, "no such reader"), STATUS_NO_READER);
  ck_assert_uint_lt(strnlen(problem, sizeof problem), PCSC_PROBLEM_SIZE);
  ck_assert_int_eq(problem[PCSC_PROBLEM_SIZE], 'x');
}
END_TEST

START_TEST(shapes_commands_for_t0) {
  static const struct {
    const char *in, *out;
    size_t in_len, out_len;
  } cases[] = {
      {"\x00\xA4\x04\x00", "\x00\xA4\x04\x00\x00", 4, 5},
      {"\x80\x5C\x00\x00\x00", "\x80\x5C\x00\x00\x00", 5, 5},
      {"\x00\xA4\x04\x00\x02\xAA\xBB", "\x00\xA4\x04\x00\x02\xAA\xBB", 7, 7},
      {"\x00\xA4\x04\x00\x02\xAA\xBB\x00", "\x00\xA4\x04\x00\x02\xAA\xBB", 8, 7},
  };
  uint8_t out[16];
  ck_assert_uint_eq(pcsc_shape_t0((const uint8_t *)cases[_i].in, cases[_i].in_len, out), cases[_i].out_len);
  ck_assert_mem_eq(out, cases[_i].out, cases[_i].out_len);
}
END_TEST

Suite *reader_choose_suite(void) {
  Suite *suite = suite_create("reader_choose");
  TCase *tc = tcase_create("reader_choose");
  tcase_add_loop_test(tc, finds_what_is_meant, 0, (int)(sizeof expectations / sizeof expectations[0]));
  tcase_add_test(tc, takes_the_only_one);
  tcase_add_test(tc, has_none_to_choose_from);
  tcase_add_test(tc, lets_the_card_choose);
  tcase_add_test(tc, refuses_what_cannot_be_told_apart);
  tcase_add_test(tc, shows_no_escape_codes_of_a_name);
  tcase_add_test(tc, cuts_a_long_list);
  tcase_add_loop_test(tc, shapes_commands_for_t0, 0, 4);
  suite_add_tcase(suite, tc);
  return suite;
}

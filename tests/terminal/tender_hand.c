/* SPDX-License-Identifier: Apache-2.0
 * Cash and the bank's receipt: what the operator's answers come to. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "epurse/tender.h"
#include "suites.h"

/* An operator who gives prepared answers: 'y', 'n', '?' for what is neither, or '#' for a typed number. */
struct desk {
  const char *answers;
  const char *typed;
  char asked[1024]; /* all questions, a line each */
};

static char desk_answer(struct desk *desk, const char *question) {
  size_t len = strlen(desk->asked);
  ck_assert_msg(*desk->answers != '\0', "was not expected to be asked: %s", question);
  snprintf(desk->asked + len, sizeof desk->asked - len, "%s\n", question);
  return *desk->answers++;
}

static enum status desk_confirm(void *context, const char *question) {
  char answer = desk_answer(context, question);
  return answer == 'y' ? STATUS_OK : answer == '?' ? STATUS_OUTCOME_UNKNOWN : STATUS_CANCELLED;
}

static enum status desk_ask(void *context, const char *question, char *text, unsigned capacity) {
  struct desk *desk = context;
  if (desk_answer(desk, question) != '#')
    return STATUS_CANCELLED;
  snprintf(text, capacity, "%s", desk->typed);
  return STATUS_OK;
}

static struct tender *open_tender(const char *spec, struct desk *desk) {
  const struct tender_operator people = {.context = desk, .confirm = desk_confirm, .ask = desk_ask};
  struct tender *tender = NULL;
  ck_assert_int_eq(tender_open(spec, &people, &tender), STATUS_OK);
  ck_assert_str_eq(tender->kind, spec);
  return tender;
}

static const struct amount fifty = {.minor = 5000, .currency = 978};

/* What the operator answers to a charge, and what comes of it; then everything has been asked. */
static const struct {
  const char *spec, *answers;
  enum tender_outcome outcome;
} charges[] = {
    {"cash", "y", TENDER_PAID},       {"cash", "n", TENDER_DECLINED},   {"manual", "y#", TENDER_PAID},
    {"cash", "?n", TENDER_UNKNOWN},   {"cash", "??", TENDER_UNKNOWN},   {"cash", "?y", TENDER_DECLINED},
    {"manual", "??", TENDER_UNKNOWN}, {"manual", "yn", TENDER_UNKNOWN}, {"manual", "ny", TENDER_DECLINED},
    {"manual", "nn", TENDER_UNKNOWN},
};
START_TEST(charges_as_the_operator_says) {
  struct desk desk = {.answers = charges[_i].answers, .typed = "0042"};
  struct tender *tender = open_tender(charges[_i].spec, &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, charges[_i].outcome);
  ck_assert_str_eq(desk.answers, "");
  ck_assert_ptr_nonnull(strstr(desk.asked, "50.00 EUR"));
  ck_assert_ptr_null(strstr(desk.asked, " \n"));
  if (result.outcome == TENDER_PAID)
    ck_assert_str_eq(result.reference, strcmp(charges[_i].spec, "cash") == 0 ? "cash" : "0042");
  tender_close(&tender);
  ck_assert_ptr_null(tender);
}
END_TEST

START_TEST(charges_an_order_once) {
  struct desk desk = {.answers = "y"};
  struct tender *tender = open_tender("cash", &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_PAID);
  ck_assert_int_eq(tender->last(tender->context, "R-1", &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_PAID);
  ck_assert_int_eq(tender->confirm(tender->context, "R-1"), STATUS_OK);
  tender_close(&tender);
}
END_TEST

START_TEST(gives_back) {
  struct desk desk = {.answers = "yny"};
  struct tender *tender = open_tender("cash", &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(tender->reverse(tender->context, "R-1", &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_PAID); /* not given back: still in the till */
  ck_assert_int_eq(tender->reverse(tender->context, "R-1", &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_REVERSED);
  ck_assert_int_eq(tender->reverse(tender->context, "R-1", &result), STATUS_OK); /* asks nobody */
  ck_assert_int_eq(result.outcome, TENDER_REVERSED);
  tender_close(&tender);
}
END_TEST

/* After a crash nothing is remembered: a no alone does not prove that nothing was charged. */
static const struct {
  const char *spec, *answers;
  enum tender_outcome outcome;
} lasts[] = {
    {"cash", "y", TENDER_PAID},    {"cash", "ny", TENDER_DECLINED},   {"cash", "nn", TENDER_UNKNOWN},
    {"manual", "y#", TENDER_PAID}, {"manual", "ny", TENDER_DECLINED}, {"manual", "nn", TENDER_UNKNOWN},
};
START_TEST(asks_what_became_of_an_order) {
  struct desk desk = {.answers = lasts[_i].answers, .typed = "0042"};
  struct tender *tender = open_tender(lasts[_i].spec, &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->last(tender->context, "R-7", &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, lasts[_i].outcome);
  ck_assert_ptr_nonnull(strstr(desk.asked, "R-7"));
  tender_close(&tender);
}
END_TEST

START_TEST(takes_no_receipt_number_that_breaks_a_line) {
  struct desk desk = {.answers = "y#", .typed = "00\t42"};
  struct tender *tender = open_tender("manual", &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_UNKNOWN);
  ck_assert_str_eq(result.reference, "");
  tender_close(&tender);
}
END_TEST

static const char *const bad_orders[] = {"", "with blank", "tab\there", "\xC3\xA4",
                                         "12345678901234567890123456789012345678901"};
START_TEST(refuses_what_cannot_name_an_order) {
  struct desk desk = {.answers = ""};
  struct tender *tender = open_tender("cash", &desk);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, bad_orders[_i], fifty, &result), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tender->last(tender->context, bad_orders[_i], &result), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tender->reverse(tender->context, bad_orders[_i], &result), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tender->confirm(tender->context, bad_orders[_i]), STATUS_BAD_FORMAT);
  tender_close(&tender);
}
END_TEST

static const char *const bad_specs[] = {"",
                                        "Cash",
                                        "zvt",
                                        "simulator",
                                        "simulator:",
                                        "simulator:127.0.0.1",
                                        "simulator::20100",
                                        "simulator:127.0.0.1:0",
                                        "simulator:127.0.0.1:65536",
                                        "simulator:127.0.0.1:20100x",
                                        "simulator:127.0.0.1:20100:0",
                                        "simulator:127.0.0.1:20100:",
                                        "simulator:[::1]20100"};
START_TEST(refuses_other_specifications) {
  struct desk desk = {.answers = ""};
  const struct tender_operator people = {.context = &desk, .confirm = desk_confirm, .ask = desk_ask};
  struct tender *tender = NULL;
  ck_assert_int_eq(tender_open(bad_specs[_i], &people, &tender), STATUS_BAD_CONFIG);
  ck_assert_ptr_null(tender);
}
END_TEST

START_TEST(wants_somebody_to_ask) {
  const struct tender_operator nobody = {0};
  struct tender *tender = NULL;
  ck_assert_int_eq(tender_open("cash", &nobody, &tender), STATUS_BAD_CONFIG);
  ck_assert_int_eq(tender_open("manual", NULL, &tender), STATUS_BAD_CONFIG);
  ck_assert_int_eq(tender_open("simulator:[::1]:20100:5", NULL, &tender), STATUS_OK);
  tender_close(&tender);
}
END_TEST

Suite *tender_hand_suite(void) {
  Suite *suite = suite_create("tender_hand");
  TCase *tc = tcase_create("tender_hand");
  tcase_add_loop_test(tc, charges_as_the_operator_says, 0, (int)(sizeof charges / sizeof charges[0]));
  tcase_add_test(tc, charges_an_order_once);
  tcase_add_test(tc, gives_back);
  tcase_add_loop_test(tc, asks_what_became_of_an_order, 0, (int)(sizeof lasts / sizeof lasts[0]));
  tcase_add_test(tc, takes_no_receipt_number_that_breaks_a_line);
  tcase_add_loop_test(tc, refuses_what_cannot_name_an_order, 0, (int)(sizeof bad_orders / sizeof bad_orders[0]));
  tcase_add_loop_test(tc, refuses_other_specifications, 0, (int)(sizeof bad_specs / sizeof bad_specs[0]));
  tcase_add_test(tc, wants_somebody_to_ask);
  suite_add_tcase(suite, tc);
  return suite;
}

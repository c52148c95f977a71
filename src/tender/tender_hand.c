/* SPDX-License-Identifier: Apache-2.0
 * Money that the operator takes by hand: asks, and believes a no only where it is sure that it is one. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tender_driver.h"

#define QUESTION_MAX 256

/* One till; remembers the order at hand, so that it is not charged twice. */
struct hand {
  const struct hand_words *words;
  struct tender_operator operator;
  char order[TENDER_ORDER_MAX + 1];
  struct tender_result result;
};

/* In the operator's language. */
static const char *hand_text(const struct hand *hand, const char *english) __attribute__((format_arg(2)));
static const char *hand_text(const struct hand *hand, const char *english) {
  return hand->operator.words != NULL ? hand->operator.words(english) : english;
}

/* As the operator's locale writes it; where the operator is a program, with a point. False: it has no such form. */
static bool hand_amount(const struct hand *hand, struct amount amount, char text[AMOUNT_TEXT_MAX]) {
  const struct lconv *locale = localeconv();
  const struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  return amount_print(amount, hand->operator.words != NULL ? &format : NULL, text, AMOUNT_TEXT_MAX) != 0;
}

static enum status hand_answer(const struct hand *hand, const char *first, const char *second) {
  char question[2 * QUESTION_MAX];
  snprintf(question, sizeof question, "%s%s%s", first, second[0] != 0 ? " " : "",
           second[0] != 0 ? hand_text(hand, second) : "");
  return hand->operator.confirm(hand->operator.context, question);
}

static bool hand_yes(const struct hand *hand, const char *first, const char *second) {
  return hand_answer(hand, first, second) == STATUS_OK;
}

/* The charge was made; where the bank has a receipt, its number is its name. Without one it stays unknown, for nobody
 * could find the charge again. */
static void hand_paid(const struct hand *hand, struct tender_result *result) {
  char number[TENDER_REFERENCE_MAX] = "";

  if (hand->words->receipt == NULL) {
    result->outcome = TENDER_PAID;
    tender_text_copy(result->reference, sizeof result->reference, hand->words->kind);
  } else if (hand->operator.ask(hand->operator.context, hand_text(hand, hand->words->receipt), number, sizeof number) ==
                 STATUS_OK &&
             number[0] != '\0' && tender_text_copy(result->reference, sizeof result->reference, number)) {
    result->outcome = TENDER_PAID;
  }
}

/* A no may be a no, or a till that nobody stands at. */
static void hand_not_paid(const struct hand *hand, struct tender_result *result) {
  if (hand_yes(hand, hand_text(hand, hand->words->was_not), ""))
    result->outcome = TENDER_DECLINED;
}

static bool hand_knows(const struct hand *hand, const char *order) {
  return strcmp(hand->order, order) == 0 && hand->result.outcome != TENDER_UNKNOWN;
}

static void hand_remember(struct hand *hand, const char *order, const struct tender_result *result) {
  memcpy(hand->order, order, strlen(order) + 1);
  hand->result = *result;
}

static enum status hand_authorise(void *context, const char *order, struct amount amount,
                                  struct tender_result *result) {
  struct hand *hand = context;
  char text[AMOUNT_TEXT_MAX], charge[QUESTION_MAX];

  *result = (struct tender_result){.outcome = TENDER_DECLINED};
  if (!tender_order_valid(order))
    return STATUS_BAD_FORMAT;
  if (strcmp(hand->order, order) == 0) {
    *result = hand->result;
    return STATUS_OK;
  }
  if (!hand_amount(hand, amount, text))
    return STATUS_BAD_AMOUNT;
  result->outcome = TENDER_UNKNOWN;
  hand_remember(hand, order, result);
  snprintf(charge, sizeof charge, hand_text(hand, "%s: %s."), hand_text(hand, hand->words->charge), text);
  enum status answer = hand_answer(hand, charge, hand->words->charged);
  if (answer == STATUS_OK)
    hand_paid(hand, result);
  else if (hand->words->receipt == NULL && answer == STATUS_CANCELLED)
    result->outcome = TENDER_DECLINED; /* the till was not even opened */
  else
    hand_not_paid(hand, result); /* what was answered may have meant a yes */
  hand_remember(hand, order, result);
  return STATUS_OK;
}

static enum status hand_confirm(void *context, const char *order) {
  (void)context;
  return tender_order_valid(order) ? STATUS_OK : STATUS_BAD_FORMAT;
}

static enum status hand_last(void *context, const char *order, struct tender_result *result) {
  struct hand *hand = context;
  char which[QUESTION_MAX];

  *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  if (!tender_order_valid(order))
    return STATUS_BAD_FORMAT;
  if (hand_knows(hand, order)) {
    *result = hand->result;
    return STATUS_OK;
  }
  snprintf(which, sizeof which, hand_text(hand, "Order %s:"), order);
  if (hand_yes(hand, which, hand->words->was))
    hand_paid(hand, result);
  else
    hand_not_paid(hand, result);
  hand_remember(hand, order, result);
  return STATUS_OK;
}

/* What was not given back is still in the till: PAID, as before. */
static enum status hand_reverse(void *context, const char *order, struct tender_result *result) {
  struct hand *hand = context;
  char which[QUESTION_MAX];

  *result = (struct tender_result){.outcome = TENDER_UNKNOWN};
  if (!tender_order_valid(order))
    return STATUS_BAD_FORMAT;
  if (hand_knows(hand, order) && hand->result.outcome != TENDER_PAID) {
    *result = hand->result;
    return STATUS_OK;
  }
  if (hand_knows(hand, order))
    *result = hand->result;
  snprintf(which, sizeof which, hand_text(hand, "Order %s: %s"), order, hand_text(hand, hand->words->give_back));
  result->outcome = hand_yes(hand, which, hand->words->given) ? TENDER_REVERSED : TENDER_PAID;
  hand_remember(hand, order, result);
  return STATUS_OK;
}

enum status tender_open_hand(const struct hand_words *words, const struct tender_operator *operator,
                             struct tender * tender) {
  if (operator== NULL || operator->confirm == NULL ||(words->receipt != NULL && operator->ask == NULL))
    return STATUS_BAD_CONFIG; /* nobody to ask */
  struct hand *hand = calloc(1, sizeof *hand);
  if (hand == NULL)
    return STATUS_NO_MEMORY;
  hand->words = words;
  hand->operator= * operator;
  *tender = (struct tender){.kind = words->kind,
                            .context = hand,
                            .authorise = hand_authorise,
                            .confirm = hand_confirm,
                            .reverse = hand_reverse,
                            .last = hand_last,
                            .close = free};
  return STATUS_OK;
}

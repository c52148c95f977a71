/* SPDX-License-Identifier: Apache-2.0
 * A till's questions, translated piece by piece: which pieces there are is what the tenders ask. */
#include "till_question.h"

#include <stdio.h>
#include <string.h>

#include "epurse/terminal_payout.h"
#include "language.h"
#include "terminal_program.h"

/* What is taken. */
static const char *const taken[] = {
    "Take the cash from the customer",
    "Is it taken?",
    "was the cash taken?",
    "Is it certain that no cash was taken, or that all of it was given back?",
    "give the cash back to the customer.",
    "Is it given back?",
    "Charge on the bank's card reader",
    "Did it approve?",
    "did the bank's card reader charge it?",
    "Is it certain that the bank's card reader did not charge?",
    "reverse the charge on the bank's card reader.",
    "Did it reverse?",
    "Number of the bank's receipt:",
};

void hand_out_words(struct amount amount, int64_t deposit, bool again, char words[TILL_QUESTION_MAX]) {
  struct payout_question question;
  payout_question(amount, deposit, again, &question);
  for (size_t i = 0; i < question.count; i++)
    report_amount(question.texts[i], question.minor[i], amount.currency);
  if (!payout_question_print(&question, translated(question.sentence), words, TILL_QUESTION_MAX))
    words[0] = '\0';
}

/* The first one that stands there; what would not fit stays as it is. */
static void replace(char words[TILL_QUESTION_MAX], const char *piece, const char *by) {
  char behind[TILL_QUESTION_MAX];
  char *at = strstr(words, piece);
  if (at == NULL || strlen(words) - strlen(piece) + strlen(by) >= TILL_QUESTION_MAX)
    return;
  snprintf(behind, sizeof behind, "%s", at + strlen(piece));
  memcpy(at, by, strlen(by));
  memcpy(at + strlen(by), behind, strlen(behind) + 1);
}

/* As people write it where they are. */
static void replace_amount(char words[TILL_QUESTION_MAX], struct amount amount) {
  char plain[AMOUNT_TEXT_MAX], local[AMOUNT_TEXT_MAX], piece[AMOUNT_TEXT_MAX + 3], by[AMOUNT_TEXT_MAX + 3];
  if (amount_print(amount, NULL, plain, sizeof plain) == 0)
    return;
  report_amount(local, amount.minor, amount.currency);
  snprintf(piece, sizeof piece, ": %s", plain);
  snprintf(by, sizeof by, ": %s", local);
  replace(words, piece, by);
}

void till_question_words(const char *english, struct amount amount, int64_t deposit, char words[TILL_QUESTION_MAX]) {
  const bool again = strstr(english, "to be handed out before") != NULL;
  if ((amount.minor > 0 || deposit > 0) && (again || strncmp(english, "Hand out ", strlen("Hand out ")) == 0)) {
    hand_out_words(amount, deposit, again, words);
    return;
  }
  snprintf(words, TILL_QUESTION_MAX, "%s", english);
  for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
    replace(words, taken[i], translated(taken[i]));
  replace_amount(words, amount);
}

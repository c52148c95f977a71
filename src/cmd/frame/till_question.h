/* SPDX-License-Identifier: Apache-2.0
 * What the till asks the cashier, in the program's language: a till's own questions are English. */
#ifndef EPURSE_CMD_TILL_QUESTION_H
#define EPURSE_CMD_TILL_QUESTION_H

#include "epurse/amount.h"

#define TILL_QUESTION_MAX 1024

/* The question with its sentences translated, and the amount, where it is this one, as the locale writes it. */
void till_question_words(const char *english, struct amount amount, char words[TILL_QUESTION_MAX]);

#endif

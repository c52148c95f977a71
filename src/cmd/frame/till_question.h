/* SPDX-License-Identifier: Apache-2.0
 * What the cashier is asked, in the program's language: a till's own questions are English. */
#ifndef EPURSE_CMD_TILL_QUESTION_H
#define EPURSE_CMD_TILL_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/amount.h"

#define TILL_QUESTION_MAX 1024

/* That it is handed out, and with it a card's deposit (minor units; 0: none): now, or nobody knows whether it was
 * before. */
void hand_out_words(struct amount amount, int64_t deposit, bool again, char words[TILL_QUESTION_MAX]);
/* The question with its sentences translated, and the amount and the deposit that the till says as the locale writes
 * them. */
void till_question_words(const char *english, struct amount amount, int64_t deposit, char words[TILL_QUESTION_MAX]);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The words for how a load was paid for, as messages carry them. */
#ifndef MESSAGE_TENDER_WORD_H
#define MESSAGE_TENDER_WORD_H

#include <stdbool.h>

/* transaction_body.c: "cash", "manual", "simulator", "zvt", "owed"; nothing else. */
bool tender_word_known(const char *word);

#endif

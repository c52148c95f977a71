/* SPDX-License-Identifier: Apache-2.0
 * The verb of epurse-reload that takes money off a card and gives it to its holder. */
#ifndef EPURSE_CMD_VERB_PAYOUT_H
#define EPURSE_CMD_VERB_PAYOUT_H

#include "epurse/status.h"

struct terminal_program;

/* payout AMOUNT, payout --all, payout --back. */
enum status verb_payout(void *context, char **arguments);
/* Asks the cashier about what was to be handed out and was not confirmed; with the terminal open. */
enum status payout_ask_cashier(struct terminal_program *self) EPURSE_MUST_USE;

#endif

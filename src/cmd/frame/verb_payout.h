/* SPDX-License-Identifier: Apache-2.0
 * The verb of epurse-reload and epurse-perso that takes money off a card and gives it to its holder. */
#ifndef EPURSE_CMD_VERB_PAYOUT_H
#define EPURSE_CMD_VERB_PAYOUT_H

#include "option.h"

struct terminal_program;

/* Said when it has closed its card. */
#define PAYOUT_CLOSED SENTENCE("The card is closed: it cannot be used any more, and its points lapse.")

/* Its options. */
extern const struct option_row payout_rows[];
/* payout AMOUNT, payout --all, payout --back. */
enum status verb_payout(void *context, char **arguments);
/* Asks the cashier about what was to be handed out and was not confirmed; with the terminal open. */
enum status payout_ask_cashier(struct terminal_program *self) EPURSE_MUST_USE;
/* recover where nothing but payouts and what was told moves money: the desk. */
enum status verb_recover_payouts(void *context, char **arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A payment or load with a card that is held to the reader for a moment: the PIN first, then the card, and the card
 * once more where it was taken away before anything was changed. */
#ifndef EPURSE_CMD_TAP_H
#define EPURSE_CMD_TAP_H

#include "epurse/terminal.h"

struct terminal_program;

/* purchase_run, load_run. */
typedef enum status tap_flow(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                             const struct dialogue *dialogue, struct outcome *outcome);

/* With --tap: asks for the PIN where the card will want it, before a card or its reader is looked for. Without it
 * nothing happens. What ask_pin says. */
enum status tap_begin(struct terminal_program *self, const struct payment *payment) EPURSE_MUST_USE;
/* Runs the flow. With --tap: again where the card was taken away and nothing was begun, or the PIN was wrong and
 * another one is given; else once. Wipes the PIN. Statuses of the flow. */
enum status tap_run(struct terminal_program *self, tap_flow *flow, struct payment *payment,
                    struct outcome *outcome) EPURSE_MUST_USE;

#endif

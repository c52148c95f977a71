/* SPDX-License-Identifier: Apache-2.0
 * Cashiers with codes, at the programs. */
#ifndef EPURSE_CMD_CASHIER_H
#define EPURSE_CMD_CASHIER_H

#include "epurse/must_use.h"
#include "epurse/status.h"

struct terminal_program;

/* With the terminal open, where it has cashiers with codes: who it is says --cashier, and the code is asked for. Says what is wrong.
 * STATUS_USAGE, STATUS_WRONG_CASHIER. */
enum status cashier_ask(struct terminal_program *self) EPURSE_MUST_USE;
/* The verb: add, list, remove; the supervisor's code is asked for where one is set. */
enum status verb_cashier(void *context, char **arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Cashiers with codes, at the programs. */
#ifndef EPURSE_CMD_CASHIER_H
#define EPURSE_CMD_CASHIER_H

#include "epurse/must_use.h"
#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

struct terminal_program;

/* With the terminal open, where it has cashiers with codes: who it is says --cashier, and the code is asked for. Says
 * what is wrong. STATUS_USAGE, STATUS_WRONG_CASHIER. */
enum status cashier_ask(struct terminal_program *self) EPURSE_MUST_USE;
/* A cashier's code from --cashier-fd, or from a person who is asked with `prompt`; the caller wipes it. Says what is
 * wrong. STATUS_USAGE: there is nobody to ask. */
enum status cashier_code_read(const struct terminal_program *self, const char *prompt,
                              char code[SUPERVISOR_CODE_MAX + 1]) EPURSE_MUST_USE;
/* verb_cashier.c: add, list, remove; the supervisor's code is asked for where one is set. */
enum status verb_cashier(void *context, char **arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code at the till. */
#ifndef EPURSE_CMD_VERB_SUPERVISOR_H
#define EPURSE_CMD_VERB_SUPERVISOR_H

#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

struct terminal_program;

/* With the terminal open, where a code is set: asks for it, and says what is wrong. STATUS_WRONG_SUPERVISOR. `code` becomes what was
 * given, "" where none is set; the caller wipes it. */
enum status supervisor_ask(const struct terminal_program *self, char code[SUPERVISOR_CODE_MAX + 1]) EPURSE_MUST_USE;
/* Sets it; the one before is asked for first. */
enum status verb_supervisor(void *context, char **arguments);

#endif

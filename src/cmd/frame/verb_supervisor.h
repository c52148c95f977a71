/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code at the till. */
#ifndef EPURSE_CMD_VERB_SUPERVISOR_H
#define EPURSE_CMD_VERB_SUPERVISOR_H

#include <stdbool.h>

#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

struct terminal_program;

/* With the terminal open, where a code is set: asks for it, and says what is wrong. STATUS_WRONG_SUPERVISOR. `code`
 * becomes what was given, "" where none is set; the caller wipes it. */
enum status supervisor_ask(const struct terminal_program *self, char code[SUPERVISOR_CODE_MAX + 1]) EPURSE_MUST_USE;
/* How a code is asked for: reads one, and says what is wrong. */
struct code_question {
  enum status (*read)(const struct terminal_program *self, const char *prompt, char code[SUPERVISOR_CODE_MAX + 1]);
  const char *prompt;
  bool typed; /* by a person, who types a new one twice */
};
/* A new code of the supervisor or of a cashier; the caller wipes it. STATUS_USAGE: also another one the second time;
 * what is wrong is said. */
enum status code_new(const struct terminal_program *self, const struct code_question *question,
                     char code[SUPERVISOR_CODE_MAX + 1]) EPURSE_MUST_USE;
/* Sets it; the one before is asked for first. */
enum status verb_supervisor(void *context, char **arguments);

#endif

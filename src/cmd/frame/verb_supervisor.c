/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code at the till: asked for before anything is given back; the verb `supervisor` sets it. */
#include "verb_supervisor.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "epurse/terminal_supervisor.h"
#include "finish.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

/* From the descriptor, or from a person. */
static enum status code_read(const struct terminal_program *self, const char *prompt,
                             char code[SUPERVISOR_CODE_MAX + 1]) {
  enum status status = STATUS_USAGE;
  if (self->supervisor_fd >= 0)
    status = secret_from_fd((int)self->supervisor_fd, code, SUPERVISOR_CODE_MAX + 1);
  else if (!self->json)
    status = secret_from_prompt(prompt, code, SUPERVISOR_CODE_MAX + 1);
  if (status == STATUS_USAGE)
    problem_say(self->program->name, "there is no terminal to ask for the supervisor's code at; give it with "
                                     "--supervisor-fd");
  else if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

enum status supervisor_ask(const struct terminal_program *self, char code[SUPERVISOR_CODE_MAX + 1]) {
  code[0] = 0;
  if (!supervisor_is_set(self->terminal))
    return STATUS_OK;
  enum status status = code_read(self, translated("The supervisor's code: "), code);
  if (status != STATUS_OK)
    return status;
  status = supervisor_check(self->terminal, CODE_PROGRAM, code);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

enum status code_new(const struct terminal_program *self, const struct code_question *question,
                     char code[SUPERVISOR_CODE_MAX + 1]) {
  char again[SUPERVISOR_CODE_MAX + 1] = "";
  enum status status = question->read(self, question->prompt, code);
  if (status == STATUS_OK && question->typed) {
    status = question->read(self, translated("The new code once more: "), again);
    if (status == STATUS_OK && strcmp(code, again) != 0) {
      problem_say(self->program->name, "that was not the same code twice");
      status = STATUS_USAGE;
    }
  }
  crypto_wipe(again, sizeof again);
  return status;
}

enum status verb_supervisor(void *context, char **arguments) {
  struct terminal_program *self = context;
  char code[SUPERVISOR_CODE_MAX + 1] = "";
  (void)arguments;
  const struct code_question question = {code_read, translated("The new code of the supervisor: "),
                                         self->supervisor_fd < 0};
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = supervisor_ask(self, code);
  if (status == STATUS_OK)
    status = code_new(self, &question, code);
  if (status != STATUS_OK)
    return status;
  finish_begun(finish_look_first);
  status = supervisor_set(self->terminal, code);
  crypto_wipe(code, sizeof code);
  self->changed = status == STATUS_OK;
  if (status == STATUS_BAD_LENGTH) {
    problem_say(self->program->name, "the supervisor's code has %d to %d characters", SUPERVISOR_CODE_MIN,
                SUPERVISOR_CODE_MAX);
    return STATUS_USAGE;
  }
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

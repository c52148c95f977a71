/* SPDX-License-Identifier: Apache-2.0
 * The verb `cashier`: who may be at the till, each with a code. */
#include <string.h>

#include "cashier.h"
#include "epurse/crypto.h"
#include "epurse/terminal_cashier.h"
#include "epurse/terminal_count.h"
#include "finish.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"
#include "verb_supervisor.h"

static void say(const struct terminal_program *self, enum status status) {
  problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
}

static enum status add(struct terminal_program *self, const char *name) {
  char code[SUPERVISOR_CODE_MAX + 1] = "";
  const struct code_question question = {cashier_code_read, translated("The cashier's new code: "),
                                         self->cashier_fd < 0};
  enum status status = code_new(self, &question, code);
  if (status != STATUS_OK)
    return status;
  finish_begun(finish_look_first);
  status = cashier_set(self->terminal->folder, name, code);
  crypto_wipe(code, sizeof code);
  if (status == STATUS_BAD_LENGTH) {
    problem_say(self->program->name, "a cashier's code has %d to %d characters", SUPERVISOR_CODE_MIN,
                SUPERVISOR_CODE_MAX);
    return STATUS_USAGE;
  }
  return status;
}

static enum status take_away(const struct terminal_program *self, const char *name) {
  finish_begun(finish_look_first);
  return cashier_remove(self->terminal->folder, name);
}

/* Who there is from now on. */
static enum status list(struct terminal_program *self) {
  char names[CASHIERS_MAX][CASHIER_MAX + 1];
  size_t count = 0;
  enum status status = cashiers_list(self->terminal->folder, names, &count);
  if (status != STATUS_OK)
    return status;
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) {
    terminal_program_print(self, "%s\n", names[i]);
    json_array_append_new(array, json_string(names[i]));
  }
  self->report = json_pack("{s:s, s:o}", "operation", "cashier", "cashiers", array);
  return STATUS_OK;
}

static enum status change(struct terminal_program *self, bool adds, const char *name) {
  char code[SUPERVISOR_CODE_MAX + 1] = "";
  if (!cashier_valid(name)) {
    problem_say(self->program->name, "a cashier's name has 1 to %d letters, digits, dots, dashes, underscores",
                CASHIER_MAX);
    return STATUS_USAGE;
  }
  enum status status = supervisor_ask(self, code);
  crypto_wipe(code, sizeof code);
  if (status != STATUS_OK)
    return status;
  status = adds ? add(self, name) : take_away(self, name);
  self->changed = status == STATUS_OK;
  if (status != STATUS_OK && status != STATUS_USAGE)
    say(self, status);
  return status;
}

enum status verb_cashier(void *context, char **arguments) {
  struct terminal_program *self = context;
  const char *what = arguments[0] != NULL ? arguments[0] : "list";
  const char *name = arguments[0] != NULL ? arguments[1] : NULL;
  bool adds = strcmp(what, "add") == 0;
  if (name != NULL ? !adds && strcmp(what, "remove") != 0 : strcmp(what, "list") != 0) {
    problem_say(self->program->name, "cashier add NAME, cashier remove NAME, or cashier list");
    return STATUS_USAGE;
  }
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK && name != NULL)
    status = change(self, adds, name);
  if (status != STATUS_OK)
    return status;
  status = list(self);
  if (status != STATUS_OK)
    say(self, status);
  return status;
}

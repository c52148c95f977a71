/* SPDX-License-Identifier: Apache-2.0
 * Cashiers with codes: asked for before money moves. */
#include "cashier.h"

#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "epurse/terminal_cashier.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

static void say(const struct terminal_program *self, enum status status) {
  problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
}

enum status cashier_code_read(const struct terminal_program *self, const char *prompt,
                              char code[SUPERVISOR_CODE_MAX + 1]) {
  enum status status = STATUS_USAGE;
  if (self->cashier_fd >= 0)
    status = secret_from_fd((int)self->cashier_fd, code, SUPERVISOR_CODE_MAX + 1);
  else if (!self->json)
    status = secret_from_prompt(prompt, code, SUPERVISOR_CODE_MAX + 1);
  if (status == STATUS_USAGE)
    problem_say(self->program->name,
                "there is no terminal to ask for the cashier's code at; give it with --cashier-fd");
  else if (status != STATUS_OK)
    say(self, status);
  return status;
}

enum status cashier_ask(struct terminal_program *self) {
  if (!cashiers_are_set(self->terminal->folder))
    return STATUS_OK;
  if (self->cashier == NULL) {
    problem_say(self->program->name, "this terminal has cashiers with codes: say who it is, --cashier NAME");
    return STATUS_USAGE;
  }
  enum status status = cashier_code_read(self, translated("The cashier's code: "), self->cashier_code);
  if (status != STATUS_OK)
    return status;
  status = cashier_check(self->terminal->folder, CODE_PROGRAM, self->cashier, self->cashier_code);
  if (status != STATUS_OK) {
    crypto_wipe(self->cashier_code, sizeof self->cashier_code);
    say(self, status);
  }
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * The verb `pin`: changes the card's PIN, at the issuer and on the card. */
#include "terminal_program.h"

enum status verb_pin(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  (void)arguments;
  self->one_try = true;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  status = pin_change_run(self->terminal, self->reader, terminal_program_wait(self), &self->dialogue, &outcome);
  self->changed = status == STATUS_OK;
  report_outcome(self, SENTENCE("pin"), status, &outcome);
  if (status == STATUS_OK)
    self->dialogue.say(self->dialogue.context, "The new PIN is set. Take the card.");
  return status;
}

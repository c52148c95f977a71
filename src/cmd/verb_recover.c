/* SPDX-License-Identifier: Apache-2.0
 * The verb `recover`: brings what the journal holds open to an end, as far as that goes without a card. */
#include "terminal_program.h"

enum status verb_recover(void *context, char **arguments) {
  struct terminal_program *self = context;
  (void)arguments;
  enum status status = terminal_program_open(self);
  return status == STATUS_OK ? recover_report(self) : status;
}

enum status recover_report(struct terminal_program *self) {
  struct recovery recovery = {0, 0};
  enum status status = terminal_recover(self->terminal, &recovery);
  if (status != STATUS_OK)
    fprintf(stderr, "%s: %s\n", self->program->name, status_sentence(status));
  terminal_program_print(self, "%u settled, %u still open\n", recovery.settled, recovery.open);
  if (recovery.open > 0)
    self->dialogue.say(self->dialogue.context,
                       "What is open needs its card or the back-end: present the card, or try again later.");
  self->report = json_pack("{s:s, s:i, s:i}", "operation", "recover", "settled", (int)recovery.settled, "open",
                           (int)recovery.open);
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * At the end of a verb: new certificates that were asked for are fetched over the line, and taken. */
#include "epurse/terminal_renewal.h"
#include "language.h"
#include "terminal_program.h"

void renew_by_itself(struct terminal_program *self) {
  char answer[RENEWAL_PATH_MAX], folder[RENEWAL_PATH_MAX], problem[256];
  if (self->terminal == NULL || !renewal_due(self->terminal->folder))
    return;
  if (renewal_bring(self->terminal, answer) != STATUS_OK || answer[0] == 0)
    return;
  (void)snprintf(folder, sizeof folder, "%s", self->terminal->folder);
  terminal_close(&self->terminal);
  if (renewal_take(self->config, answer, problem) != STATUS_OK)
    return;
  renewal_answer_drop(folder);
  if (!self->quiet)
    fprintf(stderr, translated("%s: the certificate of this terminal was renewed\n"), self->program->name);
}

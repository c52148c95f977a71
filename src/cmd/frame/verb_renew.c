/* SPDX-License-Identifier: Apache-2.0
 * The verb `renew`: asks for new certificates of this terminal, for keys that it makes itself, and takes the answer. */
#include "epurse/terminal_renewal.h"
#include "finish.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

static enum status ask(struct terminal_program *self) {
  char path[RENEWAL_PATH_MAX];
  enum status status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = renewal_ask(self->terminal, path);
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
    return status;
  }
  self->changed = true; /* the keys of the request are made */
  self->report = json_pack("{s:s, s:s, s:s}", "operation", "renew", "tid", self->terminal->tid, "request", path);
  terminal_program_print(
      self,
      translated("The request is %s. Take it to the issuer: epurse-admin terminal renew %s --request.\n"
                 "Then: %s renew DIR, with the directory that the issuer gives back.\n"),
      path, self->terminal->tid, self->program->name);
  return STATUS_OK;
}

static enum status take(struct terminal_program *self, const char *answer) {
  char problem[256] = "", day[21];
  uint8_t moment[MOMENT_SIZE];
  enum status status = self->config == NULL ? STATUS_NO_CONFIG : renewal_take(self->config, answer, problem);
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "not renewed: %s",
                     problem[0] != 0 ? problem : status_sentence(status));
    return status;
  }
  self->changed = true;
  status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  moment_from_unix(terminal_expires(self->terminal) - 1, moment);
  moment_print(moment, day);
  day[10] = 0;
  self->report = json_pack("{s:s, s:s, s:s}", "operation", "renew", "tid", self->terminal->tid, "expiry", day);
  terminal_program_print(self, translated("Terminal %s is renewed, valid until %s.\n"), self->terminal->tid, day);
  return STATUS_OK;
}

enum status verb_renew(void *context, char **arguments) {
  finish_begun(SENTENCE("interrupted: whether it is renewed is not known; renew it again"));
  return arguments[0] == NULL ? ask(context) : take(context, arguments[0]);
}

/* SPDX-License-Identifier: Apache-2.0
 * The verb `renew`: asks for new certificates of this terminal, for keys that it makes itself, and takes the answer. */
#include "epurse/backend.h"
#include "epurse/terminal_renewal.h"
#include "finish.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

static enum status take(struct terminal_program *self, const char *answer) {
  char problem[256] = "", day[21];
  uint8_t moment[MOMENT_SIZE];
  enum status status = self->config == NULL ? STATUS_NO_CONFIG : renewal_take(self->config, answer, problem);
  if (status != STATUS_OK) {
    const char *why = problem[0] != 0 ? problem : status_sentence(status);
    problem_say_with(self->program->name, why, "not renewed: %s", why);
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

/* The issuer's answer came over the terminal's own line. */
static enum status take_brought(struct terminal_program *self, const char *answer) {
  char folder[RENEWAL_PATH_MAX];
  (void)snprintf(folder, sizeof folder, "%s", self->terminal->folder);
  terminal_close(&self->terminal);
  enum status status = take(self, answer);
  if (status == STATUS_OK)
    renewal_answer_drop(folder);
  return status;
}

/* What is next where there is no answer yet: nothing, or, where the line did not take it, a way by hand. */
static void tell_next(const struct terminal_program *self, enum status brought, const char *tid, const char *path) {
  if (brought == STATUS_OK) {
    terminal_program_print(self,
                           translated("The issuer has the request. Its answer is fetched by itself, and taken: "
                                      "look with %s renew.\n"),
                           self->program->name);
    return;
  }
  char why[1200];
  const struct terminal *terminal = self->terminal; /* NULL where the certificate has expired */
  const char *trouble = terminal != NULL ? backend_trouble(terminal->backend, brought) : "";
  snprintf(why, sizeof why, "%s%s%s%s", translated_status(brought), trouble[0] != 0 ? " (" : "", trouble,
           trouble[0] != 0 ? ")" : "");
  fprintf(stderr, translated("%s: the request did not reach the back-end: %s\n"), self->program->name, why);
  terminal_program_print(
      self,
      translated("The request is %s. Take it to the issuer: epurse-admin terminal renew %s --request.\n"
                 "Then: %s renew DIR, with the directory that the issuer gives back.\n"),
      path, tid, self->program->name);
}

static enum status asked(struct terminal_program *self, enum status brought, const char *tid, const char *path) {
  self->changed = true; /* the keys of the request are made */
  self->report = json_pack("{s:s, s:s, s:s, s:b}", "operation", "renew", "tid", tid, "request", path, "brought",
                           brought == STATUS_OK);
  tell_next(self, brought, tid, path);
  return STATUS_OK;
}

static enum status ask(struct terminal_program *self) {
  char path[RENEWAL_PATH_MAX], answer[RENEWAL_PATH_MAX], tid[TID_SIZE + 1];
  if (self->config != NULL && renewal_ask_late(self->config, tid, path) == STATUS_OK)
    return asked(self, STATUS_TERMINAL_REVOKED, tid, path);
  enum status status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = renewal_ask(self->terminal, path);
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
    return status;
  }
  status = renewal_bring(self->terminal, answer);
  if (status != STATUS_OK || answer[0] == 0)
    return asked(self, status, self->terminal->tid, path);
  self->changed = true;
  return take_brought(self, answer);
}

enum status verb_renew(void *context, char **arguments) {
  finish_begun(SENTENCE("interrupted: whether it is renewed is not known; renew it again"));
  return arguments[0] == NULL ? ask(context) : take(context, arguments[0]);
}

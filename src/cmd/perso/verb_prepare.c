/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso prepare: a factory-fresh card becomes a raw purse card. */
#include "verb_prepare.h"

#include <unistd.h>

#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/bytes.h"
#include "epurse/prepare.h"
#include "epurse/reader.h"
#include "preparation.h"

static enum status fail(const struct terminal_program *self, enum status status, const char *sentence) {
  problem_say_with(self->program->name, sentence, "%s", sentence);
  return status;
}

/* ---- what is told ---- */

static enum status progress(void *context, size_t block, size_t blocks) {
  const struct terminal_program *self = context;

  if (!self->quiet && isatty(STDERR_FILENO))
    fprintf(stderr, "\r\033[K%zu / %zu%s", block + 1, blocks, block + 1 == blocks ? "\n" : "");
  (void)fflush(stderr);
  return STATUS_OK;
}

static json_t *report_make(const struct prepare *prepare, bool check) {
  char serial[2 * DOMAIN_SERIAL_SIZE + 1], domain[2 * CAP_AID_MAX + 1], package[2 * CAP_AID_MAX + 1];

  bytes_to_hex(prepare->view.serial, DOMAIN_SERIAL_SIZE, serial);
  bytes_to_hex(prepare->view.aid.bytes, prepare->view.aid.len, domain);
  json_t *report =
      json_pack("{s:s, s:b, s:s, s:s, s:s, s:i, s:b, s:b}", "operation", "prepare", "changed",
                !check && prepare->step == PREPARE_DONE && !prepare->was_done, "chip_serial", serial, "domain", domain,
                "protocol", prepare->view.update.protocol == 3 ? "SCP03" : "SCP02", "key_version",
                (int)prepare->view.update.key_version, "own_keys", prepare->was_ours, "done_before", prepare->was_done);
  if (report != NULL && prepare->cap != NULL) {
    bytes_to_hex(prepare->cap->package.bytes, prepare->cap->package.len, package);
    json_object_update_new(report, json_pack("{s:s, s:s, s:i}", "package", package, "java_card",
                                             prepare->cap->java_card, "bytes", (int)prepare->cap->load_file_len));
  }
  return report;
}

static void tell(const struct terminal_program *self, const struct prepare *prepare) {
  char serial[2 * DOMAIN_SERIAL_SIZE + 1];

  bytes_to_hex(prepare->view.serial, DOMAIN_SERIAL_SIZE, serial);
  terminal_program_print(self, translated("chip %s, %s, key version %02X\n"), serial,
                         prepare->view.update.protocol == 3 ? "SCP03" : "SCP02", prepare->view.update.key_version);
  if (prepare->cap != NULL)
    terminal_program_print(self, translated("applet: %zu bytes, for Java Card %s and later\n"),
                           prepare->cap->load_file_len, prepare->cap->java_card);
}

static void tell_check(const struct terminal_program *self, const struct prepare *prepare) {
  tell(self, prepare);
  if (prepare->view.locked)
    terminal_program_print(self, "%s", translated("the card is locked: nothing can be installed\n"));
  else if (prepare->was_done)
    terminal_program_print(self, "%s", translated("it is prepared already\n"));
  else if (prepare->was_ours)
    terminal_program_print(self, "%s", translated("it has our keys; the applet would be installed\n"));
  else
    terminal_program_print(self, "%s",
                           translated("it is as its seller left it; keys would be changed and the applet installed\n"));
}

static void tell_done(const struct terminal_program *self, const struct prepare *prepare) {
  tell(self, prepare);
  if (prepare->undo)
    terminal_program_print(self, "%s", translated("the applet is gone; the keys of the card stay as they are\n"));
  else if (prepare->was_done)
    terminal_program_print(self, "%s", translated("it is prepared already\n"));
  else
    terminal_program_print(self, "%s", translated("prepared: a raw card, ready for issue\n"));
}

static enum status prepare_card(struct terminal_program *self, struct prepare *prepare) {
  enum status status = terminal_program_open_reader(self);
  if (status == STATUS_OK)
    status = terminal_program_await_card(self);
  if (status != STATUS_OK)
    return status;
  reader_limit(self->reader, PREPARATION_SECONDS);
  status = reader_connect(self->reader);
  if (status == STATUS_OK)
    status = self->check ? prepare_look(prepare, self->reader) : prepare_run(prepare, self->reader);
  if (status != STATUS_OK)
    return fail(self, status, preparation_failure(prepare, status));
  self->changed = !self->check && !prepare->was_done;
  self->report = report_make(prepare, self->check);
  if (self->check)
    tell_check(self, prepare);
  else
    tell_done(self, prepare);
  return STATUS_OK;
}

enum status verb_prepare(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct preparation preparation = {
      .prepare = {.undo = self->undo, .lock = self->lock, .progress = progress, .context = self}};
  (void)arguments;

  enum status status = preparation_open(self, &preparation);
  if (status == STATUS_OK)
    status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = preparation_begin(self, &preparation);
  if (status == STATUS_OK)
    status = prepare_card(self, &preparation.prepare);
  preparation_close(&preparation);
  return status;
}

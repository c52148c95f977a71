/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso prepare: a factory-fresh card becomes a raw purse card. */
#include "verb_prepare.h"

#include <unistd.h>

#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/bytes.h"
#include "epurse/prepare.h"
#include "epurse/reader.h"
#include "preparation.h"

#define CHIP_TYPE_SIZE 6 /* of CPLC: fabricator, type, system */

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

/* The first key of a version stands for its set. */
static bool is_set(const struct domain_view *view, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (view->keys[i].version == view->keys[at].version)
      return false;
  return true;
}

/* What some cards do not tell is left out. */
static void report_view(json_t *report, const struct domain_view *view) {
  char type[2 * CHIP_TYPE_SIZE + 1];
  json_t *sets = json_array();

  for (size_t i = 0; i < view->key_count; i++)
    if (is_set(view, i))
      json_array_append_new(sets, json_integer(view->keys[i].version));
  json_object_set_new(report, "key_sets", sets);
  bytes_to_hex(view->cplc, CHIP_TYPE_SIZE, type);
  if (view->has_cplc)
    json_object_set_new(report, "chip_type", json_string(type));
  if (view->memory_free > 0)
    json_object_set_new(report, "memory_free", json_integer(view->memory_free));
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
  report_view(report, &prepare->view);
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

/* The versions of the key sets, one after the other. */
static void tell_keys(const struct terminal_program *self, const struct domain_view *view) {
  char line[3 * DOMAIN_KEYS_MAX + 1] = "";
  size_t len = 0;

  for (size_t i = 0; i < view->key_count; i++)
    if (is_set(view, i))
      len += (size_t)snprintf(line + len, sizeof line - len, " %02X", view->keys[i].version);
  if (len > 0)
    terminal_program_print(self, translated("key sets:%s\n"), line);
}

static void tell_view(const struct terminal_program *self, const struct domain_view *view) {
  char domain[2 * CAP_AID_MAX + 1], type[2 * CHIP_TYPE_SIZE + 1];

  bytes_to_hex(view->aid.bytes, view->aid.len, domain);
  bytes_to_hex(view->cplc, CHIP_TYPE_SIZE, type);
  terminal_program_print(self, translated("issuer security domain %s\n"), domain);
  if (view->has_cplc)
    terminal_program_print(self, translated("chip, system: %s\n"), type);
  tell_keys(self, view);
  if (view->memory_free > 0)
    terminal_program_print(self, translated("free memory: %lu bytes\n"), (unsigned long)view->memory_free);
  else
    terminal_program_print(self, "%s", translated("free memory: the card does not tell\n"));
  terminal_program_print(self, "%s", translated("elliptic curves: seen when the applet is started\n"));
}

static void tell_check(const struct terminal_program *self, const struct prepare *prepare) {
  tell(self, prepare);
  tell_view(self, &prepare->view);
  if (prepare->view.locked)
    terminal_program_print(self, "%s", translated("the card is locked: nothing can be installed\n"));
  else if (prepare->was_done)
    terminal_program_print(self, "%s", translated("it is prepared already\n"));
  else if (prepare->was_ours && prepare->seller_version != 0)
    terminal_program_print(self,
                           translated("it has our keys and still its seller's, version %02X; those would be deleted "
                                      "and the applet installed\n"),
                           prepare->seller_version);
  else if (prepare->was_ours)
    terminal_program_print(self, "%s", translated("it has our keys; the applet would be installed\n"));
  else if (self->keep_keys)
    terminal_program_print(
        self, "%s", translated("it is as its seller left it; it would keep its keys, and the applet be installed\n"));
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
  if (status == STATUS_OK && !self->check)
    finish_begun(NULL);
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

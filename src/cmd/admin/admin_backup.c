/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin backup and restore: has the server copy its ledger while it works, or copies the file of one that is
 * stopped; and puts such a copy in its place. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "admin_restore_list.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "epurse/ledger.h"
#include "epurse/ledger_backup.h"

#define WAIT_SECONDS 1
#define SLICE_PAGES  4096 /* nobody else waits */

static void done_print(struct admin *admin, const char *name, const struct ledger_copy *copy, int64_t seconds) {
  admin->changed = true;
  admin_print(admin, "%s: %" PRIu64 " bytes, %" PRIu64 " postings, audited; %" PRId64 " s.\n", name, copy->bytes,
              copy->postings, seconds);
  admin->report = json_pack("{s:s, s:I, s:I, s:I}", "name", name, "bytes", (json_int_t)copy->bytes, "postings",
                            (json_int_t)copy->postings, "seconds", (json_int_t)seconds);
}

/* ---- of a server that runs ---- */

static enum status server_begin(struct admin *admin, const char *name) {
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_BACKUP, json_pack("{s:s}", "name", name), &reply);

  message_clear(&reply);
  switch (status) {
  case STATUS_OK:
    admin->changed = true; /* it goes on, whether or not it is seen to end */
    return STATUS_OK;
  case STATUS_BAD_FORMAT:
    return admin_refuse(admin, status, "%s: the name of a backup is made of letters, digits, '.', '-' and '_'", name);
  case STATUS_UNDER_WAY:
    return admin_refuse(admin, status, "another backup is being made; try again when it is done");
  case STATUS_NOT_FOUND:
    return admin_refuse(admin, status, "this back-end's store is backed up with its own tools");
  default:
    return admin_fail(admin, name, status);
  }
}

/* One look; *ended where there is nothing more to wait for. */
static enum status server_look(struct admin *admin, const char *name, bool *ended) {
  struct message reply;
  const char *state = NULL, *said = NULL, *code = NULL;
  json_int_t copied = 0, pages = 0, bytes = 0, postings = 0, began = 0, end = 0;
  enum status status = admin_call(admin, MESSAGE_BACKUP_QUERY, json_object(), &reply);

  *ended = false;
  if (status == STATUS_OK && json_unpack(reply.body, "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s !}", "name", &said,
                                         "state", &state, "copied", &copied, "pages", &pages, "bytes", &bytes,
                                         "postings", &postings, "began", &began, "ended", &end, "code", &code) != 0)
    status = STATUS_BAD_REPLY;
  if (status == STATUS_OK && strcmp(said, name) != 0) /* it was started again meanwhile */
    status = STATUS_CANCELLED;
  if (status == STATUS_OK && strcmp(state, "failed") == 0)
    status = status_by_name(code);
  if (status == STATUS_OK && strcmp(state, "done") == 0) {
    const struct ledger_copy copy = {.bytes = (uint64_t)bytes, .postings = (uint64_t)postings};
    *ended = true;
    done_print(admin, name, &copy, end - began);
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, name, status);
}

static enum status server_backup(struct admin *admin, const char *name) {
  static const struct timespec pause = {.tv_sec = WAIT_SECONDS};
  bool ended = false;
  enum status status = admin_open(admin);

  if (status == STATUS_OK)
    status = server_begin(admin, name);
  while (status == STATUS_OK && !ended) {
    status = server_look(admin, name, &ended);
    if (status == STATUS_OK && !ended)
      nanosleep(&pause, NULL);
  }
  return status;
}

/* ---- of one that is stopped ---- */

static void line_print(void *context, const char *line) {
  const struct admin *admin = context;

  fprintf(stderr, "%s: %s\n", admin->program->name, line);
}

static enum status file_copy(struct admin *admin, const char *path, struct ledger_copy *copy) {
  struct ledger *ledger = NULL;
  struct ledger_backup *backup = NULL;
  bool done = false;
  enum status status = ledger_open(admin->ledger, &ledger);

  if (status == STATUS_OK)
    status = ledger_backup_begin(ledger, path, &backup);
  while (status == STATUS_OK && !done)
    status = ledger_backup_step(backup, SLICE_PAGES, &done);
  if (status == STATUS_OK)
    status = ledger_backup_finish(backup, copy, line_print, admin);
  ledger_backup_end(&backup);
  ledger_close(&ledger);
  return status;
}

static enum status file_backup(struct admin *admin, const char *path) {
  struct ledger_copy copy;
  time_t began = time(NULL);
  enum status status = file_copy(admin, path, &copy);

  if (status == STATUS_EXISTS)
    return admin_refuse(admin, status, "%s is there already; a backup replaces nothing", path);
  if (status != STATUS_OK)
    return admin_fail(admin, admin->ledger, status);
  done_print(admin, path, &copy, (int64_t)(time(NULL) - began));
  return STATUS_OK;
}

enum status admin_backup(void *context, char **arguments) {
  struct admin *admin = context;

  return admin->ledger == NULL ? server_backup(admin, arguments[0]) : file_backup(admin, arguments[0]);
}

/* ---- and back ---- */

static enum status restore_refuse(struct admin *admin, const struct ledger_restoration *what,
                                  const struct ledger_restored *restored, enum status status) {
  if (status == STATUS_EXISTS && restored->found != STATUS_OK) {
    const char *found = status_sentence(restored->found);
    problem_say_with(admin->program->name, found,
                     "%s: %s (it may have more than the backup; --force if that is wanted)", what->path, found);
    return status;
  }
  if (status == STATUS_EXISTS) {
    return admin_refuse(admin, status,
                        "%s has %" PRIu64 " postings, the backup %" PRIu64
                        ": what is more would be lost; --force if that is wanted",
                        what->path, restored->replaced_postings, restored->copy.postings);
  }
  if (status == STATUS_LEDGER_BROKEN)
    return admin_refuse(admin, status, "%s contradicts itself; nothing was replaced", what->backup);
  return admin_fail(admin, status == STATUS_LEDGER_BUSY ? what->path : what->backup, status);
}

enum status admin_restore(void *context, char **arguments) {
  struct admin *admin = context;
  struct ledger_restored restored;
  const struct ledger_restoration what = {
      .backup = arguments[0], .path = admin->ledger, .force = admin->force, .now = (int64_t)time(NULL)};

  if (admin->ledger == NULL)
    return admin_refuse(admin, STATUS_USAGE, "--ledger says which file the backup takes the place of");
  enum status status = ledger_restore(&what, &restored, line_print, admin);
  if (status != STATUS_OK)
    return restore_refuse(admin, &what, &restored, status);
  admin->changed = true;
  admin_print(admin, "%s is now the copy of %" PRIu64 " postings.\n", what.path, restored.copy.postings);
  if (restored.replaced)
    admin_print(admin, "What stood there is kept as %s.\n", restored.aside);
  admin->report = json_pack("{s:I, s:s}", "postings", (json_int_t)restored.copy.postings, "aside",
                            restored.replaced ? restored.aside : "");
  /* A backup that was put there by hand is not what stood there before. */
  bool compares = restored.replaced && restored.readable && !ledger_is_backup(restored.aside);
  restore_tell(admin, what.path, compares ? restored.aside : NULL);
  return STATUS_OK;
}

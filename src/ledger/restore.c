/* SPDX-License-Identifier: Apache-2.0
 * A backup in the place of the ledger: proved first, marked as what it is, and what stood there is kept. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "durable.h"
#include "epurse/folder.h"
#include "epurse/ledger.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_incarnation.h"
#include "epurse/ledger_totals.h"
#include "store.h"

#define RESTORE_SLICE 4096 /* pages; nobody waits */

/* ---- the mark ---- */

enum status ledger_restoration_note(struct ledger *ledger, int64_t now) {
  struct query query = query_begin(ledger, QUERY_RESTORATION_ADD);
  query_i64(&query, now);
  enum status status = query_run(&query);
  return status == STATUS_OK ? ledger_incarnation_begin(ledger, now) : status;
}

static enum status restore_mark(struct ledger *ledger, void *context) {
  const int64_t *now = context;
  return ledger_restoration_note(ledger, *now);
}

/* Who opens it meanwhile is seen, or finds the mark. */
static enum status restore_mark_alone(struct ledger *ledger, void *context) {
  enum status status = store_sole(ledger);
  return status == STATUS_OK ? restore_mark(ledger, context) : status;
}

enum status ledger_restored_elsewhere(const char *url, int64_t now) {
  struct ledger *ledger = NULL;
  enum status status = ledger_open_alone(url, &ledger);
  if (status == STATUS_OK)
    status = ledger_transact(ledger, restore_mark_alone, &now);
  ledger_close(&ledger);
  return status;
}

/* ---- the file ---- */

#define ASIDE_MOST 100 /* restorations of one second */

struct restore {
  const struct ledger_restoration *what;
  char *fresh; /* the copy, until it takes the ledger's name */
  ledger_report *report;
  void *context;
};

static char *restore_name(const char *path, const char *suffix) {
  size_t size = strlen(path) + strlen(suffix) + 1;
  char *name = malloc(size);
  if (name != NULL)
    (void)snprintf(name, size, "%s%s", path, suffix);
  return name;
}

/* Copied by the database itself and then audited, so that a backup that is none never gets further. */
static enum status restore_copy(const struct restore *restore, struct ledger_copy *copy) {
  struct ledger *ledger = NULL;
  struct ledger_backup *backup = NULL;
  bool done = false;
  enum status status = ledger_open(restore->what->backup, &ledger);
  if (status == STATUS_OK) {
    durable_remove(restore->fresh);
    status = ledger_backup_begin(ledger, restore->fresh, &backup);
  }
  while (status == STATUS_OK && !done)
    status = ledger_backup_step(backup, RESTORE_SLICE, &done);
  if (status == STATUS_OK)
    status = ledger_backup_finish(backup, copy, restore->report, restore->context);
  ledger_backup_end(&backup);
  ledger_close(&ledger);
  return status;
}

static enum status restore_mark_file(const struct restore *restore) {
  struct ledger *ledger = NULL;
  int64_t now = restore->what->now;
  enum status status = ledger_open(restore->fresh, &ledger);
  if (status == STATUS_OK)
    status = ledger_transact(ledger, restore_mark, &now);
  if (status == STATUS_OK)
    status = ledger->driver->copy_adopt(ledger->store);
  ledger_close(&ledger);
  return status == STATUS_OK ? durable_file(restore->fresh) : status;
}

/* A damaged file is no reason to keep it there; of any other that cannot be opened nobody knows what it has. */
static bool restore_damaged(enum status found) {
  return found == STATUS_BAD_FORMAT || found == STATUS_LEDGER_BROKEN;
}

/* What stands there now: not in use, and, unless that is wanted, not with more in it. */
static enum status restore_compare(const struct restore *restore, struct ledger_restored *restored) {
  struct ledger *ledger = NULL;
  struct ledger_totals totals;
  restored->replaced = access(restore->what->path, F_OK) == 0;
  if (!restored->replaced)
    return STATUS_OK;
  enum status status = ledger_open(restore->what->path, &ledger);
  if (status == STATUS_LEDGER_BUSY)
    return status;
  if (status == STATUS_OK)
    status = ledger_totals(ledger, &totals);
  ledger_close(&ledger);
  restored->found = status;
  restored->readable = status == STATUS_OK;
  if (!restored->readable)
    return restore_damaged(status) || restore->what->force ? STATUS_OK : STATUS_EXISTS;
  restored->replaced_postings = totals.postings;
  return totals.postings > restored->copy.postings && !restore->what->force ? STATUS_EXISTS : STATUS_OK;
}

static enum status restore_move(const char *from, const char *to) {
  if (access(from, F_OK) != 0)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  return rename(from, to) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

/* The write-ahead log belongs to the file that it was written for, and would spoil the other one, also where that file
 * is gone. */
static enum status restore_put_aside(const struct restore *restore, struct ledger_restored *restored) {
  const char *path = restore->what->path;
  char *log = restore_name(path, "-wal"), *log_aside = restore_name(restored->aside, "-wal");
  enum status status = STATUS_NO_MEMORY;
  if (log != NULL && log_aside != NULL)
    status = restore_move(path, restored->aside);
  if (status == STATUS_OK)
    status = restore_move(log, log_aside);
  free(log);
  free(log_aside);
  return status;
}

/* A name that nothing has: two restorations of one second keep what stood there before each. */
static enum status restore_name_aside(const struct restore *restore, struct ledger_restored *restored) {
  for (unsigned count = 1; count <= ASIDE_MOST; count++) {
    int written = snprintf(restored->aside, sizeof restored->aside, "%s.before-%" PRId64, restore->what->path,
                           restore->what->now);
    if (written > 0 && count > 1 && (size_t)written < sizeof restored->aside)
      written += snprintf(restored->aside + written, sizeof restored->aside - (size_t)written, "-%u", count);
    if (written < 0 || (size_t)written >= sizeof restored->aside)
      return STATUS_BAD_LENGTH;
    if (access(restored->aside, F_OK) != 0)
      return STATUS_OK;
  }
  return STATUS_EXISTS;
}

static enum status restore_run(const struct restore *restore, struct ledger_restored *restored) {
  const char *path = restore->what->path;
  enum status status = restore_name_aside(restore, restored);
  if (status != STATUS_OK)
    return status;
  status = restore_copy(restore, &restored->copy);
  if (status == STATUS_OK)
    status = restore_mark_file(restore);
  if (status == STATUS_OK)
    status = restore_compare(restore, restored);
  if (status == STATUS_OK)
    status = restore_put_aside(restore, restored);
  if (status == STATUS_OK)
    status = restore_move(restore->fresh, path);
  return status == STATUS_OK ? folder_sync_of(path) : status;
}

enum status ledger_restore(const struct ledger_restoration *what, struct ledger_restored *restored,
                           ledger_report *report, void *context) {
  struct restore restore = {.what = what, .report = report, .context = context};
  memset(restored, 0, sizeof *restored);
  restore.fresh = restore_name(what->path, ".restoring");
  if (restore.fresh == NULL)
    return STATUS_NO_MEMORY;
  enum status status = restore_run(&restore, restored);
  durable_remove(restore.fresh);
  free(restore.fresh);
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * A copy of the ledger while it works: page by page through its own connection, proved before it gets its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_run.h"
#include "durable.h"
#include "epurse/folder.h"
#include "epurse/ledger.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_totals.h"
#include "store.h"

struct ledger_backup {
  struct ledger *ledger;   /* NULL once all is copied */
  struct store_copy *copy; /* likewise */
  char *path, *aside;      /* the copy's name, and the one that it has until it is proved */
  struct store_progress progress;
  bool whole, named;
  ledger_given_up *given_up; /* NULL: it never is */
  void *given_up_context;
};

/* A copy that is not proved yet has a name that no copy is given, so that what it removes is its own. */
static const char *backup_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

static bool backup_named_aside(const char *path) {
  const char *name = backup_name(path);
  size_t len = strlen(name), tail = strlen(LEDGER_BACKUP_ASIDE);
  return name[0] == '.' && len > tail && strcmp(name + len - tail, LEDGER_BACKUP_ASIDE) == 0;
}

static char *backup_aside(const char *path) {
  const char *name = backup_name(path);
  size_t size = strlen(path) + sizeof "." + sizeof LEDGER_BACKUP_ASIDE;
  char *aside = malloc(size);
  if (aside != NULL)
    (void)snprintf(aside, size, "%.*s.%s" LEDGER_BACKUP_ASIDE, (int)(name - path), path, name);
  return aside;
}

enum status ledger_backup_begin(struct ledger *ledger, const char *path, struct ledger_backup **out) {
  *out = NULL;
  if (ledger->stepping)
    return STATUS_INTERNAL;
  if (ledger->driver->copy_begin == NULL)
    return STATUS_BACKUP_ELSEWHERE;
  if (backup_named_aside(path))
    return STATUS_BAD_FORMAT;
  if (access(path, F_OK) == 0)
    return STATUS_EXISTS;
  struct ledger_backup *backup = calloc(1, sizeof *backup);
  if (backup == NULL)
    return STATUS_NO_MEMORY;
  backup->ledger = ledger;
  backup->path = strdup(path);
  backup->aside = backup_aside(path);
  enum status status = STATUS_NO_MEMORY;
  if (backup->path != NULL && backup->aside != NULL)
    status = ledger->driver->copy_begin(ledger->store, backup->aside, &backup->copy);
  if (status != STATUS_OK)
    ledger_backup_end(&backup);
  *out = backup;
  return status;
}

/* Closes what belongs to the ledger's thread. */
static enum status backup_close_copy(struct ledger_backup *backup) {
  enum status status = backup->ledger->driver->copy_end(&backup->copy);
  backup->ledger = NULL;
  return status;
}

enum status ledger_backup_step(struct ledger_backup *backup, uint32_t pages, bool *done) {
  *done = backup->whole;
  if (backup->whole)
    return STATUS_OK;
  if (backup->copy == NULL || backup->ledger->stepping)
    return STATUS_INTERNAL;
  backup->progress.pages = pages > INT32_MAX ? INT32_MAX : pages;
  enum status status = backup->ledger->driver->copy_step(backup->copy, &backup->progress);
  if (status != STATUS_OK || !backup->progress.done)
    return status;
  status = backup_close_copy(backup);
  backup->whole = *done = status == STATUS_OK;
  return status;
}

void ledger_backup_progress(const struct ledger_backup *backup, uint64_t *copied, uint64_t *pages) {
  *copied = backup->progress.copied;
  *pages = backup->progress.whole;
}

enum status ledger_examine(const char *place, const struct ledger_examination *examination,
                           struct ledger_totals *totals) {
  struct ledger *ledger = NULL;
  memset(totals, 0, sizeof *totals);
  enum status status = ledger_open(place, &ledger);
  if (status == STATUS_OK)
    status = audit_examine(ledger, examination);
  if (status == STATUS_OK)
    status = ledger_totals(ledger, totals);
  ledger_close(&ledger);
  return status;
}

enum status ledger_backup_prove(const struct ledger_backup *backup, struct ledger_totals *totals, ledger_report *report,
                                void *context) {
  const struct ledger_examination examination = {report, context, backup->given_up, backup->given_up_context};
  return backup->whole && !backup->named ? ledger_examine(backup->aside, &examination, totals) : STATUS_INTERNAL;
}

void ledger_backup_until(struct ledger_backup *backup, ledger_given_up *given_up, void *context) {
  backup->given_up = given_up;
  backup->given_up_context = context;
}

static enum status backup_measure(const char *path, const struct ledger_totals *totals, struct ledger_copy *copy) {
  struct stat facts;
  if (stat(path, &facts) != 0)
    return STATUS_STORE_FAILED;
  *copy = (struct ledger_copy){.bytes = (uint64_t)facts.st_size, .postings = totals->postings};
  return STATUS_OK;
}

enum status ledger_backup_finish(struct ledger_backup *backup, struct ledger_copy *copy, ledger_report *report,
                                 void *context) {
  struct ledger_totals totals;
  if (!backup->whole || backup->named)
    return STATUS_INTERNAL;
  enum status status = durable_file(backup->aside);
  if (status == STATUS_OK)
    status = ledger_backup_prove(backup, &totals, report, context);
  if (status == STATUS_OK)
    status = backup_measure(backup->aside, &totals, copy);
  if (status == STATUS_OK)
    status = folder_rename_new(backup->aside, backup->path);
  if (status == STATUS_OK)
    status = folder_sync_of(backup->path);
  backup->named = status == STATUS_OK;
  return status;
}

void ledger_backup_end(struct ledger_backup **out) {
  struct ledger_backup *backup = *out;
  if (backup == NULL)
    return;
  if (backup->ledger != NULL)
    (void)backup_close_copy(backup);
  if (backup->aside != NULL)
    durable_remove(backup->aside);
  free(backup->aside);
  free(backup->path);
  free(backup);
  *out = NULL;
}

void ledger_backup_discard(const char *path) {
  char *aside = backup_aside(path);
  if (aside != NULL)
    durable_remove(aside);
  free(aside);
}

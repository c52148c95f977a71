/* SPDX-License-Identifier: Apache-2.0
 * On-line backups: one at a time, a thread of its own that copies in slices between two commits and then proves the
 * copy. */
#ifndef EPURSE_SERVER_BACKUP_H
#define EPURSE_SERVER_BACKUP_H

#include "epurse/ledger_backup.h"

struct backup;
struct service;

#define BACKUP_NAME_MAX 63

enum backup_state {
  BACKUP_NONE, /* since the server was started */
  BACKUP_COPYING,
  BACKUP_PROVING, /* the copy is audited */
  BACKUP_DONE,
  BACKUP_FAILED
};

/* Of the backup under way, else of the last one. */
struct backup_facts {
  enum backup_state state;
  char name[BACKUP_NAME_MAX + 1];
  uint64_t copied, pages;  /* of 4096 bytes */
  struct ledger_copy copy; /* BACKUP_DONE */
  enum status status;      /* of BACKUP_FAILED */
  int64_t began, ended;    /* unix seconds; 0: not yet */
};

/* For a service that is started; removes what a check that was killed has left. STATUS_NO_MEMORY. */
enum status backup_open(struct service *service, struct backup **backup) EPURSE_MUST_USE;
/* What is being copied or proved, for a backup or a check, is given up soon, with STATUS_CANCELLED, and leaves nothing;
 * so is what is begun from now on. A check without a folder, of a ledger in a file, goes on to its end. Waits for
 * nothing. */
void backup_stop(struct backup *backup);
/* The same, and waits for a backup's end; a check has ended. Before the writer is closed. NULL is fine. */
void backup_close(struct backup **backup);

/* Begins one of that name in the configured folder, which is made where it is not there. The same name again while it
 * is under way: STATUS_OK, no effect. STATUS_BAD_FORMAT: a name is letters, digits, '.', '-', '_', and begins with none
 * of the last three; STATUS_BACKUP_ELSEWHERE: this store is not a file; STATUS_NOT_FOUND: there is no folder for
 * copies; STATUS_EXISTS: there is a file of that name; STATUS_UNDER_WAY: another one is under way. */
enum status backup_start(struct backup *backup, const char *name) EPURSE_MUST_USE;

/* Computes the ledger anew as ledger_check does, while cards pay, and waits for it: a shared one by a connection of its
 * own, one in a file by a copy in the configured folder, which is removed. Where there is no such folder, in its place:
 * then payments wait. *totals: of what was checked; zeros unless STATUS_OK. STATUS_UNDER_WAY: another check is under
 * way; STATUS_STORE_FAILED: there is no room for the copy, for one. From any thread but the writer's. */
enum status backup_check(struct backup *backup, struct ledger_totals *totals, ledger_report *report,
                         void *context) EPURSE_MUST_USE;

void backup_facts(struct backup *backup, struct backup_facts *facts);

#endif

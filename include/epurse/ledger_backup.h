/* SPDX-License-Identifier: Apache-2.0
 * A copy while the ledger works, and a copy in the place of the ledger.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_BACKUP_H
#define EPURSE_LEDGER_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/ledger_audit.h"
#include "epurse/status.h"

struct ledger;
struct ledger_totals;

#define LEDGER_BACKUP_ASIDE ".unproved"

struct ledger_backup;
/* What a proved copy is. */
struct ledger_copy {
  uint64_t bytes, postings;
};
/* Begins to copy into `path`, which must not be there; until it is proved FOLDER/NAME is FOLDER/.NAME.unproved (mode
 * 0600; one that is left of an attempt before is removed). Outside a step. STATUS_BAD_FORMAT: a name of that kind.
 * STATUS_EXISTS; STATUS_BACKUP_ELSEWHERE: this store has tools of its own (PostgreSQL). *backup is NULL unless
 * STATUS_OK; end it before the ledger is closed. */
enum status ledger_backup_begin(struct ledger *ledger, const char *path, struct ledger_backup **backup) EPURSE_MUST_USE;
/* Copies up to `pages` times 4096 bytes, outside a step (STATUS_INTERNAL), on the ledger's thread; between two
 * calls the ledger may go on. *done: all is copied, with everything that was booked until now. */
enum status ledger_backup_step(struct ledger_backup *backup, uint32_t pages, bool *done) EPURSE_MUST_USE;
/* Pages, as the last step saw them. */
void ledger_backup_progress(const struct ledger_backup *backup, uint64_t *copied, uint64_t *pages);
/* An audit asks between two of its questions whether it is to be given up: then STATUS_CANCELLED. */
typedef bool ledger_given_up(void *context);
/* For what follows of that backup; the audit's thread asks. */
void ledger_backup_until(struct ledger_backup *backup, ledger_given_up *given_up, void *context);
/* After *done; needs the ledger no more, so that any thread may call it: audits the copy as ledger_check does, and adds
 * it up (*totals: zeros unless STATUS_OK). It is given no name: ledger_backup_end removes it. STATUS_LEDGER_BROKEN as
 * below. */
enum status ledger_backup_prove(const struct ledger_backup *backup, struct ledger_totals *totals, ledger_report *report,
                                void *context) EPURSE_MUST_USE;
/* Likewise, for a copy that is to be kept: makes the copy durable, audits it as
 * ledger_check does, gives it its name. STATUS_LEDGER_BROKEN: the copy contradicts itself, and so most likely does the
 * ledger; the lines say how, and there is no copy. STATUS_EXISTS: the name was taken meanwhile. */
enum status ledger_backup_finish(struct ledger_backup *backup, struct ledger_copy *copy, ledger_report *report,
                                 void *context) EPURSE_MUST_USE;
/* Frees it, removes what has not become a copy, sets *backup to NULL; NULL is fine. On the ledger's thread. */
void ledger_backup_end(struct ledger_backup **backup);
/* Removes what a process that was killed has left of a copy to `path`; not while one is made. */
void ledger_backup_discard(const char *path);

struct ledger_examination {
  ledger_report *report;
  void *context;             /* the report's */
  ledger_given_up *given_up; /* NULL: it never is */
  void *given_up_context;
};

/* The same of a ledger at `place`, by a connection of its own, for a shared one: others go on meanwhile. Statuses as
 * ledger_open and ledger_check. */
enum status ledger_examine(const char *place, const struct ledger_examination *examination,
                           struct ledger_totals *totals) EPURSE_MUST_USE;
/* Whether that URL names a file that is such a copy, and that nobody has put in the place of a ledger: what was booked
 * after it is missing there, and it does not know. Not while this process has it open. */
bool ledger_is_backup(const char *url);

#define LEDGER_PATH_MAX 1280
struct ledger_restoration {
  const char *backup, *path; /* files of SQLite; the ledger's need not be there */
  bool force;                /* even over a ledger that has more postings, or that nobody can look into */
  int64_t now;
};
struct ledger_restored {
  struct ledger_copy copy;
  bool replaced, readable;     /* there was a ledger; and it could be opened */
  enum status found;           /* by opening it */
  uint64_t replaced_postings;  /* of it, where it was readable */
  char aside[LEDGER_PATH_MAX]; /* where it is now */
};
/* Copies and audits the backup, marks the copy as restored, puts what stands at `path` aside (PATH.before-NOW), and the
 * copy in its place, durably. No process may have either open: STATUS_LEDGER_BUSY. STATUS_EXISTS: the ledger there has
 * more postings than the backup, or cannot be opened and is not damaged (`found`: of another version, memory), and
 * force is not set; STATUS_LEDGER_BROKEN: the backup contradicts itself, the lines
 * say how; others as ledger_open of the backup. On failure the ledger is where it was, but where STATUS_STORE_FAILED
 * came between the two renamings: then it is at `aside`. */
enum status ledger_restore(const struct ledger_restoration *what, struct ledger_restored *restored,
                           ledger_report *report, void *context) EPURSE_MUST_USE;
/* When this ledger was put in the place of another one, unix seconds; 0: never. From then on a card that says that it
 * committed what is not known here is not taken for a clone: it is out of step, an incident (LEDGER_INCIDENT_LOST) is
 * recorded, and it is declined until a person has looked. */
enum status ledger_restored_at(struct ledger *ledger, int64_t *at) EPURSE_MUST_USE;
/* Makes it so: ledger_restore does, in the copy; a new incarnation begins with it. Inside a step. */
enum status ledger_restoration_note(struct ledger *ledger, int64_t now) EPURSE_MUST_USE;
/* The same of a ledger that nobody has open, and whose earlier state others than ledger_restore brought back:
 * PostgreSQL's tools, a snapshot of the disk. Statuses as ledger_open_alone and ledger_transact. */
enum status ledger_restored_elsewhere(const char *url, int64_t now) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The ledger: cards, terminals, merchants, and every movement of money, double entry, in one SQLite file
 * or one PostgreSQL schema.
 *
 * No HTTP, no JSON, no clock: times are unix seconds that the caller hands in. Money is in minor units of the
 * ledger's one currency. All pointers are borrowed for the call. A struct ledger serves one thread at a time.
 *
 * Whatever writes is called from inside ledger_transact; outside, it answers STATUS_INTERNAL. Reading is free.
 * Every function may answer STATUS_STORE_FAILED (disk, permissions), STATUS_NO_MEMORY, or STATUS_LEDGER_BROKEN
 * (the database refused what would break a bound or repeat a transition); the step must then end with that status,
 * so that all of it is rolled back. docs/ledger.md has the postings.
 *
 * Here is the store; each noun of it has a header of its own, ledger_card.h, ledger_merchant.h, ledger_terminal.h,
 * ledger_transaction.h and so on; settlement.h has the end of a merchant's day. */
#ifndef EPURSE_LEDGER_H
#define EPURSE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

struct ledger;

#define LEDGER_REASON_MAX 127 /* of a block or a decline: the name of a status, or a few words */

struct ledger_settings {
  uint16_t currency;     /* ISO 4217 numeric, of every card and account */
  uint32_t issuer;       /* first six digits of every card number */
  uint32_t pool_size;    /* how many card numbers there are at first */
  uint32_t first_serial; /* of the pool; 0 means 1 */
  uint32_t point_value;  /* minor units that one loyalty point pays; 0 means 1; at most 1000000 */
  /* Of all who have none of their own (ledger_limit.h), minor units; 0: no limit. Only ledger_create reads them. */
  int64_t terminal_loads;   /* what a terminal loads in a day */
  int64_t load_credit;      /* what a merchant may owe for loads and refunds */
  int64_t terminal_refunds; /* what a terminal gives back of sales in a day */
  int64_t merchant_refunds; /* the same of all terminals of a merchant */
  int64_t terminal_payouts; /* what a terminal hands out of cards in a day */
  int64_t approvals;        /* administrators that it takes (ledger_approval.h), 1 or 2; 0 means 1; likewise */
};

/* Where a ledger is: sqlite:PATH, or a path alone, which means the same; or postgresql://..., a URL as libpq takes it,
 * of a database, in whose current schema (the first of search_path) the ledger's tables stand. */

/* The same without what may be secret in a URL, a user's password or a parameter: for messages. Cut to fit. */
void ledger_place(const char *url, char *text, size_t capacity);

/* Makes the file (mode 0600, durable with its directory), or the tables in one transaction, and closes it again.
 * STATUS_EXISTS; STATUS_BAD_FORMAT where a setting is out of range; STATUS_STORE_UNREACHABLE; on failure nothing is
 * left behind. */
enum status ledger_create(const char *url, const struct ledger_settings *settings) EPURSE_MUST_USE;

/* Opens the one connection that writes and checkpoints, and locks every other process out of a file; on PostgreSQL
 * others may have it open as well.
 * STATUS_NOT_FOUND: no such file, no ledger in that database; STATUS_LEDGER_BUSY: open elsewhere;
 * STATUS_STORE_UNREACHABLE; STATUS_STORE_ENCODING: not in UTF-8, as from ledger_create; STATUS_OLD_SCHEMA: of an older
 * program (ledger_migrate) or a newer one; STATUS_BAD_FORMAT: not a ledger. *ledger is NULL unless STATUS_OK. */
enum status ledger_open(const char *url, struct ledger **ledger) EPURSE_MUST_USE;

/* The same of one that nobody else has open, on PostgreSQL too: STATUS_LEDGER_BUSY. STATUS_BACKUP_UNRESTORED: it is a
 * backup that nobody has put in a ledger's place (ledger_backup.h). Nobody is kept from opening it on PostgreSQL from
 * then on. */
enum status ledger_open_alone(const char *url, struct ledger **ledger) EPURSE_MUST_USE;

/* Whether others may change it too while it is open here, so that nothing read from it may be kept for later. */
bool ledger_shared(const struct ledger *ledger);

/* Whether nothing more is written until the ledger was closed and opened again. Of a file: a commit went wrong so that
 * nobody knows what the disk has of it. A database is connected anew by itself, but for one that was migrated, or told
 * that it was restored, since it was opened. */
bool ledger_unsure(const struct ledger *ledger);

/* A step that changes nothing and is written all the same: whether anything can be. */
enum status ledger_touch(struct ledger *ledger) EPURSE_MUST_USE;

/* Checkpoints, closes, frees, sets *ledger to NULL; NULL is fine. */
void ledger_close(struct ledger **ledger);

/* Brings a ledger that nobody has open to the version of this program, by the schema's numbered files, each in one
 * transaction; *from and *to are the versions before and after (0: not known), also where it fails in between.
 * STATUS_OLD_SCHEMA: it is of a newer program, and left alone; STATUS_LEDGER_BUSY: somebody has it open; otherwise as
 * ledger_open. */
enum status ledger_migrate(const char *url, int *from, int *to) EPURSE_MUST_USE;

/* What it was created with; pool_size is what is free now. */
enum status ledger_settings(struct ledger *ledger, struct ledger_settings *settings) EPURSE_MUST_USE;

/* One step of work. It has no effect but on the ledger, so that it can be rolled back, and run in a group with others
 * or a second time. A refusal that must leave something behind (a decline, a PIN failure) is kept in
 * the context, and the step answers STATUS_OK. */
typedef enum status ledger_step(struct ledger *ledger, void *context);

/* Runs the step between begin and commit. STATUS_OK: committed, and durable. Any other status: the step's own, or the
 * store's; nothing of the step remains, whatever it wrote to its context (incidents do remain, ledger_incident.h). Not
 * nested: STATUS_INTERNAL. */
enum status ledger_transact(struct ledger *ledger, ledger_step *step, void *context) EPURSE_MUST_USE;

/* What a step is going to look at, as far as its caller knows: a database that is asked over a line is then asked once
 * for a whole group, and lets others write beside it. A hint may be wrong: its step is then run once more. */
struct ledger_hint {
  const uint8_t *tid; /* the terminal whose message it is, TID_SIZE bytes; NULL: none */
  const uint8_t *cid; /* CID_SIZE bytes; NULL: no card's */
  uint32_t atc;
  bool promise;          /* a new promise; else a confirmation */
  uint32_t last_atc;     /* of a promise */
  const char *reference; /* of a promise; NULL: none */
  bool numbered;         /* the terminal's number is taken, or noted */
  bool limits;           /* of a promise: it loads, and takes of the limits of its terminal and merchant */
  bool more; /* the step looks at more than that: it is run while nobody else's is, as one without a hint is */
};

struct ledger_job {
  ledger_step *step;
  void *context;
  const struct ledger_hint *hints; /* NULL: none */
  size_t hint_count;
  enum status status; /* its end */
  bool bound;         /* the ledger's own: whether its status waits for the commit */
};
/* Runs several steps one after the other and commits them together: one sync of the disk for all. Each job's status is
 * what ledger_transact would have answered: a step that fails is undone alone, and a later one sees what an earlier one
 * left. Where the commit fails every job has its status, and nothing of any remains. */
void ledger_transact_group(struct ledger *ledger, struct ledger_job *jobs, size_t count);

/* Runs several that only read, outside of any transaction: of their hints, who a terminal and who a card is. */
void ledger_read_group(struct ledger *ledger, struct ledger_job *jobs, size_t count);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The driver of PostgreSQL within itself: its connection, its transactions and its statements, and what they know of
 * each other. What each of driver.h's own functions does stands there. */
#ifndef LEDGER_POSTGRES_H
#define LEDGER_POSTGRES_H

#include "driver.h"
#include "postgres_gather.h"
#include "postgres_guard.h"
#include "postgres_pipe.h"
#include "postgres_queue.h"

/* Which ledger it is that answers: a migration changes the one, and being told that it is an earlier state the
 * other. */
struct face {
  int64_t version, incarnation;
};

struct store {
  struct pipe pipe;
  struct face face;      /* of the one that was opened; 0: none yet */
  bool other;            /* a connection made anew met another one: it wants to be opened anew */
  struct guard *guard;   /* what is locked, where others are under way */
  struct gather *gather; /* what its steps are going to read */
  struct queue *queue;   /* what this transaction has written and not sent */
  size_t part;           /* where the rows of its running part begin there */
  bool parting;          /* a part is running */
  bool saved;            /* ... and the server has a savepoint before it */
  bool careful;          /* each part has one, and all is waited for: who does wrong, and with what, is to be found */
  bool careful_again;    /* the next transaction is to be run so */
  bool writing;          /* between begin and commit */
  bool wrote;            /* rows of it were sent */
  bool gathered;         /* it was told what it is going to look at: all of it by keys */
  bool alone;            /* nobody else writes meanwhile */
  bool alone_again;      /* it needs to be: nothing of it may be committed, and the next one is */
  bool till_needed;      /* what waits, or is sent next, moves what all merchants share */
  bool till_locked;
  bool looking;    /* between look and rollback */
  bool committing; /* COMMIT was sent: if the connection breaks now, nobody knows */
  bool again;      /* the last transaction failed for a reason that may not be there next time */
  bool bare;       /* no tables yet */
  char url[];
};

/* ---- postgres_connection.c ---- */

enum status postgres_create(const char *place, struct store **store) EPURSE_MUST_USE;
void postgres_discard(const char *place);
enum status postgres_open(const char *place, struct store **store) EPURSE_MUST_USE;
enum status postgres_sole(struct store *store) EPURSE_MUST_USE;
void postgres_close(struct store **store);
bool postgres_unsure(const struct store *store);
/* A connection that broke while nothing was under way is made anew. What it finds must be what was opened: meanwhile
 * nobody saw that this program is at work, and the ledger may have been migrated, or told that it is an earlier state.
 * Then, and from then on, STATUS_STORE_FAILED; else STATUS_STORE_UNREACHABLE, STATUS_LEDGER_BUSY, STATUS_NO_MEMORY. */
enum status postgres_reconnect(struct store *store) EPURSE_MUST_USE;

/* ---- postgres_transaction.c ---- */

/* Whether one is under way, to write or to look. */
bool postgres_within(const struct store *store);
/* The till is shared by all and locked late: with the commit, as a rule. Nothing is sent where it is not needed, or
 * locked. */
enum status postgres_till(struct store *store) EPURSE_MUST_USE;
/* A savepoint before what the running part writes, and after what those before it wrote. */
enum status postgres_mark(struct store *store) EPURSE_MUST_USE;
/* Sends what waits. */
enum status postgres_flush(struct store *store) EPURSE_MUST_USE;

enum status postgres_begin(struct store *store, enum store_company company) EPURSE_MUST_USE;
enum status postgres_commit(struct store *store) EPURSE_MUST_USE;
enum status postgres_gather(struct store *store, const struct store_hint *hints, size_t count) EPURSE_MUST_USE;
void postgres_rollback(struct store *store);
bool postgres_again(struct store *store);
enum status postgres_save(struct store *store) EPURSE_MUST_USE;
enum status postgres_keep(struct store *store, bool wait) EPURSE_MUST_USE;
enum status postgres_undo(struct store *store) EPURSE_MUST_USE;
enum status postgres_look(struct store *store) EPURSE_MUST_USE;

/* ---- postgres_statement.c ---- */

enum status postgres_run(struct store *store, const struct store_call *call,
                         struct store_cursor *cursor) EPURSE_MUST_USE;
enum status postgres_next(struct store *store, struct store_cursor *cursor, bool *row) EPURSE_MUST_USE;
void postgres_column_of(struct store *store, const struct store_cursor *cursor, int column, struct store_value *value);
void postgres_finish(struct store *store, struct store_cursor *cursor);
enum status postgres_script(struct store *store, const char *statements) EPURSE_MUST_USE;
enum status postgres_ask(struct store *store, const struct store_question *question) EPURSE_MUST_USE;

#endif

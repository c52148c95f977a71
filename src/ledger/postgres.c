/* SPDX-License-Identifier: Apache-2.0
 * The ledger in a PostgreSQL database, for several servers at once.
 *
 * A group of steps is one READ COMMITTED transaction. It is alone, behind the turnstile, or beside others, with all rows
 * locked that its statements read or write: of one that needs more nothing is kept, and it is run again alone. So it does
 * not depend on anybody's care that steps behave as if each ran by itself; the rules of the schema hold besides. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "postgres_gather.h"
#include "postgres_guard.h"
#include "postgres_pipe.h"
#include "postgres_queue.h"
#include "postgres_value.h"
#include "schema.h"

#define SOLE_TRIES 20 /* two seconds in all */

struct store {
  struct pipe pipe;
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

/* ---- a connection ---- */

static void postgres_close(struct store **store) {
  if (*store == NULL)
    return;
  pipe_close(&(*store)->pipe);
  queue_free((*store)->queue);
  gather_free((*store)->gather);
  guard_free((*store)->guard);
  free(*store);
  *store = NULL;
}

static enum status postgres_connect(const char *place, struct store **out) {
  static const char scheme[] = "postgresql:";
  size_t size = sizeof scheme + strlen(place);
  struct store *store = calloc(1, sizeof *store + size);
  *out = NULL;
  if (store == NULL)
    return STATUS_NO_MEMORY;
  (void)snprintf(store->url, size, "%s%s", scheme, place);
  store->queue = queue_make();
  store->gather = gather_make();
  store->guard = guard_make();
  bool made = store->queue != NULL && store->gather != NULL && store->guard != NULL;
  enum status status = made ? pipe_open(&store->pipe, store->url) : STATUS_NO_MEMORY;
  if (status == STATUS_OK && !pipe_holds_utf8(&store->pipe))
    status = STATUS_STORE_ENCODING;
  if (status != STATUS_OK)
    postgres_close(&store);
  *out = store;
  return status;
}

/* A connection that broke while nothing was under way is made anew. */
static enum status postgres_reconnect(struct store *store) {
  if (pipe_alive(&store->pipe))
    return STATUS_OK;
  return pipe_open(&store->pipe, store->url);
}

/* Whether a ledger's tables are there, whole or not. */
static enum status postgres_present(struct store *store, bool *present) {
  PGresult *result = NULL;
  struct store_value value = {.kind = STORE_NULL};
  enum status status = pipe_say(&store->pipe, "SELECT to_regclass('schema_version') IS NOT NULL");
  if (status == STATUS_OK)
    status = pipe_wait(&store->pipe, &result);
  if (status == STATUS_OK)
    postgres_column(result, 0, 0, &value);
  PQclear(result);
  *present = value.number != 0;
  return status;
}

static enum status postgres_open(const char *place, struct store **store) {
  bool present = false;
  enum status status = postgres_connect(place, store);
  if (status == STATUS_OK)
    status = postgres_present(*store, &present);
  if (status == STATUS_OK && !present)
    status = STATUS_NOT_FOUND;
  if (status != STATUS_OK)
    postgres_close(store);
  return status;
}

static enum status postgres_create(const char *place, struct store **store) {
  bool present = false;
  enum status status = postgres_connect(place, store);
  if (status == STATUS_OK)
    status = postgres_present(*store, &present);
  if (status == STATUS_OK && present)
    status = STATUS_EXISTS;
  if (status != STATUS_OK)
    postgres_close(store);
  else
    (*store)->bare = true;
  return status;
}

/* Other sessions of this program that have their tables in the same schema: postgres_pipe.c names them. */
static enum status sole_look(struct store *store) {
  PGresult *result = NULL;
  struct store_value value = {.kind = STORE_NULL};
  enum status status =
      pipe_say(&store->pipe, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                             "AND application_name = 'epurse ' || current_schema() AND pid <> pg_backend_pid()");
  if (status == STATUS_OK)
    status = pipe_wait(&store->pipe, &result);
  if (status == STATUS_OK)
    postgres_column(result, 0, 0, &value);
  PQclear(result);
  return status == STATUS_OK && value.number != 0 ? STATUS_LEDGER_BUSY : status;
}

/* A session that its program has closed is seen for a moment longer: the server ends it by and by. */
static enum status postgres_sole(struct store *store) {
  static const struct timespec pause = {0, 100000000};
  enum status status = sole_look(store);
  for (int i = 0; status == STATUS_LEDGER_BUSY && i < SOLE_TRIES; i++) {
    nanosleep(&pause, NULL);
    status = sole_look(store);
  }
  return status;
}

/* All that fills a ledger is one transaction: nothing is left of one that failed. */
static void postgres_discard(const char *place) {
  (void)place;
}

/* ---- transactions ---- */

static bool postgres_within(const struct store *store) {
  return store->writing || store->looking;
}

/* A duplicate key means a concurrent writer, unless we are the only one. */
static bool postgres_disturbed(const struct store *store) {
  return store->pipe.conflict || (store->pipe.duplicate && !store->alone);
}

/* Statements of several steps went out together, and one of them was refused: run again, each by itself, they show whose
 * it is. */
static void postgres_suspect(struct store *store) {
  if (store->pipe.failure == STATUS_OK || store->careful || !store->writing || !pipe_alive(&store->pipe) ||
      postgres_disturbed(store))
    return;
  store->again = store->careful_again = true;
}

/* Ends a transaction that will not be committed. A connection that does not come out of it is given up. */
static void postgres_rollback(struct store *store) {
  if (!store->writing && !store->looking)
    return;
  for (int try = 0; try < 2 && (store->pipe.pending > 0 || pipe_inside(&store->pipe)); try++) {
    if (pipe_alive(&store->pipe) && store->pipe.pending > 0)
      (void)!pipe_wait(&store->pipe, NULL);
    store->again = store->again || postgres_disturbed(store);
    postgres_suspect(store);
    pipe_forgive(&store->pipe);
    store->pipe.plans = PIPE_PLANS_UNSURE;
    if (pipe_inside(&store->pipe) && pipe_say(&store->pipe, "ROLLBACK") == STATUS_OK)
      (void)!pipe_wait(&store->pipe, NULL);
  }
  postgres_suspect(store);
  bool lost = !pipe_alive(&store->pipe);
  store->again = store->again || store->alone_again || postgres_disturbed(store) || (lost && !store->committing);
  if (lost || pipe_inside(&store->pipe))
    pipe_close(&store->pipe);
  pipe_forgive(&store->pipe);
  queue_begin(store->queue);
  gather_drop(store->gather);
  guard_drop(store->guard);
  store->writing = store->looking = store->parting = store->saved = false;
}

static enum status postgres_begin(struct store *store, enum store_company company) {
  store->again = store->committing = false;
  enum status status = postgres_reconnect(store);
  if (status != STATUS_OK)
    return status;
  pipe_forgive(&store->pipe);
  queue_begin(store->queue);
  gather_drop(store->gather);
  guard_drop(store->guard);
  store->writing = true;
  store->wrote = store->gathered = false;
  store->careful = company == STORE_ALONE_AT_LAST || store->careful_again;
  store->alone = company != STORE_BESIDE_OTHERS || store->careful || store->alone_again;
  store->careful_again = store->alone_again = store->till_needed = store->till_locked = false;
  status = pipe_say(&store->pipe, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  if (status == STATUS_OK && !store->bare)
    status = pipe_say(&store->pipe, store->alone ? "LOCK TABLE turnstile IN EXCLUSIVE MODE"
                                                 : "LOCK TABLE turnstile IN ROW SHARE MODE");
  if (status != STATUS_OK)
    postgres_rollback(store);
  return status;
}

/* The till is shared by all and locked late: with the commit, as a rule. */
static enum status postgres_till(struct store *store) {
  if (!store->till_needed || store->till_locked || store->alone)
    return STATUS_OK;
  store->till_locked = true;
  return pipe_say(&store->pipe, GUARD_LOCK_TILL);
}

/* A savepoint before what the running part writes, and behind what those before it wrote. */
static enum status postgres_mark(struct store *store) {
  if (!store->parting || store->saved)
    return STATUS_OK;
  enum status status = postgres_till(store);
  if (status == STATUS_OK)
    status = queue_send(store->queue, &store->pipe, store->part);
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, "SAVEPOINT part");
  store->saved = status == STATUS_OK;
  return status;
}

/* Sends what waits. */
static enum status postgres_flush(struct store *store) {
  enum status status = STATUS_OK;
  if (!queue_waits(store->queue))
    return STATUS_OK;
  if (store->parting && queue_count(store->queue) > store->part)
    status = postgres_mark(store);
  if (status == STATUS_OK)
    status = postgres_till(store);
  if (status == STATUS_OK)
    status = queue_send(store->queue, &store->pipe, queue_count(store->queue));
  store->part = queue_count(store->queue);
  store->wrote = true;
  return status;
}

/* A step that found its answer there has written nothing, and its COMMIT would wait for nobody: not for a standby that has
 * not got yet what it found. A record of its own in the log, behind all that it can have seen, makes COMMIT wait for both. */
static enum status postgres_stand(struct store *store) {
  if (store->wrote || store->bare)
    return STATUS_OK;
  return pipe_say(&store->pipe, "SELECT pg_logical_emit_message(true, 'epurse', '') "
                                "WHERE txid_current_if_assigned() IS NULL");
}

/* COMMIT was sent, and whether it holds is not known: the connection broke; or it answers with a warning, which is how the
 * server says that its wait for a standby was cancelled. The next one may find another server. */
static enum status postgres_doubt(struct store *store, enum status status) {
  if (status != STATUS_OK || !store->pipe.warned)
    return status;
  pipe_close(&store->pipe);
  return STATUS_STORE_FAILED;
}

/* What is still under way goes with it: one round trip. A COMMIT of a transaction that has failed before says ROLLBACK
 * and no error. */
static enum status postgres_commit(struct store *store) {
  PGresult *result = NULL;
  enum status status = store->alone_again ? STATUS_LEDGER_BUSY : postgres_flush(store);
  if (status == STATUS_OK)
    status = postgres_stand(store);
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, "COMMIT");
  if (status != STATUS_OK)
    return status;
  store->committing = true;
  store->pipe.warned = false;
  status = postgres_doubt(store, pipe_wait(&store->pipe, &result));
  if (status == STATUS_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    store->writing = store->bare = false;
  PQclear(result);
  return status;
}

static enum status gather_ask(struct store *store, const struct store_hint *hints, size_t count) {
  enum status status = STATUS_OK;
  if (store->writing && !store->alone)
    status = guard_ask(store->guard, &store->pipe, hints, count);
  if (status == STATUS_OK)
    status = gather_read(store->gather, &store->pipe, hints, count);
  guard_take(store->guard, &store->pipe);
  return status;
}

/* Outside of a transaction each reading would ask again by itself, and say what is wrong. */
static enum status postgres_gather(struct store *store, const struct store_hint *hints, size_t count) {
  gather_drop(store->gather);
  store->gathered = store->writing && count > 0;
  if (store->writing)
    return store->careful || count == 0 ? STATUS_OK : gather_ask(store, hints, count);
  if (count == 0 || postgres_within(store) || postgres_reconnect(store) != STATUS_OK)
    return STATUS_OK;
  pipe_forgive(&store->pipe);
  if (gather_ask(store, hints, count) != STATUS_OK)
    gather_drop(store->gather);
  pipe_forgive(&store->pipe);
  return STATUS_OK;
}

static bool postgres_again(struct store *store) {
  return store->again;
}

static enum status postgres_save(struct store *store) {
  store->part = queue_count(store->queue);
  store->parting = true;
  store->saved = false;
  return store->careful ? postgres_mark(store) : STATUS_OK;
}

static enum status postgres_keep(struct store *store, bool wait) {
  enum status status = store->pipe.failure;
  if (store->saved) {
    status = postgres_flush(store);
    if (status == STATUS_OK)
      status = pipe_say(&store->pipe, "RELEASE SAVEPOINT part");
    if (status == STATUS_OK && wait)
      status = pipe_wait(&store->pipe, NULL);
  }
  if (status == STATUS_OK)
    store->parting = store->saved = false;
  return status;
}

/* What was not sent is forgotten. After a conflict with others the whole transaction is lost, as it is where something was
 * refused that went out before the savepoint. */
static enum status postgres_undo(struct store *store) {
  bool saved = store->saved;
  queue_cut(store->queue, saved ? 0 : store->part);
  store->parting = store->saved = false;
  if (store->alone_again)
    return STATUS_LEDGER_BUSY;
  if (!saved)
    return store->pipe.failure;
  store->till_locked = false; /* it may have been locked since */
  if (store->pipe.pending > 0 && pipe_alive(&store->pipe))
    (void)!pipe_wait(&store->pipe, NULL);
  if (postgres_disturbed(store) || !pipe_alive(&store->pipe))
    return store->pipe.failure == STATUS_OK ? STATUS_STORE_FAILED : store->pipe.failure;
  pipe_forgive(&store->pipe);
  store->pipe.plans = PIPE_PLANS_UNSURE;
  enum status status = pipe_say(&store->pipe, "ROLLBACK TO SAVEPOINT part");
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, "RELEASE SAVEPOINT part");
  return status == STATUS_OK ? pipe_wait(&store->pipe, NULL) : status;
}

static enum status postgres_look(struct store *store) {
  enum status status = postgres_reconnect(store);
  if (status != STATUS_OK)
    return status;
  pipe_forgive(&store->pipe);
  gather_drop(store->gather);
  store->looking = true;
  status = pipe_say(&store->pipe, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (status != STATUS_OK)
    postgres_rollback(store);
  return status;
}

/* ---- statements ---- */

/* Beside others a step has what is locked, and no more. */
static enum status postgres_judge(struct store *store, enum guard_verdict verdict) {
  if (!store->writing || store->alone || store->bare)
    return STATUS_OK;
  store->till_needed = store->till_needed || verdict == GUARD_TILL;
  store->alone_again = store->alone_again || verdict == GUARD_CLOSED;
  return store->alone_again ? STATUS_LEDGER_BUSY : STATUS_OK;
}

/* What somebody asks for, or a step of which nothing is known, may well go through whole tables. */
static enum status postgres_plan(struct store *store) {
  return store->writing && store->gathered ? STATUS_OK : pipe_plan(&store->pipe, PIPE_PLANS_FREE);
}

/* What must be on its way before a statement of a step. */
static enum status postgres_prepare(struct store *store, const struct store_call *call) {
  enum status status = queue_concerns(store->queue, call) ? postgres_flush(store) : STATUS_OK;
  if (status == STATUS_OK && !queue_reads(call)) {
    status = postgres_mark(store);
    gather_forget(store->gather);
  }
  queue_note(store->queue, call);
  return status;
}

/* Whether it waits now for the others of its group. */
static bool postgres_queued(struct store *store, const struct store_call *call) {
  struct queue_place place;
  if (!store->writing || store->careful || store->pipe.failure != STATUS_OK || !queue_push(store->queue, call, &place))
    return false;
  gather_dirty(store->gather, place.card, place.key);
  return true;
}

/* Outside a transaction a statement stands alone; one that met a broken connection is sent again on a new one. */
static enum status postgres_run(struct store *store, const struct store_call *call, struct store_cursor *cursor) {
  PGresult *result = NULL;
  enum status status = postgres_judge(store, guard_judge(store->guard, call));
  *cursor = (struct store_cursor){.row = -1};
  if (status != STATUS_OK || postgres_queued(store, call))
    return status;
  if (gather_answer(store->gather, call, cursor)) {
    queue_note(store->queue, call);
    return store->writing ? store->pipe.failure : STATUS_OK;
  }
  if (store->writing)
    status = postgres_prepare(store, call);
  if (status == STATUS_OK && store->writing)
    status = postgres_till(store);
  if (status != STATUS_OK)
    return status;
  for (int try = 0; try < 2; try++) {
    if (!postgres_within(store)) {
      status = postgres_reconnect(store);
      pipe_forgive(&store->pipe);
    }
    if (status == STATUS_OK)
      status = postgres_plan(store);
    if (status == STATUS_OK)
      status = pipe_call(&store->pipe, call);
    if (status == STATUS_OK && !(call->blind && postgres_within(store) && !store->careful))
      status = pipe_wait(&store->pipe, &result);
    if (status == STATUS_OK || postgres_within(store) || pipe_alive(&store->pipe))
      break;
  }
  cursor->handle = result;
  cursor->end = PQntuples(result);
  return status;
}

static enum status postgres_next(struct store *store, struct store_cursor *cursor, bool *row) {
  (void)store;
  *row = cursor->handle != NULL && cursor->row + 1 < cursor->end;
  cursor->row++;
  return STATUS_OK;
}

static void postgres_column_of(struct store *store, const struct store_cursor *cursor, int column,
                               struct store_value *value) {
  (void)store;
  postgres_column(cursor->handle, cursor->row, column, value);
}

static void postgres_finish(struct store *store, struct store_cursor *cursor) {
  (void)store;
  if (!cursor->borrowed)
    PQclear(cursor->handle);
  cursor->handle = NULL;
}

static enum status postgres_script(struct store *store, const char *statements) {
  enum status status = postgres_judge(store, GUARD_CLOSED);
  if (status == STATUS_OK && store->writing)
    status = postgres_flush(store);
  gather_forget(store->gather);
  if (status == STATUS_OK && store->writing)
    status = postgres_mark(store);
  return status == STATUS_OK ? pipe_script(&store->pipe, statements) : status;
}

static enum status postgres_ask(struct store *store, const struct store_question *question) {
  char sql[POSTGRES_SQL_MAX];
  PGresult *result = NULL;
  if (!postgres_translate_question(question->sql, sql))
    return STATUS_INTERNAL;
  enum status status = postgres_judge(store, GUARD_CLOSED);
  if (status == STATUS_OK)
    status = postgres_within(store) ? postgres_flush(store) : postgres_reconnect(store);
  if (status == STATUS_OK)
    status = postgres_plan(store);
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, sql);
  if (status == STATUS_OK)
    status = pipe_wait(&store->pipe, &result);
  for (int row = 0; status == STATUS_OK && row < PQntuples(result); row++) {
    struct store_value columns[STORE_ANSWER_COLUMNS];
    for (int column = 0; column < STORE_ANSWER_COLUMNS; column++)
      postgres_column(result, row, column, &columns[column]);
    question->row(question->context, columns);
  }
  PQclear(result);
  return status;
}

static uint64_t postgres_trips(const struct store *store) {
  return store->pipe.trips;
}

/* ---- health: what the schema says still holds, and the disk is waited for ---- */

#define MISSING(table, key, column, parent, parent_key)                                                                \
  "SELECT format('file: " table " row %s names a missing " parent "', c." key ") FROM " table                          \
  " c WHERE NOT EXISTS (SELECT 1 FROM " parent " p WHERE p." parent_key " = c." column ")"

static const char *const postgres_health[] = {
    "SELECT format('file: trigger %s of %s is switched off', tgname, tgrelid::regclass) FROM pg_trigger "
    "JOIN pg_class c ON c.oid = tgrelid WHERE tgenabled <> 'O' AND c.relnamespace = current_schema()::regnamespace",
    "SELECT format('file: constraint %s of %s is not enforced', conname, conrelid::regclass) FROM pg_constraint "
    "WHERE NOT convalidated AND connamespace = current_schema()::regnamespace",
    "SELECT format('file: %s is off: what was answered can be lost', name) FROM pg_settings "
    "WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'",
    MISSING("terminal", "id", "merchant", "merchant", "id"),
    MISSING("terminal_window", "id", "id", "terminal", "id"),
    MISSING("card_counters", "id", "id", "card", "id"),
    MISSING("booking", "id", "terminal", "terminal", "id"),
    MISSING("booking", "id", "merchant", "merchant", "id"),
    MISSING("reversal", "booking", "terminal", "terminal", "id"),
    MISSING("incident", "number", "card", "card", "id"),
    MISSING("replacement", "card", "successor", "card", "id"),
    MISSING("capture", "number", "booking", "booking", "id"),
    MISSING("reference", "booking", "booking", "booking", "id"),
    MISSING("reference", "booking", "merchant", "merchant", "id"),
    MISSING("settlement_line", "settlement", "settlement", "settlement", "number"),
    MISSING("settlement_line", "settlement", "merchant", "merchant", "id"),
    NULL};

const struct store_driver store_postgres = {.scheme = "postgresql",
                                            .shared = true,
                                            .schema = schema_postgres,
                                            .create = postgres_create,
                                            .discard = postgres_discard,
                                            .open = postgres_open,
                                            .sole = postgres_sole,
                                            .close = postgres_close,
                                            .begin = postgres_begin,
                                            .commit = postgres_commit,
                                            .gather = postgres_gather,
                                            .rollback = postgres_rollback,
                                            .again = postgres_again,
                                            .save = postgres_save,
                                            .keep = postgres_keep,
                                            .undo = postgres_undo,
                                            .look = postgres_look,
                                            .run = postgres_run,
                                            .next = postgres_next,
                                            .column = postgres_column_of,
                                            .finish = postgres_finish,
                                            .script = postgres_script,
                                            .ask = postgres_ask,
                                            .trips = postgres_trips,
                                            .health = postgres_health};

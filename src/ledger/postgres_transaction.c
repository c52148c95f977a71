/* SPDX-License-Identifier: Apache-2.0
 * Transactions of a ledger in PostgreSQL.
 *
 * A group of steps is one READ COMMITTED transaction. It is alone, behind the turnstile, or beside others, with all
 * rows locked that its statements read or write: of one that needs more nothing is kept, and it is run again alone. So
 * it does not depend on anybody's care that steps behave as if each ran by itself; the rules of the schema hold
 * besides. */
#include <string.h>

#include "postgres.h"

bool postgres_within(const struct store *store) {
  return store->writing || store->looking;
}

/* A duplicate key means a concurrent writer, unless we are the only one. */
static bool postgres_disturbed(const struct store *store) {
  return store->pipe.conflict || (store->pipe.duplicate && !store->alone);
}

/* Statements of several steps went out together, and one of them was refused: run again, each by itself, they show
 * whose it is. */
static void postgres_suspect(struct store *store) {
  if (store->pipe.failure == STATUS_OK || store->careful || !store->writing || !pipe_alive(&store->pipe) ||
      postgres_disturbed(store))
    return;
  store->again = store->careful_again = true;
}

/* Ends a transaction that will not be committed. A connection that does not come out of it is given up. */
void postgres_rollback(struct store *store) {
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

enum status postgres_begin(struct store *store, enum store_company company) {
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

enum status postgres_till(struct store *store) {
  if (!store->till_needed || store->till_locked || store->alone)
    return STATUS_OK;
  store->till_locked = true;
  return pipe_say(&store->pipe, GUARD_LOCK_TILL);
}

enum status postgres_mark(struct store *store) {
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

enum status postgres_flush(struct store *store) {
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

/* A step that found its answer there has written nothing, and its COMMIT would wait for nobody: not for a standby that
 * has not got yet what it found. A record of its own in the log, behind all that it can have seen, makes COMMIT wait
 * for both. */
static enum status postgres_stand(struct store *store) {
  if (store->wrote || store->bare)
    return STATUS_OK;
  return pipe_say(&store->pipe, "SELECT pg_logical_emit_message(true, 'epurse', '') "
                                "WHERE txid_current_if_assigned() IS NULL");
}

/* COMMIT was sent, and whether it holds is not known: the connection broke; or it answers with a warning, which is how
 * the server says that its wait for a standby was cancelled. The next one may find another server. */
static enum status postgres_doubt(struct store *store, enum status status) {
  if (status != STATUS_OK || !store->pipe.warned)
    return status;
  pipe_close(&store->pipe);
  return STATUS_STORE_FAILED;
}

/* What is still under way goes with it: one round trip. A COMMIT of a transaction that has failed before says ROLLBACK
 * and no error. */
enum status postgres_commit(struct store *store) {
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
enum status postgres_gather(struct store *store, const struct store_hint *hints, size_t count) {
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

bool postgres_again(struct store *store) {
  return store->again;
}

enum status postgres_save(struct store *store) {
  store->part = queue_count(store->queue);
  store->parting = true;
  store->saved = false;
  return store->careful ? postgres_mark(store) : STATUS_OK;
}

enum status postgres_keep(struct store *store, bool wait) {
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

/* What was not sent is forgotten. After a conflict with others the whole transaction is lost, as it is where something
 * was refused that went out before the savepoint. */
enum status postgres_undo(struct store *store) {
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

enum status postgres_look(struct store *store) {
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

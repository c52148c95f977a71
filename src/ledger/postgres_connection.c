/* SPDX-License-Identifier: Apache-2.0
 * The connection of a ledger in PostgreSQL: opened, made anew where it broke, and whether another session has the same
 * tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "postgres.h"
#include "postgres_value.h"

#define SOLE_TRIES 20 /* two seconds in all */

void postgres_close(struct store **store) {
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

static enum status postgres_number(struct store *store, const char *sql, int64_t *number) {
  PGresult *result = NULL;
  struct store_value value = {.kind = STORE_NULL};
  enum status status = pipe_say(&store->pipe, sql);
  if (status == STATUS_OK)
    status = pipe_wait(&store->pipe, &result);
  if (status == STATUS_OK)
    postgres_column(result, 0, 0, &value);
  PQclear(result);
  *number = value.number;
  return status;
}

/* Behind the turnstile: whoever migrates or tells it has looked for other sessions there (postgres_sole), and has
 * either seen this one, or is waited for. */
static enum status postgres_look_at(struct store *store, struct face *face) {
  enum status status = pipe_say(&store->pipe, "BEGIN");
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, "LOCK TABLE turnstile IN ROW SHARE MODE");
  if (status == STATUS_OK)
    status = postgres_number(store, "SELECT version FROM schema_version", &face->version);
  if (status == STATUS_OK)
    status = postgres_number(store, "SELECT name FROM incarnation ORDER BY number DESC LIMIT 1", &face->incarnation);
  if (status == STATUS_OK)
    status = pipe_say(&store->pipe, "COMMIT");
  return status == STATUS_OK ? pipe_wait(&store->pipe, NULL) : status;
}

enum status postgres_reconnect(struct store *store) {
  struct face face = {0};
  if (pipe_alive(&store->pipe))
    return STATUS_OK;
  enum status status = store->other ? STATUS_STORE_FAILED : pipe_open(&store->pipe, store->url);
  if (status != STATUS_OK || store->face.version == 0)
    return status;
  status = postgres_look_at(store, &face);
  if (status == STATUS_OK && (face.version != store->face.version || face.incarnation != store->face.incarnation)) {
    store->other = true;
    status = STATUS_STORE_FAILED;
  }
  if (status != STATUS_OK)
    pipe_close(&store->pipe);
  return status;
}

bool postgres_unsure(const struct store *store) {
  return store->other;
}

/* Whether a ledger's tables are there, whole or not. */
static enum status postgres_present(struct store *store, bool *present) {
  int64_t there = 0;
  enum status status = postgres_number(store, "SELECT to_regclass('schema_version') IS NOT NULL", &there);
  *present = there != 0;
  return status;
}

enum status postgres_open(const char *place, struct store **store) {
  bool present = false;
  enum status status = postgres_connect(place, store);
  if (status == STATUS_OK)
    status = postgres_present(*store, &present);
  if (status == STATUS_OK && !present)
    status = STATUS_NOT_FOUND;
  if (status == STATUS_OK)
    status = postgres_look_at(*store, &(*store)->face);
  if (status != STATUS_OK)
    postgres_close(store);
  return status;
}

enum status postgres_create(const char *place, struct store **store) {
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
  int64_t others = 0;
  enum status status =
      postgres_number(store,
                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                      "AND application_name = 'epurse ' || current_schema() AND pid <> pg_backend_pid()",
                      &others);
  return status == STATUS_OK && others != 0 ? STATUS_LEDGER_BUSY : status;
}

/* A session that its program has closed is seen for a moment longer: the server ends it by and by. Within a transaction
 * it shows the same each time. */
enum status postgres_sole(struct store *store) {
  static const struct timespec pause = {0, 100000000};
  enum status status = sole_look(store);
  for (int i = 0; status == STATUS_LEDGER_BUSY && !store->writing && i < SOLE_TRIES; i++) {
    nanosleep(&pause, NULL);
    status = sole_look(store);
  }
  return status;
}

/* All that fills a ledger is one transaction: nothing is left of one that failed. */
void postgres_discard(const char *place) {
  (void)place;
}

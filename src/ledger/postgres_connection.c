/* SPDX-License-Identifier: Apache-2.0
 * The connection of a ledger in PostgreSQL: opened, made anew where it broke, and whether another session has the same tables. */
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

enum status postgres_reconnect(struct store *store) {
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

enum status postgres_open(const char *place, struct store **store) {
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
enum status postgres_sole(struct store *store) {
  static const struct timespec pause = {0, 100000000};
  enum status status = sole_look(store);
  for (int i = 0; status == STATUS_LEDGER_BUSY && i < SOLE_TRIES; i++) {
    nanosleep(&pause, NULL);
    status = sole_look(store);
  }
  return status;
}

/* All that fills a ledger is one transaction: nothing is left of one that failed. */
void postgres_discard(const char *place) {
  (void)place;
}

/* SPDX-License-Identifier: Apache-2.0
 * The ledger in a PostgreSQL database, for several servers at once: the driver's table, and what it looks at for its
 * health. */
#include "postgres.h"
#include "schema.h"

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
                                            .unsure = postgres_unsure,
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

/* SPDX-License-Identifier: Apache-2.0
 * What the journal's own files share: the database that is open, its lock, and how a statement is run. */
#ifndef EPURSE_TERMINAL_JOURNAL_STORE_H
#define EPURSE_TERMINAL_JOURNAL_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/status.h"

#define JOURNAL_WAIT_MS 5000 /* for another process */

struct journal {
  sqlite3 *db;
  int lock;        /* of PATH.lock; SQLite's own locks do not keep two processes from checkpointing at once */
  unsigned claims; /* how often this process holds it */
  int64_t met;     /* the server's incarnation, once it was read or written here; 0: not yet */
  bool numbered;   /* a sequence number was drawn since it was opened */
};

/* As journal_claim, without waiting; false: it is another one's, or cannot be told. */
bool journal_try(struct journal *journal) EPURSE_MUST_USE;

/* What a result of SQLite is here; a row, and the end of rows, are STATUS_OK. STATUS_INTERNAL: the database refuses
 * it. */
enum status journal_status(int result) EPURSE_MUST_USE;
/* Runs SQL that answers nothing. */
enum status journal_execute(struct journal *journal, const char *sql) EPURSE_MUST_USE;
/* The first column of the only row. STATUS_STORE_FAILED too where there is none. */
enum status journal_number(struct journal *journal, const char *sql, int64_t *number) EPURSE_MUST_USE;
/* Runs a statement that answers nothing and has one parameter: bytes, or a number where they are NULL. */
enum status journal_change(struct journal *journal, const char *sql, const uint8_t *bytes,
                           int64_t number) EPURSE_MUST_USE;

/* What is run from here on is done whole or not at all, and by nobody else meanwhile: until journal_together_end, which
 * follows each STATUS_OK. STATUS_READER_BUSY as of journal_claim. */
enum status journal_together(struct journal *journal) EPURSE_MUST_USE;
/* All of it is durable where `status` is STATUS_OK and that is the answer, else nothing of it was done. */
enum status journal_together_end(struct journal *journal, enum status status) EPURSE_MUST_USE;

/* ---- journal_schema.c ---- */

#define JOURNAL_SCHEMA_VERSION 12
/* Makes what a journal of that version lacks, 0: everything; all of it or nothing. */
enum status journal_build(struct journal *journal, int64_t version) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * How an entry of the journal becomes a row of its table, and back. */
#ifndef EPURSE_TERMINAL_JOURNAL_ROW_H
#define EPURSE_TERMINAL_JOURNAL_ROW_H

#include <sqlite3.h>

#include "epurse/journal.h"

/* Binds the parameters 1 to 13: state, type, amount, currency, time, promise, authorisation, secret, card certificate,
 * tender kind, order, reference; the caller's reference; 15: nonce; 16: cashier. The entry outlives the step. Answers
 * SQLite's result. */
int journal_row_bind(sqlite3_stmt *statement, const struct journal_entry *entry) EPURSE_MUST_USE;

/* The beginning of a question whose rows are read so. */
#define ENTRY_COLUMNS                                                                                                  \
  "SELECT id, state, type, amount, currency, time, promise, authorisation, secret, card_certificate, tender_kind,"     \
  " tender_order, tender_reference, reference, id IN (SELECT entry FROM unreported), nonce, cashier, iban, holder, "   \
  "closes, card_reference, deposit FROM"                                                                               \
  " entry "

/* Reads a row: id, then the same columns, then whether it is unreported. STATUS_STORE_FAILED: a column is not what this
 * program writes. */
enum status journal_row_read(sqlite3_stmt *statement, struct journal_entry *entry) EPURSE_MUST_USE;

/* The first row of a question about entries, by its only parameter: text, or a number where it is NULL.
 * STATUS_NOT_FOUND. */
enum status journal_first(struct journal *journal, const char *sql, const char *text, int64_t number,
                          struct journal_entry *entry) EPURSE_MUST_USE;
/* The same about entries later than `after`. */
enum status journal_next(struct journal *journal, const char *sql, int64_t after,
                         struct journal_entry *entry) EPURSE_MUST_USE;

#endif

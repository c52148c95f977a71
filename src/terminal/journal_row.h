/* SPDX-License-Identifier: Apache-2.0
 * How an entry of the journal becomes a row of its table, and back. */
#ifndef EPURSE_TERMINAL_JOURNAL_ROW_H
#define EPURSE_TERMINAL_JOURNAL_ROW_H

#include <sqlite3.h>

#include "epurse/journal.h"

/* Binds the parameters 1 to 13: state, type, amount, currency, time, promise, authorisation, secret, card certificate,
 * tender kind, order, reference; the caller's reference; 15: nonce; 16: cashier. The entry outlives the step. Answers SQLite's result. */
int journal_row_bind(sqlite3_stmt *statement, const struct journal_entry *entry) EPURSE_MUST_USE;

/* Reads a row: id, then the same columns, then whether it is unreported. STATUS_STORE_FAILED: a column is not what this
 * program writes. */
enum status journal_row_read(sqlite3_stmt *statement, struct journal_entry *entry) EPURSE_MUST_USE;

#endif

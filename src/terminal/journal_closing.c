/* SPDX-License-Identifier: Apache-2.0
 * Closings and shifts in the journal: both are rows of a chain, with the entries that are counted in them. */
#include "epurse/journal_closing.h"

#include <stdio.h>
#include <string.h>

#include "journal_row.h"
#include "journal_store.h"

/* ---- closings, and shifts ---- */

enum status journal_next_counted(struct journal *journal, enum journal_chain chain, int64_t number, int64_t after,
                                 struct journal_entry *entry) {
  static const char *const counted[] = {
      ENTRY_COLUMNS "WHERE id > ?1 AND id IN (SELECT entry FROM counted WHERE closing = ?2) ORDER BY id LIMIT 1",
      ENTRY_COLUMNS "WHERE id > ?1 AND id IN (SELECT entry FROM shift_counted WHERE shift = ?2) ORDER BY id LIMIT 1"};
  static const char *const left[] = {
      ENTRY_COLUMNS "WHERE id > ?1 AND ?2 = 0 AND id NOT IN (SELECT entry FROM counted) ORDER BY id LIMIT 1",
      ENTRY_COLUMNS "WHERE id > ?1 AND ?2 = 0 AND id NOT IN (SELECT entry FROM shift_counted) ORDER BY id LIMIT 1"};
  sqlite3_stmt *statement = NULL;
  memset(entry, 0, sizeof *entry);
  int result = sqlite3_prepare_v2(journal->db, number == 0 ? left[chain] : counted[chain], -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, after);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 2, number);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = result == SQLITE_DONE ? STATUS_NOT_FOUND : journal_status(result);
  if (result == SQLITE_ROW)
    status = journal_row_read(statement, entry);
  (void)sqlite3_finalize(statement);
  return status;
}

enum status journal_closing_find(struct journal *journal, enum journal_chain chain, int64_t number,
                                 struct journal_closing *closing) {
  static const char *const sql[] = {
      "SELECT number, body, hash FROM closing WHERE ?1 IN (0, number) ORDER BY number DESC LIMIT 1",
      "SELECT number, body, hash FROM shift WHERE ?1 IN (0, number) ORDER BY number DESC LIMIT 1"};
  sqlite3_stmt *statement = NULL;
  memset(closing, 0, sizeof *closing);
  int result = sqlite3_prepare_v2(journal->db, sql[chain], -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, number);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = result == SQLITE_DONE ? STATUS_NOT_FOUND : journal_status(result);
  const unsigned char *body = result == SQLITE_ROW ? sqlite3_column_text(statement, 1) : NULL;
  const void *hash = result == SQLITE_ROW ? sqlite3_column_blob(statement, 2) : NULL;
  if (body != NULL && hash != NULL && (size_t)sqlite3_column_bytes(statement, 1) < sizeof closing->body &&
      sqlite3_column_bytes(statement, 2) == (int)sizeof closing->hash) {
    closing->number = sqlite3_column_int64(statement, 0);
    (void)snprintf(closing->body, sizeof closing->body, "%s", (const char *)body);
    memcpy(closing->hash, hash, sizeof closing->hash);
  } else if (status == STATUS_OK) {
    status = STATUS_STORE_FAILED;
  }
  (void)sqlite3_finalize(statement);
  return status;
}

static enum status journal_closing_insert(struct journal *journal, enum journal_chain chain,
                                          const struct journal_closing *closing) {
  static const char *const sql[] = {"INSERT INTO closing (number, body, hash) VALUES (?1, ?2, ?3)",
                                    "INSERT INTO shift (number, body, hash) VALUES (?1, ?2, ?3)"};
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql[chain], -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, closing->number);
  if (result == SQLITE_OK)
    result = sqlite3_bind_text(statement, 2, closing->body, -1, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_bind_blob(statement, 3, closing->hash, (int)sizeof closing->hash, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  (void)sqlite3_finalize(statement);
  return journal_status(result);
}

/* An entry that is counted already is refused by its primary key. */
static enum status journal_counted_insert(struct journal *journal, enum journal_chain chain, int64_t number,
                                          const int64_t *entries, size_t count) {
  static const char *const sql[] = {"INSERT INTO counted (entry, closing) VALUES (?1, ?2)",
                                    "INSERT INTO shift_counted (entry, shift) VALUES (?1, ?2)"};
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql[chain], -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 2, number);
  for (size_t i = 0; i < count && (result == SQLITE_OK || result == SQLITE_DONE); i++) {
    result = sqlite3_reset(statement);
    if (result == SQLITE_OK)
      result = sqlite3_bind_int64(statement, 1, entries[i]);
    if (result == SQLITE_OK)
      result = sqlite3_step(statement);
  }
  (void)sqlite3_finalize(statement);
  return journal_status(result);
}

enum status journal_closing_keep(struct journal *journal, enum journal_chain chain,
                                 const struct journal_closing *closing, const int64_t *entries, size_t count) {
  enum status status = journal_together(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_closing_insert(journal, chain, closing);
  if (status == STATUS_OK)
    status = journal_counted_insert(journal, chain, closing->number, entries, count);
  return journal_together_end(journal, status);
}

enum status journal_closing_marks(struct journal *journal, enum journal_chain chain,
                                  struct journal_closing_marks *marks) {
  static const char *const last[] = {"SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'closing'), 0)",
                                     "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'shift'), 0)"};
  static const char *const astray[] = {
      "SELECT count(*) FROM counted WHERE closing NOT IN (SELECT number FROM closing)"
      " OR entry NOT IN (SELECT id FROM entry)",
      "SELECT count(*) FROM shift_counted WHERE (shift <> 0 AND shift NOT IN (SELECT number FROM shift))"
      " OR entry NOT IN (SELECT id FROM entry)"};
  enum status status = journal_number(journal, last[chain], &marks->last_number);
  return status == STATUS_OK ? journal_number(journal, astray[chain], &marks->astray) : status;
}

static enum status journal_shift_insert(struct journal *journal, struct journal_shift *shift) {
  static const char sql[] = "INSERT INTO shift_begun (number, begun, drawer_float, cashier)"
                            " SELECT coalesce(max(number), 0) + 1, ?1, ?2, ?3 FROM shift RETURNING number";
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, shift->begun);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 2, shift->drawer_float);
  if (result == SQLITE_OK)
    result = sqlite3_bind_text(statement, 3, shift->cashier, -1, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  if (result == SQLITE_ROW) {
    shift->number = sqlite3_column_int64(statement, 0);
    result = sqlite3_step(statement);
  }
  (void)sqlite3_finalize(statement);
  return journal_status(result);
}

enum status journal_shift_begin(struct journal *journal, struct journal_shift *shift, const int64_t *entries,
                                size_t count) {
  enum status status = journal_together(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_shift_insert(journal, shift);
  if (status == STATUS_OK)
    status = journal_counted_insert(journal, JOURNAL_SHIFTS, 0, entries, count);
  return journal_together_end(journal, status);
}

enum status journal_shift_find(struct journal *journal, int64_t number, struct journal_shift *shift) {
  static const char sql[] = "SELECT number, begun, drawer_float, cashier FROM shift_begun WHERE number = ?1"
                            " OR (?1 = 0 AND number NOT IN (SELECT number FROM shift)) ORDER BY number DESC LIMIT 1";
  sqlite3_stmt *statement = NULL;
  *shift = (struct journal_shift){.number = 0};
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, number);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = result == SQLITE_DONE ? STATUS_NOT_FOUND : journal_status(result);
  const unsigned char *cashier = result == SQLITE_ROW ? sqlite3_column_text(statement, 3) : NULL;
  if (cashier != NULL && (size_t)sqlite3_column_bytes(statement, 3) < sizeof shift->cashier) {
    *shift = (struct journal_shift){.number = sqlite3_column_int64(statement, 0),
                                    .begun = sqlite3_column_int64(statement, 1),
                                    .drawer_float = sqlite3_column_int64(statement, 2)};
    (void)snprintf(shift->cashier, sizeof shift->cashier, "%s", (const char *)cashier);
  } else if (status == STATUS_OK) {
    status = STATUS_STORE_FAILED;
  }
  (void)sqlite3_finalize(statement);
  return status;
}

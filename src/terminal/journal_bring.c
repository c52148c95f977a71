/* SPDX-License-Identifier: Apache-2.0
 * The journal's list of receipts to be brought in again, since the server's ledger has forgotten them. */
#include "epurse/journal.h"
#include "journal_row.h"
#include "journal_store.h"

/* ---- receipts to be brought in again ---- */

#define BRING_SKEW 600 /* seconds that the clocks of both sides may be off together */

/* Everything that has r, or was paid off-line and booked, and may have been forgotten goes on the list, in its
 * order. */
static enum status journal_list_bring(struct journal *journal, int64_t since) {
  static const char sql[] = "INSERT INTO bring (entry) SELECT id FROM entry WHERE promise IS NOT NULL AND time >= ?1"
                            " AND ((secret IS NOT NULL AND authorisation IS NOT NULL) OR (type = 6 AND state = 7))"
                            " ORDER BY id ON CONFLICT DO NOTHING";
  return since == 0 ? STATUS_OK : journal_change(journal, sql, NULL, since - BRING_SKEW);
}

/* The list and the name in one transaction. */
static enum status journal_meet(struct journal *journal, int64_t incarnation, int64_t since) {
  enum status status = journal_together(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_list_bring(journal, since);
  if (status == STATUS_OK)
    status = journal_change(journal, "UPDATE incarnation SET name = ?1", NULL, incarnation);
  return journal_together_end(journal, status);
}

enum status journal_met(struct journal *journal, int64_t incarnation, int64_t since) {
  if (incarnation == 0 || incarnation == journal->met)
    return STATUS_OK;
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  int64_t known = 0;
  status = journal_number(journal, "SELECT name FROM incarnation", &known);
  if (status == STATUS_OK && known != incarnation)
    status = journal_meet(journal, incarnation, since);
  if (status == STATUS_OK)
    journal->met = incarnation;
  journal_release(journal);
  return status;
}

enum status journal_bring(struct journal *journal, int64_t entry) {
  return journal_change(journal, "INSERT INTO bring (entry) VALUES (?1) ON CONFLICT DO NOTHING", NULL, entry);
}

enum status journal_next_bring(struct journal *journal, int64_t after, int64_t *place, struct journal_entry *entry) {
  static const char next[] = "SELECT coalesce((SELECT min(id) FROM bring WHERE id > ?1), 0)";
  static const char row[] = ENTRY_COLUMNS "WHERE id = (SELECT entry FROM bring WHERE id = ?1)";
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, next, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, after);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  *place = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  (void)sqlite3_finalize(statement);
  if (result != SQLITE_ROW)
    return STATUS_STORE_FAILED;
  return *place == 0 ? STATUS_NOT_FOUND : journal_next(journal, row, *place, entry);
}

enum status journal_last_bring(struct journal *journal, int64_t *place) {
  return journal_number(journal, "SELECT coalesce(max(id), 0) FROM bring", place);
}

enum status journal_drop_bring(struct journal *journal, int64_t place) {
  return journal_change(journal, "DELETE FROM bring WHERE id = ?1", NULL, place);
}

enum status journal_later_bring(struct journal *journal, int64_t place) {
  return journal_change(journal, "UPDATE bring SET id = (SELECT max(id) + 1 FROM bring) WHERE id = ?1", NULL, place);
}

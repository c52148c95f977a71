/* SPDX-License-Identifier: Apache-2.0
 * The journal's lock, and statements on its database: every write alone, and durable when it returns. */
#include "journal_store.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

#include "epurse/journal.h"

#define JOURNAL_POLL_MS 20

enum status journal_status(int result) {
  switch (result) {
  case SQLITE_OK:
  case SQLITE_DONE:
  case SQLITE_ROW:
    return STATUS_OK;
  case SQLITE_NOMEM:
    return STATUS_NO_MEMORY;
  case SQLITE_CONSTRAINT:
    return STATUS_INTERNAL;
  default:
    return STATUS_STORE_FAILED;
  }
}

enum status journal_claim(struct journal *journal) {
  static const struct timespec pause = {0, JOURNAL_POLL_MS * 1000000L};
  for (int waited = 0; journal->claims == 0; waited += JOURNAL_POLL_MS) {
    if (flock(journal->lock, LOCK_EX | LOCK_NB) == 0)
      break;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return STATUS_STORE_FAILED;
    if (waited >= JOURNAL_WAIT_MS)
      return STATUS_READER_BUSY;
    nanosleep(&pause, NULL);
  }
  journal->claims++;
  return STATUS_OK;
}

bool journal_try(struct journal *journal) {
  if (journal->claims == 0 && flock(journal->lock, LOCK_EX | LOCK_NB) != 0)
    return false;
  journal->claims++;
  return true;
}

void journal_release(struct journal *journal) {
  if (journal->claims > 0 && --journal->claims == 0)
    (void)flock(journal->lock, LOCK_UN);
}

enum status journal_execute(struct journal *journal, const char *sql) {
  return journal_status(sqlite3_exec(journal->db, sql, NULL, NULL, NULL));
}

enum status journal_number(struct journal *journal, const char *sql, int64_t *number) {
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  if (result == SQLITE_ROW)
    *number = sqlite3_column_int64(statement, 0);
  enum status status = result == SQLITE_DONE ? STATUS_STORE_FAILED : journal_status(result);
  (void)sqlite3_finalize(statement);
  return status;
}

enum status journal_together(struct journal *journal) {
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_execute(journal, "BEGIN IMMEDIATE");
  if (status != STATUS_OK)
    journal_release(journal);
  return status;
}

enum status journal_together_end(struct journal *journal, enum status status) {
  if (status == STATUS_OK)
    status = journal_execute(journal, "COMMIT");
  if (status != STATUS_OK)
    (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
  journal_release(journal);
  return status;
}

enum status journal_change(struct journal *journal, const char *sql, const uint8_t *bytes, int64_t number) {
  sqlite3_stmt *statement = NULL;
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = bytes == NULL ? sqlite3_bind_int64(statement, 1, number)
                           : sqlite3_bind_blob(statement, 1, bytes, (int)number, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  (void)sqlite3_finalize(statement);
  journal_release(journal);
  return journal_status(result);
}

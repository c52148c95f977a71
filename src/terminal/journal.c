/* SPDX-License-Identifier: Apache-2.0
 * The journal: its file opened, and its entries. */
#include "epurse/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "journal_row.h"
#include "journal_store.h"

static enum status journal_prepare(struct journal *journal) {
  int64_t version = 0;
  if (sqlite3_busy_timeout(journal->db, JOURNAL_WAIT_MS) != SQLITE_OK)
    return STATUS_STORE_FAILED;
  enum status status = journal_execute(journal, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                                "PRAGMA trusted_schema = OFF;");
  if (status == STATUS_OK)
    status = journal_number(journal, "PRAGMA user_version", &version);
  if (status != STATUS_OK)
    return status;
  if (version == JOURNAL_SCHEMA_VERSION)
    return STATUS_OK;
  int64_t tables = 0;
  status = journal_number(journal, "SELECT count(*) FROM sqlite_schema", &tables);
  if (status != STATUS_OK)
    return status;
  bool fresh = version == 0 && tables == 0;
  return fresh || (version >= 1 && version < JOURNAL_SCHEMA_VERSION) ? journal_build(journal, version)
                                                                     : STATUS_OLD_SCHEMA;
}

/* While another process is at work with a card, which takes as long as a person at a PIN: to read it, and to be told
 * that it is busy where it is to be written, nobody has to wait. Only what has to be made first does. */
static enum status journal_read_beside(struct journal *journal) {
  int64_t version = 0;
  if (sqlite3_busy_timeout(journal->db, JOURNAL_WAIT_MS) != SQLITE_OK)
    return STATUS_STORE_FAILED;
  enum status status = journal_number(journal, "PRAGMA user_version", &version);
  if (status == STATUS_OK && version != JOURNAL_SCHEMA_VERSION)
    return STATUS_READER_BUSY;
  return status == STATUS_OK ? journal_execute(journal, "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;")
                             : status;
}

static enum status journal_prepare_claimed(struct journal *journal) {
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_prepare(journal);
  journal_release(journal);
  return status;
}

/* The lock file, and the database's own, with the right mode before SQLite sees it. An existing database is not
 * opened here: closing that descriptor would drop the locks of this process (fcntl(2)). */
static enum status journal_files(const char *path, int *lock) {
  char name[4096];
  int length = snprintf(name, sizeof name, "%s.lock", path);
  if (length < 0 || (size_t)length >= sizeof name)
    return STATUS_STORE_FAILED;
  *lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (*lock < 0)
    return STATUS_STORE_FAILED;
  int created = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (created >= 0)
    return close(created) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
  return errno == EEXIST ? STATUS_OK : STATUS_STORE_FAILED;
}

enum status journal_open(const char *path, struct journal **journal) {
  enum status status;
  *journal = NULL;
  struct journal *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  fresh->lock = -1;
  status = journal_files(path, &fresh->lock);
  if (status == STATUS_OK)
    status = journal_status(sqlite3_open_v2(path, &fresh->db, SQLITE_OPEN_READWRITE, NULL));
  if (status == STATUS_OK) {
    bool free_now = journal_try(fresh);
    status = free_now ? journal_prepare(fresh) : journal_read_beside(fresh);
    if (free_now)
      journal_release(fresh);
  }
  if (status == STATUS_READER_BUSY)
    status = journal_prepare_claimed(fresh);
  if (status != STATUS_OK)
    journal_close(&fresh);
  *journal = fresh;
  return status;
}

void journal_close(struct journal **journal) {
  struct journal *old = *journal;
  *journal = NULL;
  if (old == NULL)
    return;
  /* The last connection checkpoints as it closes, under the lock. Whoever has the lock has a connection too: then this
   * is not the last. */
  bool claimed = old->db != NULL && journal_try(old);
  (void)sqlite3_close_v2(old->db);
  if (claimed)
    journal_release(old);
  if (old->lock >= 0)
    (void)close(old->lock);
  free(old);
}

enum status journal_begin(struct journal *journal, struct journal_entry *entry) {
  static const char sql[] =
      "INSERT INTO entry (state, type, amount, currency, time, promise, authorisation, secret,"
      " card_certificate, tender_kind, tender_order, tender_reference, reference, nonce,"
      " cashier, iban, holder, closes, card_reference, deposit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
      "?9, ?10, ?11, ?12, ?13, ?15,"
      " ?16, ?17, ?18, ?19, ?20,"
      " ?21)";
  sqlite3_stmt *statement = NULL;
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_status(sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL));
  if (status == STATUS_OK)
    status = journal_status(journal_row_bind(statement, entry));
  if (status == STATUS_OK)
    status = journal_status(sqlite3_step(statement));
  if (status == STATUS_OK)
    entry->id = sqlite3_last_insert_rowid(journal->db);
  (void)sqlite3_finalize(statement);
  journal_release(journal);
  return status;
}

enum status journal_update(struct journal *journal, const struct journal_entry *entry) {
  static const char sql[] =
      "UPDATE entry SET state = ?1, type = ?2, amount = ?3, currency = ?4, time = ?5,"
      " promise = ?6, authorisation = ?7, secret = ?8, card_certificate = ?9,"
      " tender_kind = ?10, tender_order = ?11, tender_reference = ?12, reference = ?13, nonce = ?15,"
      " cashier = ?16, iban = ?17, holder = ?18, closes = ?19, card_reference = ?20,"
      " deposit = ?21 WHERE id = ?14";
  sqlite3_stmt *statement = NULL;
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_status(sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL));
  if (status == STATUS_OK)
    status = journal_status(journal_row_bind(statement, entry));
  if (status == STATUS_OK)
    status = journal_status(sqlite3_bind_int64(statement, 14, entry->id));
  if (status == STATUS_OK)
    status = journal_status(sqlite3_step(statement));
  if (status == STATUS_OK && sqlite3_changes(journal->db) != 1)
    status = STATUS_INTERNAL;
  (void)sqlite3_finalize(statement);
  journal_release(journal);
  return status;
}

enum status journal_next_open(struct journal *journal, int64_t after, struct journal_entry *entry) {
  return journal_next(journal, ENTRY_COLUMNS "WHERE id > ?1 AND state NOT IN (7, 9, 10) ORDER BY id LIMIT 1", after,
                      entry);
}

enum status journal_next_any(struct journal *journal, int64_t after, struct journal_entry *entry) {
  memset(entry, 0, sizeof *entry);
  return journal_next(journal, ENTRY_COLUMNS "WHERE id > ?1 ORDER BY id LIMIT 1", after, entry);
}

enum status journal_last_done(struct journal *journal, struct journal_entry *entry) {
  memset(entry, 0, sizeof *entry);
  return journal_next(journal,
                      ENTRY_COLUMNS "WHERE id > ?1 AND (secret IS NOT NULL OR (type = 6 AND promise IS NOT NULL))"
                                    " ORDER BY id DESC LIMIT 1",
                      0, entry);
}

enum status journal_find_reference(struct journal *journal, const char *reference, struct journal_entry *entry) {
  static const char sql[] =
      ENTRY_COLUMNS "WHERE reference = ?1 AND reference <> '' ORDER BY state = 9, id DESC LIMIT 1";
  memset(entry, 0, sizeof *entry);
  return journal_first(journal, sql, reference, 0, entry);
}

enum status journal_marks(struct journal *journal, struct journal_marks *marks) {
  static const char last_id[] = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entry'), 0)";
  enum status status = journal_number(journal, last_id, &marks->last_id);
  return status == STATUS_OK ? journal_number(journal, "SELECT value FROM sequence", &marks->last_seq) : status;
}

enum status journal_next_unreported(struct journal *journal, int64_t after, struct journal_entry *entry) {
  static const char sql[] = ENTRY_COLUMNS "WHERE id = (SELECT min(one) FROM ("
                                          "SELECT min(id) AS one FROM entry WHERE id > ?1 AND state NOT IN (7, 9, 10)"
                                          " UNION ALL SELECT min(entry) FROM unreported WHERE entry > ?1))";
  return journal_next(journal, sql, after, entry);
}

enum status journal_reported(struct journal *journal, int64_t id) {
  return journal_change(journal, "DELETE FROM unreported WHERE entry = ?1", NULL, id);
}

enum status journal_keep_pin(struct journal *journal, const uint8_t record[PIN_RECORD_SIZE]) {
  return journal_change(journal, "INSERT INTO pin (record) VALUES (?1) ON CONFLICT DO NOTHING", record,
                        PIN_RECORD_SIZE);
}

enum status journal_next_pin(struct journal *journal, int64_t after, int64_t *id, uint8_t record[PIN_RECORD_SIZE]) {
  static const char sql[] = "SELECT id, record FROM pin WHERE id > ?1 AND length(record) = ?2 ORDER BY id LIMIT 1";
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, after);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 2, PIN_RECORD_SIZE);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = result == SQLITE_DONE ? STATUS_NOT_FOUND : journal_status(result);
  const void *bytes = result == SQLITE_ROW ? sqlite3_column_blob(statement, 1) : NULL;
  if (bytes != NULL) {
    *id = sqlite3_column_int64(statement, 0);
    memcpy(record, bytes, PIN_RECORD_SIZE);
  } else if (status == STATUS_OK) {
    status = STATUS_STORE_FAILED;
  }
  (void)sqlite3_finalize(statement);
  return status;
}

enum status journal_drop_pin(struct journal *journal, int64_t id) {
  return journal_change(journal, "DELETE FROM pin WHERE id = ?1", NULL, id);
}

enum status journal_next_seq(struct journal *journal, int64_t *seq) {
  static const char sql[] =
      "UPDATE sequence SET value = CASE WHEN value < ?2 THEN max(value + 1, ?1) ELSE value + 1 END RETURNING value";
  sqlite3_stmt *statement = NULL;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return STATUS_INTERNAL;
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  int64_t clock = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, clock);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 2, journal->numbered ? clock - JOURNAL_SEQ_BEHIND_MS : INT64_MAX);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  int64_t value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  if (result == SQLITE_ROW)
    result = sqlite3_step(statement); /* the change is durable when the statement is done, not before */
  status = result == SQLITE_DONE && value > 0 ? STATUS_OK : STATUS_STORE_FAILED;
  if (status == STATUS_OK) {
    *seq = value;
    journal->numbered = true;
  }
  (void)sqlite3_finalize(statement);
  journal_release(journal);
  return status;
}

/* ---- taken off-line ---- */

#define CID_AT 8 /* in a promise record: behind its header and three bytes; in SQL counted from 1 */

enum status journal_offline_taken(struct journal *journal, int64_t mark, const uint8_t cid[CID_SIZE],
                                  struct journal_taken *taken) {
  static const char sql[] = "SELECT coalesce(sum(amount), 0), count(*),"
                            " coalesce(sum(amount) FILTER (WHERE id > ?1 AND substr(promise, ?2, ?3) = ?4), 0)"
                            " FROM entry WHERE type = 6 AND state <> 9 AND (id > ?1 OR state NOT IN (7, 9, 10))";
  sqlite3_stmt *statement = NULL;
  *taken = (struct journal_taken){0};
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, mark);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int(statement, 2, CID_AT);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int(statement, 3, CID_SIZE);
  if (result == SQLITE_OK)
    result = sqlite3_bind_blob(statement, 4, cid, CID_SIZE, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  if (result == SQLITE_ROW) {
    taken->sum = sqlite3_column_int64(statement, 0);
    taken->count = sqlite3_column_int64(statement, 1);
    taken->of_card = sqlite3_column_int64(statement, 2);
  }
  (void)sqlite3_finalize(statement);
  return result == SQLITE_ROW ? STATUS_OK : STATUS_STORE_FAILED;
}

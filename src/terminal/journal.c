/* SPDX-License-Identifier: Apache-2.0
 * The journal's store: one SQLite file, one connection, every write durable and alone under a lock file. */
#include "epurse/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "epurse/journal_closing.h"
#include "journal_row.h"

#define JOURNAL_SCHEMA_VERSION 11
#define JOURNAL_WAIT_MS        5000
#define JOURNAL_POLL_MS        20

/* The database itself refuses what must never happen: a change of what is closed, a state that goes back. */
static const char journal_schema[] =
    "CREATE TABLE entry ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 10),"
    "  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 3),"
    "  amount INTEGER NOT NULL CHECK (amount > 0),"
    "  currency INTEGER NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  promise BLOB, authorisation BLOB, secret BLOB, card_certificate BLOB,"
    "  tender_kind TEXT NOT NULL DEFAULT '', tender_order TEXT NOT NULL DEFAULT '',"
    "  tender_reference TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX entry_open ON entry (id) WHERE state NOT IN (7, 9, 10);"
    "CREATE TRIGGER entry_closed BEFORE UPDATE ON entry WHEN OLD.state IN (7, 9, 10)"
    "  BEGIN SELECT RAISE(ABORT, 'the entry is closed'); END;"
    "CREATE TRIGGER entry_forward BEFORE UPDATE ON entry WHEN NEW.state < OLD.state"
    "  BEGIN SELECT RAISE(ABORT, 'a state never goes back'); END;"
    "CREATE TRIGGER entry_kept BEFORE DELETE ON entry"
    "  BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;"
    "CREATE TABLE sequence (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL) STRICT;"
    "INSERT INTO sequence VALUES (1, 0);";

/* Since version 2: the entries whose end nobody has been told. An entry is one from its beginning, so that no instant
 * lies between its end and being one; what closes without effect needs no telling. */
static const char journal_schema_unreported[] =
    "CREATE TABLE unreported (entry INTEGER PRIMARY KEY) STRICT;"
    "INSERT INTO unreported SELECT id FROM entry WHERE state NOT IN (7, 9, 10);"
    "CREATE TRIGGER entry_unreported AFTER INSERT ON entry BEGIN INSERT INTO unreported VALUES (NEW.id); END;"
    "CREATE TRIGGER entry_without_effect AFTER UPDATE OF state ON entry WHEN NEW.state IN (9, 10)"
    "  BEGIN DELETE FROM unreported WHERE entry = NEW.id; END;";

/* Since version 3: what cards have signed of their PIN, and the server has not heard yet. */
static const char journal_schema_pin[] =
    "CREATE TABLE pin (id INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL UNIQUE) STRICT;";

/* Since version 4: what the caller names a payment or load. */
static const char journal_schema_reference[] =
    "ALTER TABLE entry ADD COLUMN reference TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX entry_reference ON entry (reference) WHERE reference <> '';";

/* Since version 5: which life of the server's ledger was met last, and the entries whose receipts are to be brought in
 * again since it is another one. */
static const char journal_schema_bring[] =
    "CREATE TABLE incarnation (one INTEGER PRIMARY KEY CHECK (one = 1), name INTEGER NOT NULL) STRICT;"
    "INSERT INTO incarnation VALUES (1, 0);"
    "CREATE TABLE bring (id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL UNIQUE) STRICT;";

/* Since version 6: refunds, and whatever else a card promises. SQLite has no statement that changes a CHECK; this is the
 * way that its documentation gives for it (lang_altertable). */
static const char journal_schema_types[] =
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (type BETWEEN 1 AND 3)', 'CHECK (type BETWEEN 1 AND 6)')"
    "  WHERE type = 'table' AND name = 'entry';"
    "PRAGMA writable_schema = RESET;"
    "PRAGMA user_version = 6;";

/* Since version 7: N of what was taken off-line, by which a torn one is known again. */
static const char journal_schema_offline[] = "ALTER TABLE entry ADD COLUMN nonce BLOB;"
                                             "CREATE INDEX entry_offline ON entry (id) WHERE type = 6;"
                                             "PRAGMA user_version = 7;";

/* Since version 8: who was at the till; and the closings (Z), numbered without gaps and never changed, each with the entries
 * that were counted in it. */
static const char journal_schema_closing[] =
    "ALTER TABLE entry ADD COLUMN cashier TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE closing (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL,"
    "  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)) STRICT;"
    "CREATE TRIGGER closing_next BEFORE INSERT ON closing"
    "  WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM closing)"
    "  BEGIN SELECT RAISE(ABORT, 'a closing follows the last one'); END;"
    "CREATE TRIGGER closing_fixed BEFORE UPDATE ON closing BEGIN SELECT RAISE(ABORT, 'a closing never changes'); END;"
    "CREATE TRIGGER closing_kept BEFORE DELETE ON closing BEGIN SELECT RAISE(ABORT, 'a closing is kept'); END;"
    "CREATE TABLE counted (entry INTEGER PRIMARY KEY, closing INTEGER NOT NULL) STRICT;"
    "CREATE INDEX counted_closing ON counted (closing);"
    "CREATE TRIGGER counted_once BEFORE UPDATE ON counted BEGIN SELECT RAISE(ABORT, 'an entry is counted once'); END;"
    "CREATE TRIGGER counted_kept BEFORE DELETE ON counted BEGIN SELECT RAISE(ABORT, 'what is counted stays so'); END;"
    "PRAGMA user_version = 8;";

/* Since version 9: where a payout goes, and whether it ends its card: for a ledger that has forgotten it. And which card an
 * off-line purchase was with. */
static const char journal_schema_payout[] = "ALTER TABLE entry ADD COLUMN iban TEXT NOT NULL DEFAULT '';"
                                            "ALTER TABLE entry ADD COLUMN holder TEXT NOT NULL DEFAULT '';"
                                            "ALTER TABLE entry ADD COLUMN closes INTEGER NOT NULL DEFAULT 0;"
                                            "ALTER TABLE entry ADD COLUMN card_reference BLOB;"
                                            "PRAGMA user_version = 9;";

/* Since version 10: the deposit that goes out with the payout that ends its card. */
static const char journal_schema_deposit[] = "ALTER TABLE entry ADD COLUMN deposit INTEGER NOT NULL DEFAULT 0;"
                                             "PRAGMA user_version = 10;";

/* Since version 11: shifts: how each began, and those that have ended, numbered and chained as the closings are, each with the
 * entries that were counted in it; 0: what was known before one began, and is in none. */
static const char journal_schema_shift[] =
    "CREATE TABLE shift_begun (number INTEGER PRIMARY KEY, begun INTEGER NOT NULL,"
    "  drawer_float INTEGER NOT NULL CHECK (drawer_float >= 0), cashier TEXT NOT NULL) STRICT;"
    "CREATE TABLE shift (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL,"
    "  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)) STRICT;"
    "CREATE TRIGGER shift_begun_next BEFORE INSERT ON shift_begun"
    "  WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM shift)"
    "  BEGIN SELECT RAISE(ABORT, 'a shift follows the last one'); END;"
    "CREATE TRIGGER shift_begun_fixed BEFORE UPDATE ON shift_begun"
    "  BEGIN SELECT RAISE(ABORT, 'a shift never changes'); END;"
    "CREATE TRIGGER shift_begun_kept BEFORE DELETE ON shift_begun BEGIN SELECT RAISE(ABORT, 'a shift is kept'); END;"
    "CREATE TRIGGER shift_next BEFORE INSERT ON shift WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM "
    "shift)"
    "  OR NEW.number NOT IN (SELECT number FROM shift_begun)"
    "  BEGIN SELECT RAISE(ABORT, 'a shift follows the last one, and has begun'); END;"
    "CREATE TRIGGER shift_fixed BEFORE UPDATE ON shift BEGIN SELECT RAISE(ABORT, 'a shift never changes'); END;"
    "CREATE TRIGGER shift_kept BEFORE DELETE ON shift BEGIN SELECT RAISE(ABORT, 'a shift is kept'); END;"
    "CREATE TABLE shift_counted (entry INTEGER PRIMARY KEY, shift INTEGER NOT NULL) STRICT;"
    "CREATE INDEX shift_counted_shift ON shift_counted (shift);"
    "CREATE TRIGGER shift_counted_once BEFORE UPDATE ON shift_counted"
    "  BEGIN SELECT RAISE(ABORT, 'an entry is in one shift'); END;"
    "CREATE TRIGGER shift_counted_kept BEFORE DELETE ON shift_counted"
    "  BEGIN SELECT RAISE(ABORT, 'what is in a shift stays so'); END;"
    "PRAGMA user_version = 11;";

struct journal {
  sqlite3 *db;
  int lock;        /* of PATH.lock; SQLite's own locks do not keep two processes from checkpointing at once */
  unsigned claims; /* how often this process holds it */
  int64_t met;     /* the server's incarnation, once it was read or written here; 0: not yet */
  bool numbered;   /* a sequence number was drawn since it was opened */
};

static enum status journal_status(int result) {
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

/* Without waiting; false: it is another one's, or cannot be told. */
static bool journal_try(struct journal *journal) {
  if (journal->claims == 0 && flock(journal->lock, LOCK_EX | LOCK_NB) != 0)
    return false;
  journal->claims++;
  return true;
}

void journal_release(struct journal *journal) {
  if (journal->claims > 0 && --journal->claims == 0)
    (void)flock(journal->lock, LOCK_UN);
}

/* Runs SQL that answers nothing. */
static enum status journal_execute(struct journal *journal, const char *sql) {
  return journal_status(sqlite3_exec(journal->db, sql, NULL, NULL, NULL));
}

static enum status journal_number(struct journal *journal, const char *sql, int64_t *number) {
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

/* Makes the tables, or what an earlier version lacks; all of it or nothing. */
static enum status journal_build(struct journal *journal, bool fresh, int64_t version) {
  enum status status = journal_execute(journal, "BEGIN IMMEDIATE");
  if (status != STATUS_OK)
    return status;
  if (fresh)
    status = journal_execute(journal, journal_schema);
  if (status == STATUS_OK && version < 2)
    status = journal_execute(journal, journal_schema_unreported);
  if (status == STATUS_OK && version < 3)
    status = journal_execute(journal, journal_schema_pin);
  if (status == STATUS_OK && version < 4)
    status = journal_execute(journal, journal_schema_reference);
  if (status == STATUS_OK && version < 5)
    status = journal_execute(journal, journal_schema_bring);
  if (status == STATUS_OK && version < 6)
    status = journal_execute(journal, journal_schema_types);
  if (status == STATUS_OK && version < 7)
    status = journal_execute(journal, journal_schema_offline);
  if (status == STATUS_OK && version < 8)
    status = journal_execute(journal, journal_schema_closing);
  if (status == STATUS_OK && version < 9)
    status = journal_execute(journal, journal_schema_payout);
  if (status == STATUS_OK && version < 10)
    status = journal_execute(journal, journal_schema_deposit);
  if (status == STATUS_OK)
    status = journal_execute(journal, journal_schema_shift);
  if (status == STATUS_OK)
    return journal_execute(journal, "COMMIT");
  (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

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
  return fresh || (version >= 1 && version < JOURNAL_SCHEMA_VERSION) ? journal_build(journal, fresh, version)
                                                                     : STATUS_OLD_SCHEMA;
}

/* While another process is at work with a card, which takes as long as a person at a PIN: to read it, and to be told that it is busy
 * where it is to be written, nobody has to wait. Only what has to be made first does. */
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
  /* The last connection checkpoints as it closes, under the lock. Whoever has the lock has a connection too: then this is not the last. */
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

/* The first row of a question about entries, by one parameter: text, or a number where it is NULL. */
static enum status journal_first(struct journal *journal, const char *sql, const char *text, int64_t number,
                                 struct journal_entry *entry) {
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = text == NULL ? sqlite3_bind_int64(statement, 1, number)
                          : sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = journal_status(result);
  if (result == SQLITE_DONE)
    status = STATUS_NOT_FOUND;
  else if (result == SQLITE_ROW)
    status = journal_row_read(statement, entry);
  (void)sqlite3_finalize(statement);
  return status;
}

/* The same about entries later than `after`. */
static enum status journal_next(struct journal *journal, const char *sql, int64_t after, struct journal_entry *entry) {
  return journal_first(journal, sql, NULL, after, entry);
}

#define ENTRY_COLUMNS                                                                                                  \
  "SELECT id, state, type, amount, currency, time, promise, authorisation, secret, card_certificate, tender_kind,"     \
  " tender_order, tender_reference, reference, id IN (SELECT entry FROM unreported), nonce, cashier, iban, holder, "   \
  "closes, card_reference, deposit FROM"                                                                               \
  " entry "

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

/* Runs a statement that answers nothing and has one parameter: bytes, or a number where they are NULL. */
static enum status journal_change(struct journal *journal, const char *sql, const uint8_t *bytes, int64_t number) {
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

/* ---- receipts to be brought in again ---- */

#define BRING_SKEW 600 /* seconds that the clocks of both sides may be off together */

/* Everything that has r, or was paid off-line and booked, and may have been forgotten goes on the list, in its order. */
static enum status journal_list_bring(struct journal *journal, int64_t since) {
  static const char sql[] = "INSERT INTO bring (entry) SELECT id FROM entry WHERE promise IS NOT NULL AND time >= ?1"
                            " AND ((secret IS NOT NULL AND authorisation IS NOT NULL) OR (type = 6 AND state = 7))"
                            " ORDER BY id ON CONFLICT DO NOTHING";
  return since == 0 ? STATUS_OK : journal_change(journal, sql, NULL, since - BRING_SKEW);
}

/* The list and the name in one transaction. */
static enum status journal_meet(struct journal *journal, int64_t incarnation, int64_t since) {
  enum status status = journal_execute(journal, "BEGIN IMMEDIATE");
  if (status != STATUS_OK)
    return status;
  status = journal_list_bring(journal, since);
  if (status == STATUS_OK)
    status = journal_change(journal, "UPDATE incarnation SET name = ?1", NULL, incarnation);
  if (status == STATUS_OK)
    status = journal_execute(journal, "COMMIT");
  if (status != STATUS_OK)
    (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
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
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_execute(journal, "BEGIN IMMEDIATE");
  if (status == STATUS_OK) {
    status = journal_closing_insert(journal, chain, closing);
    if (status == STATUS_OK)
      status = journal_counted_insert(journal, chain, closing->number, entries, count);
    if (status == STATUS_OK)
      status = journal_execute(journal, "COMMIT");
    if (status != STATUS_OK)
      (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
  }
  journal_release(journal);
  return status;
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
  enum status status = journal_claim(journal);
  if (status != STATUS_OK)
    return status;
  status = journal_execute(journal, "BEGIN IMMEDIATE");
  if (status == STATUS_OK) {
    status = journal_shift_insert(journal, shift);
    if (status == STATUS_OK)
      status = journal_counted_insert(journal, JOURNAL_SHIFTS, 0, entries, count);
    if (status == STATUS_OK)
      status = journal_execute(journal, "COMMIT");
    if (status != STATUS_OK)
      (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
  }
  journal_release(journal);
  return status;
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

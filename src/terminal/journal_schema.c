/* SPDX-License-Identifier: Apache-2.0
 * The journal's tables, version after version. */
#include "journal_store.h"

/* The database itself refuses what must never happen: a change of what is closed, a state that goes back. */
static const char first[] =
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
static const char unreported[] =
    "CREATE TABLE unreported (entry INTEGER PRIMARY KEY) STRICT;"
    "INSERT INTO unreported SELECT id FROM entry WHERE state NOT IN (7, 9, 10);"
    "CREATE TRIGGER entry_unreported AFTER INSERT ON entry BEGIN INSERT INTO unreported VALUES (NEW.id); END;"
    "CREATE TRIGGER entry_without_effect AFTER UPDATE OF state ON entry WHEN NEW.state IN (9, 10)"
    "  BEGIN DELETE FROM unreported WHERE entry = NEW.id; END;";

/* Since version 3: what cards have signed of their PIN, and the server has not heard yet. */
static const char pin[] =
    "CREATE TABLE pin (id INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL UNIQUE) STRICT;";

/* Since version 4: what the caller names a payment or load. */
static const char reference[] = "ALTER TABLE entry ADD COLUMN reference TEXT NOT NULL DEFAULT '';"
                                "CREATE INDEX entry_reference ON entry (reference) WHERE reference <> '';";

/* Since version 5: which life of the server's ledger was met last, and the entries whose receipts are to be brought in
 * again since it is another one. */
static const char bring[] =
    "CREATE TABLE incarnation (one INTEGER PRIMARY KEY CHECK (one = 1), name INTEGER NOT NULL) STRICT;"
    "INSERT INTO incarnation VALUES (1, 0);"
    "CREATE TABLE bring (id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL UNIQUE) STRICT;";

/* Since version 6: refunds, and whatever else a card promises. SQLite has no statement that changes a CHECK; this is
 * the way that its documentation gives for it (lang_altertable). */
static const char types[] =
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (type BETWEEN 1 AND 3)', 'CHECK (type BETWEEN 1 AND 6)')"
    "  WHERE type = 'table' AND name = 'entry';"
    "PRAGMA writable_schema = RESET;"
    "PRAGMA user_version = 6;";

/* Since version 7: N of what was taken off-line, by which a torn one is known again. */
static const char offline[] = "ALTER TABLE entry ADD COLUMN nonce BLOB;"
                              "CREATE INDEX entry_offline ON entry (id) WHERE type = 6;"
                              "PRAGMA user_version = 7;";

/* Since version 8: who was at the till; and the closings (Z), numbered without gaps and never changed, each with the
 * entries that were counted in it. */
static const char closing[] =
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

/* Since version 9: where a payout goes, and whether it ends its card: for a ledger that has forgotten it. And which
 * card an off-line purchase was with. */
static const char payout[] = "ALTER TABLE entry ADD COLUMN iban TEXT NOT NULL DEFAULT '';"
                             "ALTER TABLE entry ADD COLUMN holder TEXT NOT NULL DEFAULT '';"
                             "ALTER TABLE entry ADD COLUMN closes INTEGER NOT NULL DEFAULT 0;"
                             "ALTER TABLE entry ADD COLUMN card_reference BLOB;"
                             "PRAGMA user_version = 9;";

/* Since version 10: the deposit that goes out with the payout that ends its card. */
static const char deposit[] = "ALTER TABLE entry ADD COLUMN deposit INTEGER NOT NULL DEFAULT 0;"
                              "PRAGMA user_version = 10;";

/* Since version 11: shifts: how each began, and those that have ended, numbered and chained as the closings are, each
 * with the entries that were counted in it; 0: what was known before one began, and is in none. */
static const char shift[] =
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

/* Since version 12: what closes an empty card pays out nothing. */
static const char nothing[] =
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (amount > 0)',"
    "  'CHECK (amount > 0 OR (amount = 0 AND type = 5 AND closes = 1))') WHERE type = 'table' AND name = 'entry';"
    "PRAGMA writable_schema = RESET;"
    "PRAGMA user_version = 12;";

/* What each version adds to the one before. */
static const char *const versions[] = {first,   unreported, pin,    reference, bring, types,
                                       offline, closing,    payout, deposit,   shift, nothing};
_Static_assert(sizeof versions / sizeof *versions == JOURNAL_SCHEMA_VERSION, "each version has its tables");

enum status journal_build(struct journal *journal, int64_t version) {
  enum status status = journal_together(journal);
  if (status != STATUS_OK)
    return status;
  for (int64_t next = version; status == STATUS_OK && next < JOURNAL_SCHEMA_VERSION; next++)
    status = journal_execute(journal, versions[next]);
  return journal_together_end(journal, status);
}

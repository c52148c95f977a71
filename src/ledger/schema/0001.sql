-- SPDX-License-Identifier: Apache-2.0
-- The ledger, first version. What must never be false is said here, so that no program can make it so.
--
-- Integer keys throughout: a card's is the serial part of its number, an account's is made of its owner and its kind
-- (src/ledger/account.h), a transaction's is card << 32 | atc. What changes with each payment (account, card_counters) is
-- kept apart from what does not (card), so that a payment rewrites few pages.

CREATE TABLE schema_version (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (1, 1);

CREATE TABLE setting (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  currency INTEGER NOT NULL CHECK (currency BETWEEN 1 AND 999),
  issuer INTEGER NOT NULL CHECK (issuer BETWEEN 0 AND 999999),
  point_value INTEGER NOT NULL CHECK (point_value BETWEEN 1 AND 1000000), -- minor units
  pool_first INTEGER NOT NULL CHECK (pool_first BETWEEN 1 AND pool_end),
  pool_end INTEGER NOT NULL CHECK (pool_end BETWEEN 1 AND 1000000000) -- the first serial never yet in the pool
) STRICT;

CREATE TABLE merchant (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 15), -- the identifier on receipts
  title TEXT NOT NULL,
  points_rate INTEGER NOT NULL CHECK (points_rate BETWEEN 0 AND 10000)
) STRICT;

CREATE TABLE terminal (
  id INTEGER PRIMARY KEY,
  tid BLOB NOT NULL UNIQUE CHECK (length(tid) = 8),
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  ecka_public BLOB NOT NULL CHECK (length(ecka_public) = 65),
  sig_public BLOB NOT NULL CHECK (length(sig_public) = 65),
  expiry BLOB NOT NULL CHECK (length(expiry) = 4),
  revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT;

-- Sequence numbers of a terminal's messages: the highest, and a bit for each of the 64 up to it.
CREATE TABLE terminal_window (
  id INTEGER PRIMARY KEY REFERENCES terminal (id),
  last_seq INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
  bitmap INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Free card numbers.
CREATE TABLE pool (
  serial INTEGER PRIMARY KEY CHECK (serial BETWEEN 1 AND 999999999)
) STRICT;

-- States: 1 reserved, 2 issued, 3 blocked, 4 retired.
CREATE TABLE card (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 999999999),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  chip_serial BLOB NOT NULL CHECK (length(chip_serial) = 8),
  sig_public BLOB CHECK (length(sig_public) = 65),
  ecka_public BLOB CHECK (length(ecka_public) = 65),
  expiry BLOB CHECK (length(expiry) = 4),
  currency INTEGER,
  purse_ceiling INTEGER CHECK (purse_ceiling BETWEEN 0 AND 2147483647),
  payment_ceiling INTEGER CHECK (payment_ceiling BETWEEN 0 AND 2147483647),
  pin_mac BLOB CHECK (length(pin_mac) = 32),
  pin_candidate BLOB CHECK (length(pin_candidate) = 32), -- a change of PIN whose other half is the card's
  sig_certificate BLOB,
  reason TEXT NOT NULL DEFAULT '',
  reserved_at INTEGER NOT NULL,
  issued_at INTEGER NOT NULL DEFAULT 0,
  blocked_at INTEGER NOT NULL DEFAULT 0,
  CHECK (state IN (1, 4) OR sig_public IS NOT NULL),
  CHECK (pin_candidate IS NULL OR pin_mac IS NOT NULL),
  CHECK ((sig_public IS NULL) = (pin_mac IS NULL) AND (sig_public IS NULL) = (sig_certificate IS NULL))
) STRICT;
CREATE UNIQUE INDEX card_chip ON card (chip_serial) WHERE state <> 4; -- one living card for a chip
CREATE INDEX card_retired ON card (chip_serial) WHERE state = 4;
CREATE INDEX card_state ON card (state);

CREATE TRIGGER card_one_way BEFORE UPDATE OF state ON card
WHEN NEW.state < OLD.state OR (NEW.state = 4 AND OLD.state IN (2, 3))
BEGIN SELECT RAISE(ABORT, 'a card does not go back'); END;
CREATE TRIGGER card_not_lost BEFORE DELETE ON card
WHEN OLD.state <> 1 OR OLD.sig_public IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a card number that was certified is never forgotten'); END;

-- What a card said last.
CREATE TABLE card_counters (
  id INTEGER PRIMARY KEY REFERENCES card (id),
  last_atc INTEGER NOT NULL DEFAULT 0,     -- highest in any promise
  last_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(last_hash) = 32), -- of that promise
  captured_atc INTEGER NOT NULL DEFAULT 0, -- of the last transaction known to be committed
  held_atc INTEGER NOT NULL DEFAULT 0,     -- of the open hold, 0: none
  pin_failures INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures >= 0),
  pin_change_failures INTEGER NOT NULL DEFAULT 0 CHECK (pin_change_failures >= 0), -- wrong old PINs
  CHECK (captured_atc <= last_atc AND held_atc <= last_atc)
) STRICT;

-- Kinds below 8 hold money, from 8 on loyalty points.
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  balance INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL,
  ceiling INTEGER NOT NULL,
  CHECK (balance BETWEEN floor AND ceiling)
) STRICT;
INSERT INTO account VALUES (-10, 0, -4611686018427387904, 4611686018427387904); -- the issuer's points

-- Transactions of cards. States: 1 held, 2 captured, 3 released, 4 declined, 5 owed, 6 refunded.
CREATE TABLE booking (
  id INTEGER PRIMARY KEY, -- card << 32 | atc
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 3),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  points INTEGER NOT NULL,
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  tender INTEGER NOT NULL CHECK (tender BETWEEN 0 AND 3),
  reference TEXT NOT NULL,
  reason TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),             -- of the promise
  commitment BLOB NOT NULL CHECK (length(commitment) = 32), -- h
  promise BLOB NOT NULL,
  authorisation BLOB NOT NULL,
  secret BLOB CHECK (length(secret) = 32), -- r
  created_at INTEGER NOT NULL,
  settled_at INTEGER NOT NULL DEFAULT 0,
  CHECK (type <> 3 OR state = 4 OR points < 0),
  CHECK ((state = 2) = (secret IS NOT NULL)),
  CHECK (state NOT IN (5, 6) OR type = 2)
) STRICT;
CREATE INDEX booking_open ON booking (id) WHERE state = 1;

CREATE TRIGGER booking_first BEFORE INSERT ON booking WHEN NEW.state NOT IN (1, 4)
BEGIN SELECT RAISE(ABORT, 'a transaction begins held or declined'); END;
CREATE TRIGGER booking_settled_once BEFORE UPDATE OF state ON booking
WHEN NOT ((OLD.state = 1 AND NEW.state IN (2, 3, 5)) OR (OLD.state = 5 AND NEW.state = 6))
BEGIN SELECT RAISE(ABORT, 'a transaction is settled once'); END;
CREATE TRIGGER booking_fixed
BEFORE UPDATE OF id, type, amount, points, terminal, merchant, tender, reference, reason, hash, commitment, promise,
  authorisation, created_at ON booking
BEGIN SELECT RAISE(ABORT, 'what was answered is not changed'); END;
CREATE TRIGGER booking_kept BEFORE DELETE ON booking
BEGIN SELECT RAISE(ABORT, 'transactions are kept'); END;

-- Double entry: a row takes from one account what it gives to another. Transitions: 1 hold, 2 settle (captured or
-- released: one or the other, once), 3 grant of points, 4 refund.
CREATE TABLE posting (
  booking INTEGER NOT NULL REFERENCES booking (id),
  transition INTEGER NOT NULL CHECK (transition BETWEEN 1 AND 4),
  debit INTEGER NOT NULL REFERENCES account (id),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, transition),
  CHECK (debit <> credit),
  CHECK ((abs(debit) % 16 < 8) = (abs(credit) % 16 < 8)) -- money stays money
) STRICT, WITHOUT ROWID;

CREATE TRIGGER posting_moves AFTER INSERT ON posting
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit;
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER posting_fixed BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are not changed'); END;
CREATE TRIGGER posting_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are kept'); END;

-- Tenders that a terminal gave back, known here or not.
CREATE TABLE reversal (
  booking INTEGER NOT NULL,
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, terminal)
) STRICT, WITHOUT ROWID;

-- What needs a person.
CREATE TABLE incident (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  card INTEGER NOT NULL REFERENCES card (id),
  atc INTEGER NOT NULL,
  evidence BLOB NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (card, atc, kind, evidence)
) STRICT;
CREATE TRIGGER incident_fixed BEFORE UPDATE ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are not changed'); END;
CREATE TRIGGER incident_kept BEFORE DELETE ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are kept'); END;

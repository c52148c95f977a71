-- SPDX-License-Identifier: Apache-2.0
-- The ledger knows what it said that it had never seen, and pays for what a card denied and a receipt proves.

UPDATE schema_version SET version = version + 1;

-- Promises that somebody asked about before any request came with them: the answer was "never seen". They are never
-- authorised any more. The name of each is all three: card, ATC, hash.
CREATE TABLE never_seen (
  booking INTEGER NOT NULL, -- card << 32 | atc
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- of the promise
  terminal INTEGER NOT NULL REFERENCES terminal (id), -- that asked
  promise BLOB NOT NULL, -- the card signed it
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER never_seen_true BEFORE INSERT ON never_seen
WHEN EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'this promise was seen'); END;
CREATE TRIGGER never_seen_kept_word BEFORE INSERT ON booking
WHEN NEW.state <> 4 AND EXISTS (SELECT 1 FROM never_seen WHERE booking = NEW.id AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'what was given up is not authorised'); END;
CREATE TRIGGER never_seen_fixed BEFORE UPDATE ON never_seen
BEGIN SELECT RAISE(ABORT, 'what was never seen is not changed'); END;
CREATE TRIGGER never_seen_kept BEFORE DELETE ON never_seen
BEGIN SELECT RAISE(ABORT, 'what was never seen is kept'); END;

-- The issuer's risk: what it paid for payments that their cards had denied.
INSERT INTO account VALUES (-1, 0, -4611686018427387904, 4611686018427387904);
INSERT INTO account VALUES (-12, 0, -4611686018427387904, 4611686018427387904); -- in points

-- Released payments whose r came after all. The issuer pays one for each card; more are for a person to look at.
CREATE TABLE honour (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  booking INTEGER NOT NULL UNIQUE REFERENCES booking (id),
  secret BLOB NOT NULL CHECK (length(secret) = 32), -- r
  debit INTEGER NOT NULL REFERENCES account (id) CHECK (debit IN (-1, -12)),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL,
  CHECK (booking >> 32 = card),
  CHECK ((debit = -12) = (credit = -10)) -- money stays money
) STRICT;

CREATE TRIGGER honour_of_denied BEFORE INSERT ON honour
WHEN NOT EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND state = 3 AND type <> 2)
BEGIN SELECT RAISE(ABORT, 'only a payment that was released is honoured'); END;
CREATE TRIGGER honour_moves AFTER INSERT ON honour
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit;
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER honour_fixed BEFORE UPDATE ON honour
BEGIN SELECT RAISE(ABORT, 'what was honoured is not changed'); END;
CREATE TRIGGER honour_kept BEFORE DELETE ON honour
BEGIN SELECT RAISE(ABORT, 'what was honoured is kept'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, renewed cards: what goes to a new card before the old one's window has passed.

UPDATE schema_version SET version = version + 1;

-- The first part; the rest follows with the replacement, which has a row of its own.
CREATE TABLE renewal (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  successor INTEGER NOT NULL REFERENCES card (id),
  balance INTEGER NOT NULL CHECK (balance >= 0),         -- of what was on the card
  owed INTEGER NOT NULL CHECK (owed >= 0),               -- of what it was owed
  points INTEGER NOT NULL CHECK (points >= 0),           -- of those on it
  points_owed INTEGER NOT NULL CHECK (points_owed >= 0), -- of those that it was owed
  since INTEGER NOT NULL,                                -- its window begins
  at INTEGER NOT NULL,
  CHECK (card <> successor)
) STRICT;
CREATE INDEX renewal_successor ON renewal (successor);

CREATE TRIGGER renewal_of_blocked BEFORE INSERT ON renewal
WHEN NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
  OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2)
  OR EXISTS (SELECT 1 FROM replacement WHERE card = NEW.card)
BEGIN SELECT RAISE(ABORT, 'a blocked card is renewed by one in use, before it is replaced'); END;
CREATE TRIGGER renewal_moves AFTER INSERT ON renewal
BEGIN
  UPDATE account SET balance = balance - NEW.balance WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance - NEW.owed WHERE id = NEW.card * 16 + 3;
  UPDATE account SET balance = balance + NEW.balance + NEW.owed WHERE id = NEW.successor * 16 + 3;
  UPDATE account SET balance = balance - NEW.points WHERE id = NEW.card * 16 + 8;
  UPDATE account SET balance = balance - NEW.points_owed WHERE id = NEW.card * 16 + 11;
  UPDATE account SET balance = balance + NEW.points + NEW.points_owed WHERE id = NEW.successor * 16 + 11;
END;
CREATE TRIGGER renewal_fixed BEFORE UPDATE ON renewal
BEGIN SELECT RAISE(ABORT, 'renewals are not changed'); END;
CREATE TRIGGER renewal_kept BEFORE DELETE ON renewal
BEGIN SELECT RAISE(ABORT, 'renewals are kept'); END;

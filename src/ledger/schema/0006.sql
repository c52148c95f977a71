-- SPDX-License-Identifier: Apache-2.0
-- The ledger, limits of exposure: what one terminal and one merchant can load before a person looks.

UPDATE schema_version SET version = version + 1;

-- Kinds: 1 what a terminal loads in a day, 2 what a merchant may owe for loads. Subject: the terminal or merchant; 0:
-- all that have no row of their own.
CREATE TABLE limit_rule (
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  subject INTEGER NOT NULL CHECK (subject >= 0),
  allowed INTEGER CHECK (allowed > 0), -- minor units; NULL: no limit
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- Days are counted from 1970-01-01 in the issuer's time zone; what has no day (kind 2) stands under 0.
CREATE TABLE limit_use (
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  subject INTEGER NOT NULL CHECK (subject > 0),
  day INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  allowed INTEGER, -- as it was when something was last taken; NULL: no limit
  PRIMARY KEY (kind, subject, day),
  CHECK (allowed IS NULL OR used <= allowed)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER limit_use_kept BEFORE DELETE ON limit_use
BEGIN SELECT RAISE(ABORT, 'what was used is not forgotten'); END;

-- What each load took, by its promise: once, and given back once.
CREATE TABLE limit_reservation (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  booking INTEGER NOT NULL REFERENCES booking (id),
  day INTEGER NOT NULL,
  returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER limit_reservation_returned_once BEFORE UPDATE OF returned ON limit_reservation WHEN OLD.returned = 1
BEGIN SELECT RAISE(ABORT, 'what was reserved is given back once'); END;
CREATE TRIGGER limit_reservation_fixed BEFORE UPDATE OF hash, booking, day ON limit_reservation
BEGIN SELECT RAISE(ABORT, 'reservations are not changed'); END;
CREATE TRIGGER limit_reservation_kept BEFORE DELETE ON limit_reservation
BEGIN SELECT RAISE(ABORT, 'reservations are kept'); END;

-- What was loaded before there were limits, by UTC's days. What is owed to a card was counted when it was paid for.
INSERT INTO limit_reservation SELECT hash, id, created_at / 86400, iif(state IN (3, 6), 1, 0) FROM booking
  WHERE type = 2 AND tender <> 3 AND state <> 4;
INSERT INTO limit_use SELECT 1, b.terminal, r.day, sum(b.amount), NULL FROM limit_reservation r
  JOIN booking b ON b.id = r.booking WHERE r.returned = 0 GROUP BY b.terminal, r.day;
INSERT INTO limit_use SELECT 2, m.id, 0, -a.balance, NULL FROM merchant m JOIN account a ON a.id = -(m.id * 16 + 5)
  WHERE a.balance < 0;

-- Since when a card is suspended, 0: it is not. Its reason stands where that of a block would.
ALTER TABLE card ADD COLUMN suspended_at INTEGER NOT NULL DEFAULT 0 CHECK (suspended_at >= 0);

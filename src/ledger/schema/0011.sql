-- SPDX-License-Identifier: Apache-2.0
-- The ledger, receipts that were brought in again: what a backup had forgotten and terminals kept.

UPDATE schema_version SET version = version + 1;

-- Transactions that were booked from a whole receipt, after a restoration. A settlement that was forgotten too may have
-- paid out some of them.
CREATE TABLE brought_in (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  capture INTEGER UNIQUE REFERENCES capture (number), -- its number; NULL: a load or refund, which has none
  incarnation INTEGER NOT NULL REFERENCES incarnation (number),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER brought_in_captured BEFORE INSERT ON brought_in
WHEN NOT EXISTS (SELECT 1 FROM booking b LEFT JOIN capture c ON c.number = NEW.capture
    WHERE b.id = NEW.booking AND b.state = 2 AND ((b.type IN (2, 4) AND NEW.capture IS NULL) OR c.booking = b.id))
  OR NOT EXISTS (SELECT 1 FROM incarnation WHERE number = NEW.incarnation AND at > 0)
BEGIN SELECT RAISE(ABORT, 'only what was done before a restoration is brought in'); END;
CREATE TRIGGER brought_in_fixed BEFORE UPDATE ON brought_in
BEGIN SELECT RAISE(ABORT, 'what was brought in is not changed'); END;
CREATE TRIGGER brought_in_kept BEFORE DELETE ON brought_in
BEGIN SELECT RAISE(ABORT, 'what was brought in is kept'); END;

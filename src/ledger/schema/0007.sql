-- SPDX-License-Identifier: Apache-2.0
-- The ledger, desks: a reserved card number belongs to the desk that reserved it, and a desk has a quota of them.

UPDATE schema_version SET version = version + 1;

-- Whose a reserved number is; the row ends with the reservation. Those of older ledgers are nobody's.
CREATE TABLE reservation (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  desk INTEGER NOT NULL REFERENCES terminal (id)
) STRICT;
CREATE INDEX reservation_desk ON reservation (desk);

-- How many numbers a desk reserved on the last day on which it did; days are UTC's, from 1970-01-01.
CREATE TABLE desk_use (
  desk INTEGER PRIMARY KEY REFERENCES terminal (id),
  day INTEGER NOT NULL,
  reserved INTEGER NOT NULL CHECK (reserved > 0)
) STRICT;

CREATE TRIGGER desk_use_forward BEFORE UPDATE ON desk_use
WHEN NEW.day < OLD.day OR (NEW.day = OLD.day AND NEW.reserved < OLD.reserved)
BEGIN SELECT RAISE(ABORT, 'what a desk reserved is not forgotten'); END;
CREATE TRIGGER desk_use_kept BEFORE DELETE ON desk_use
BEGIN SELECT RAISE(ABORT, 'what a desk reserved is not forgotten'); END;

-- Serials of the chips that the issuer was delivered. Where there are any, no other chip gets a card number.
CREATE TABLE chip (
  serial BLOB PRIMARY KEY CHECK (length(serial) = 8)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER chip_kept BEFORE DELETE ON chip
BEGIN SELECT RAISE(ABORT, 'what was delivered is not forgotten'); END;

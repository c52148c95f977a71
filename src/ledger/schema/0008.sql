-- SPDX-License-Identifier: Apache-2.0
-- The ledger, references: what a merchant's caller named a transaction, so that asked again it is not done twice.

UPDATE schema_version SET version = version + 1;

CREATE TABLE reference (
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  booking INTEGER NOT NULL UNIQUE REFERENCES booking (id), -- the one that carries it
  PRIMARY KEY (merchant, reference)
) STRICT, WITHOUT ROWID;

-- It leaves what was declined, released or refunded; and what a card is owed, for that card's claim of it.
CREATE TRIGGER reference_held BEFORE UPDATE OF booking ON reference
WHEN EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
  AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
           OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32)))
BEGIN SELECT RAISE(ABORT, 'a reference stays with what holds it'); END;
CREATE TRIGGER reference_fixed BEFORE UPDATE OF merchant, reference ON reference
BEGIN SELECT RAISE(ABORT, 'references are not changed'); END;
CREATE TRIGGER reference_kept BEFORE DELETE ON reference
BEGIN SELECT RAISE(ABORT, 'references are kept'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, references of refunds whose card was not there: under one name nothing is given back twice.

UPDATE schema_version SET version = version + 1;

-- One that is not here had none, or is of before.
CREATE TABLE owed_reference (
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  refund INTEGER NOT NULL UNIQUE REFERENCES owed_refund (number),
  PRIMARY KEY (merchant, reference)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER owed_reference_fixed BEFORE UPDATE ON owed_reference
BEGIN SELECT RAISE(ABORT, 'references are not changed'); END;
CREATE TRIGGER owed_reference_kept BEFORE DELETE ON owed_reference
BEGIN SELECT RAISE(ABORT, 'references are kept'); END;

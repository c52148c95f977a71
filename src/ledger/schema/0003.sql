-- SPDX-License-Identifier: Apache-2.0
-- The ledger, third version: it knows when it is a copy that took the place of a younger one.

UPDATE schema_version SET version = 3;

CREATE TABLE restoration (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER restoration_fixed BEFORE UPDATE ON restoration
BEGIN SELECT RAISE(ABORT, 'restorations are not changed'); END;
CREATE TRIGGER restoration_kept BEFORE DELETE ON restoration
BEGIN SELECT RAISE(ABORT, 'restorations are kept'); END;

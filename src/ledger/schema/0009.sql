-- SPDX-License-Identifier: Apache-2.0
-- The ledger, incarnations: what a backup that was put back is told from what stood there before. What goes out of the
-- house carries the name, so that a number that is given a second time means another thing.

UPDATE schema_version SET version = version + 1;

CREATE TABLE incarnation (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  name INTEGER NOT NULL UNIQUE CHECK (name BETWEEN 1 AND 16777215), -- at random; written as six hexadecimal digits
  at INTEGER NOT NULL,    -- when it began; 0: with the ledger
  since INTEGER NOT NULL, -- what was booked after this may be missing; 0: nothing is
  exported INTEGER CHECK (exported >= 0) -- the last settlement before it; NULL: nobody has told yet
) STRICT;

CREATE TRIGGER incarnation_told_once BEFORE UPDATE OF exported ON incarnation WHEN OLD.exported IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was exported last is told once'); END;
CREATE TRIGGER incarnation_fixed BEFORE UPDATE OF number, name, at, since ON incarnation
BEGIN SELECT RAISE(ABORT, 'incarnations are not changed'); END;
CREATE TRIGGER incarnation_kept BEFORE DELETE ON incarnation
BEGIN SELECT RAISE(ABORT, 'incarnations are kept'); END;

-- Settlements follow each other; after a restoration the first one follows what was exported, and not before that was told.
DROP TRIGGER settlement_next;
CREATE TRIGGER settlement_next BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM incarnation WHERE exported IS NULL)
  OR NEW.number <> (SELECT max(last) + 1 FROM (SELECT coalesce(max(number), 0) AS last FROM settlement
    UNION ALL SELECT max(exported) FROM incarnation))
  OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
  OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture)
BEGIN SELECT RAISE(ABORT, 'settlements follow each other without gaps'); END;

INSERT INTO incarnation SELECT 1, 1 + abs(random() % 16777215), 0, 0, coalesce(max(number), 0) FROM settlement;

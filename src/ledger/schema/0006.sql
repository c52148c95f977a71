-- SPDX-License-Identifier: Apache-2.0
-- The ledger, settlements without a purchase: where nobody buys any more, what waits to be paid out is paid out all the same.

UPDATE schema_version SET version = version + 1;

-- SQLite alters no CHECK and drops no UNIQUE: the table is made anew, under its name. That its rows' lines and payouts name rows
-- which are there is looked at again when this step is committed.
CREATE TABLE settlement_before AS SELECT * FROM settlement;
DROP TABLE settlement;
CREATE TABLE settlement (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  closed_at INTEGER NOT NULL,
  first_capture INTEGER NOT NULL,
  last_capture INTEGER NOT NULL, -- one less than the first: none
  CHECK (last_capture >= first_capture - 1)
) STRICT;
INSERT INTO settlement SELECT number, closed_at, first_capture, last_capture FROM settlement_before;
DROP TABLE settlement_before;
CREATE INDEX settlement_last ON settlement (last_capture);

CREATE TRIGGER settlement_fixed BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_kept BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is kept'); END;
CREATE TRIGGER settlement_next BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM incarnation WHERE exported IS NULL)
  OR NEW.number <> (SELECT max(last) + 1 FROM (SELECT coalesce(max(number), 0) AS last FROM settlement
    UNION ALL SELECT max(exported) FROM incarnation))
  OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
  OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture)
BEGIN SELECT RAISE(ABORT, 'settlements follow each other without gaps'); END;
-- Its transfers are booked before its row.
CREATE TRIGGER settlement_pays BEFORE INSERT ON settlement
WHEN NEW.last_capture < NEW.first_capture
  AND NOT EXISTS (SELECT 1 FROM transfer WHERE kind IN (2, 3, 4, 5, 6) AND subject = NEW.number)
BEGIN SELECT RAISE(ABORT, 'a settlement without a purchase pays something'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, its clock: how far the issuer's time had come when something was last signed. And which cards a terminal asks about.

UPDATE schema_version SET version = version + 1;

CREATE TABLE clock_mark (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at INTEGER NOT NULL CHECK (at >= 0), -- unix seconds, a few behind the last booking; 0: nothing was signed
  confirmations INTEGER NOT NULL DEFAULT 0 CHECK (confirmations >= 0) -- how often an operator has set it
) STRICT;

CREATE TRIGGER clock_mark_forward BEFORE UPDATE ON clock_mark
WHEN NEW.confirmations < OLD.confirmations OR (NEW.at < OLD.at AND NEW.confirmations = OLD.confirmations)
BEGIN SELECT RAISE(ABORT, 'time goes on unless an operator says otherwise'); END;
CREATE TRIGGER clock_mark_kept BEFORE DELETE ON clock_mark
BEGIN SELECT RAISE(ABORT, 'how far time had come is not forgotten'); END;

INSERT INTO clock_mark SELECT 1, coalesce(max(created_at), 0), 0 FROM booking;

-- Which cards a terminal asked about without a promise of theirs, and on which day last, as in limit_use. A number that no
-- card has counts too.
CREATE TABLE card_asked (
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  card INTEGER NOT NULL CHECK (card BETWEEN 0 AND 999999999),
  day INTEGER NOT NULL,
  PRIMARY KEY (terminal, card)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_asked_day ON card_asked (terminal, day);

CREATE TRIGGER card_asked_kept BEFORE DELETE ON card_asked
BEGIN SELECT RAISE(ABORT, 'what was asked is not forgotten'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, its clock: how far the issuer's time had come when something was last signed.

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

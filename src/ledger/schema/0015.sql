-- SPDX-License-Identifier: Apache-2.0
-- The ledger, payouts: money that left a card (type 5) goes to its holder's hand, or back to the card, one of them and once.

UPDATE schema_version SET version = version + 1;

-- What was said of a captured payout. Outcomes: 1 pay (the terminal that the promise names may hand it out, and the issuer
-- owes it to its merchant), 2 back (owed to the card). Its posting of transition 4 moves the money.
CREATE TABLE payout (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  outcome INTEGER NOT NULL CHECK (outcome IN (1, 2)),
  at INTEGER NOT NULL,
  handed_at INTEGER NOT NULL DEFAULT 0 CHECK (handed_at >= 0), -- outcome 1: when it was told that it was handed out; 0: not yet
  CHECK (outcome = 1 OR handed_at = 0)
) STRICT;
CREATE INDEX booking_payout ON booking (id) WHERE type = 5;

CREATE TRIGGER payout_captured BEFORE INSERT ON payout
WHEN NEW.handed_at <> 0 OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 2)
BEGIN SELECT RAISE(ABORT, 'only what was captured is paid out'); END;
CREATE TRIGGER payout_fixed BEFORE UPDATE OF booking, outcome, at ON payout
BEGIN SELECT RAISE(ABORT, 'what was said of a payout is not changed'); END;
CREATE TRIGGER payout_handed_once BEFORE UPDATE OF handed_at ON payout WHEN OLD.handed_at <> 0
BEGIN SELECT RAISE(ABORT, 'what was handed out is not changed'); END;
CREATE TRIGGER payout_kept BEFORE DELETE ON payout
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;

-- A ledger that has the usual limit of loads gets the usual one of payouts, of a terminal's day.
INSERT INTO limit_rule SELECT 7, 0, 50000 FROM limit_rule WHERE kind = 1 AND subject = 0 AND allowed = 200000;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, off-line purchases: what cards announced, and what was brought in of it.
--
-- One that is paid from its card is a purchase in `booking` (type 1, captured) without an authorisation: nobody was asked.
-- It has no r either, and zeros stand in its place.

UPDATE schema_version SET version = version + 1;

-- What a card has signed of its off-line payments since its on-line transaction `since` (0: since it was issued), and what
-- of it is here. The rest is held: it lies in the card's account of kind 4, which pays what comes, whatever the purse holds by
-- then.
CREATE TABLE offline_window (
  card INTEGER NOT NULL REFERENCES card (id),
  since INTEGER NOT NULL CHECK (since >= 0),
  count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 65536), -- payments
  sum INTEGER NOT NULL CHECK (sum BETWEEN 1 AND 2147483647), -- minor units
  paid_count INTEGER NOT NULL DEFAULT 0 CHECK (paid_count >= 0),
  paid_sum INTEGER NOT NULL DEFAULT 0 CHECK (paid_sum >= 0),
  released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0), -- owed with the card's replacement
  PRIMARY KEY (card, since),
  CHECK (sum - paid_sum >= count - paid_count AND count >= paid_count), -- what is lacking is at least 1 each
  CHECK (count > paid_count OR sum = paid_sum),
  CHECK (released IN (0, sum - paid_sum))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER offline_window_begins AFTER INSERT ON offline_window
BEGIN
  UPDATE account SET balance = balance - NEW.sum WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance + NEW.sum WHERE id = NEW.card * 16 + 4;
END;
CREATE TRIGGER offline_window_moves AFTER UPDATE ON offline_window
BEGIN
  UPDATE account SET balance = balance - NEW.sum + OLD.sum WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance + (NEW.sum - NEW.released) - (OLD.sum - OLD.released) WHERE id = NEW.card * 16 + 4;
  UPDATE account SET balance = balance + NEW.released - OLD.released WHERE id = NEW.card * 16 + 3;
END;
CREATE TRIGGER offline_window_empty BEFORE INSERT ON offline_window
WHEN NEW.paid_count <> 0 OR NEW.paid_sum <> 0 OR NEW.released <> 0
BEGIN SELECT RAISE(ABORT, 'nothing is paid of what was not announced'); END;
CREATE TRIGGER offline_window_grows BEFORE UPDATE ON offline_window
WHEN NEW.card <> OLD.card OR NEW.since <> OLD.since OR NEW.count < OLD.count OR NEW.sum < OLD.sum
  OR NEW.paid_count < OLD.paid_count OR NEW.paid_sum < OLD.paid_sum OR (OLD.released > 0 AND NEW.released <> OLD.released)
BEGIN SELECT RAISE(ABORT, 'what was announced and paid only grows'); END;
CREATE TRIGGER offline_window_kept BEFORE DELETE ON offline_window
BEGIN SELECT RAISE(ABORT, 'what was announced is kept'); END;

-- Every off-line promise that was brought in, by card, ATC and hash. Outcomes: 1 paid from its card, 2 waits for a promise
-- of the card that confirms it, 3 its terminal was revoked: not paid; of what contradicts the card's chain: 4 paid by the
-- issuer's risk, 5 not paid.
CREATE TABLE offline_promise (
  booking INTEGER NOT NULL, -- card << 32 | atc
  hash BLOB NOT NULL CHECK (length(hash) = 32), -- of the promise
  since INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  terminal INTEGER NOT NULL REFERENCES terminal (id), -- that it names
  merchant INTEGER NOT NULL REFERENCES merchant (id), -- its merchant
  brought_by INTEGER NOT NULL REFERENCES terminal (id),
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 5),
  day INTEGER NOT NULL, -- that its terminal's limits counted it on; 0: none
  settlement INTEGER NOT NULL, -- outcome 4: the next one then; else 0
  promise BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (booking, hash),
  CHECK ((outcome = 4) = (settlement > 0)),
  CHECK (outcome IN (1, 4) OR day = 0)
) STRICT, WITHOUT ROWID;

-- Its triggers move the issuer's risk; what is paid from the card is moved by its postings.
CREATE TRIGGER offline_promise_risk AFTER INSERT ON offline_promise WHEN NEW.outcome = 4
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = -1;
  UPDATE account SET balance = balance + NEW.amount WHERE id = -(NEW.merchant * 16 + 4);
END;
CREATE TRIGGER offline_promise_once BEFORE UPDATE OF outcome ON offline_promise
WHEN NOT (OLD.outcome = 2 AND NEW.outcome = 1)
BEGIN SELECT RAISE(ABORT, 'what was brought in is answered once'); END;
CREATE TRIGGER offline_promise_fixed
BEFORE UPDATE OF booking, hash, since, amount, terminal, merchant, brought_by, settlement, promise, at ON offline_promise
BEGIN SELECT RAISE(ABORT, 'what was brought in is not changed'); END;
CREATE TRIGGER offline_promise_kept BEFORE DELETE ON offline_promise
BEGIN SELECT RAISE(ABORT, 'what was brought in is kept'); END;

-- Cards as terminals must not take them off-line, in the order in which that changed: blocked ones and suspended ones.
CREATE TABLE deny_change (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  card INTEGER NOT NULL REFERENCES card (id),
  denied INTEGER NOT NULL CHECK (denied IN (0, 1))
) STRICT;
CREATE INDEX deny_change_card ON deny_change (card, number);
INSERT INTO deny_change SELECT row_number() OVER (ORDER BY id), id, 1 FROM card WHERE state = 3 OR suspended_at > 0;

CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at ON card
WHEN (NEW.state = 3 OR NEW.suspended_at > 0) <> (OLD.state = 3 OR OLD.suspended_at > 0)
BEGIN
  INSERT INTO deny_change SELECT coalesce(max(number), 0) + 1, NEW.id, (NEW.state = 3 OR NEW.suspended_at > 0)
    FROM deny_change;
END;
CREATE TRIGGER deny_change_fixed BEFORE UPDATE ON deny_change
BEGIN SELECT RAISE(ABORT, 'what terminals were told is not changed'); END;
CREATE TRIGGER deny_change_kept BEFORE DELETE ON deny_change
BEGIN SELECT RAISE(ABORT, 'what terminals were told is kept'); END;

-- Two more kinds of limits, of a terminal's day: 5 off-line payments in money, 6 how many. Other kinds find room as well.
CREATE TABLE limit_rule_wide (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
  subject INTEGER NOT NULL CHECK (subject >= 0),
  allowed INTEGER CHECK (allowed > 0), -- minor units, or payments; NULL: no limit
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO limit_rule_wide SELECT kind, subject, allowed FROM limit_rule;
DROP TABLE limit_rule;
ALTER TABLE limit_rule_wide RENAME TO limit_rule;

CREATE TABLE limit_use_wide (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 15),
  subject INTEGER NOT NULL CHECK (subject > 0),
  day INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used >= 0),
  allowed INTEGER, -- as it was when something was last taken; NULL: no limit
  PRIMARY KEY (kind, subject, day),
  CHECK (allowed IS NULL OR used <= allowed)
) STRICT, WITHOUT ROWID;
INSERT INTO limit_use_wide SELECT kind, subject, day, used, allowed FROM limit_use;
DROP TABLE limit_use;
ALTER TABLE limit_use_wide RENAME TO limit_use;
CREATE TRIGGER limit_use_kept BEFORE DELETE ON limit_use
BEGIN SELECT RAISE(ABORT, 'what was used is not forgotten'); END;

INSERT INTO limit_rule SELECT 5, 0, 100000 FROM setting;
INSERT INTO limit_rule SELECT 6, 0, 200 FROM setting;

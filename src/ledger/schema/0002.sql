-- SPDX-License-Identifier: Apache-2.0
-- The ledger, second version: money that moves outside of any card's transaction, replaced cards, settlement.

UPDATE schema_version SET version = 2;

-- How a merchant is paid out; '': not known.
ALTER TABLE merchant ADD COLUMN fee_rate INTEGER NOT NULL DEFAULT 0 CHECK (fee_rate BETWEEN 0 AND 10000); -- basis points
ALTER TABLE merchant ADD COLUMN iban TEXT NOT NULL DEFAULT '' CHECK (length(iban) BETWEEN 0 AND 34);
ALTER TABLE merchant ADD COLUMN bic TEXT NOT NULL DEFAULT '' CHECK (length(bic) IN (0, 8, 11));

INSERT INTO account VALUES (-6, 0, 0, 4611686018427387904); -- what was ordered to be paid out to merchants
INSERT INTO account VALUES (-7, 0, 0, 4611686018427387904); -- the issuer's fees

-- Double entry too, but of no transaction. Kinds: 1 replacement (subject: the old card), 2 fee, 3 set-off, 4 payout
-- (subject: the settlement). The same thing is booked once.
CREATE TABLE transfer (
  number INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  subject INTEGER NOT NULL,
  debit INTEGER NOT NULL REFERENCES account (id),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4611686018427387904),
  at INTEGER NOT NULL,
  UNIQUE (kind, subject, debit),
  CHECK (debit <> credit),
  CHECK ((abs(debit) % 16 < 8) = (abs(credit) % 16 < 8)) -- money stays money
) STRICT;

CREATE INDEX transfer_credit ON transfer (credit);
CREATE INDEX transfer_debit ON transfer (debit);

CREATE TRIGGER transfer_moves AFTER INSERT ON transfer
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit;
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER transfer_fixed BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are not changed'); END;
CREATE TRIGGER transfer_kept BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are kept'); END;

-- Blocked cards whose money went to another one, with what they had then.
CREATE TABLE replacement (
  card INTEGER PRIMARY KEY REFERENCES card (id),
  successor INTEGER NOT NULL REFERENCES card (id),
  balance INTEGER NOT NULL CHECK (balance >= 0),
  owed INTEGER NOT NULL CHECK (owed >= 0),
  points INTEGER NOT NULL CHECK (points >= 0), -- lapsed
  settled_atc INTEGER NOT NULL CHECK (settled_atc >= 0), -- the hold that ended by the rule, 0: none
  at INTEGER NOT NULL,
  CHECK (card <> successor)
) STRICT;

CREATE TRIGGER replacement_of_blocked BEFORE INSERT ON replacement
WHEN NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
  OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2)
BEGIN SELECT RAISE(ABORT, 'a blocked card is replaced by one in use'); END;
CREATE TRIGGER replacement_fixed BEFORE UPDATE ON replacement
BEGIN SELECT RAISE(ABORT, 'replacements are not changed'); END;
CREATE TRIGGER replacement_kept BEFORE DELETE ON replacement
BEGIN SELECT RAISE(ABORT, 'replacements are kept'); END;

-- Purchases in the order in which they were captured, without gaps: a settlement is a run of these numbers.
CREATE TABLE capture (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  booking INTEGER NOT NULL REFERENCES booking (id)
) STRICT;

CREATE TRIGGER capture_next BEFORE INSERT ON capture
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM capture)
BEGIN SELECT RAISE(ABORT, 'captures are numbered without gaps'); END;
CREATE TRIGGER capture_fixed BEFORE UPDATE ON capture
BEGIN SELECT RAISE(ABORT, 'captures are not changed'); END;
CREATE TRIGGER capture_kept BEFORE DELETE ON capture
BEGIN SELECT RAISE(ABORT, 'captures are kept'); END;

-- What was captured for each merchant since the last settlement; the sum in money is the balance of its account.
CREATE TABLE merchant_tally (
  merchant INTEGER PRIMARY KEY REFERENCES merchant (id),
  purchases INTEGER NOT NULL DEFAULT 0 CHECK (purchases >= 0),               -- with money
  points_granted INTEGER NOT NULL DEFAULT 0 CHECK (points_granted >= 0),
  points_purchases INTEGER NOT NULL DEFAULT 0 CHECK (points_purchases >= 0), -- with points
  points_redeemed INTEGER NOT NULL DEFAULT 0 CHECK (points_redeemed >= 0),
  points_value INTEGER NOT NULL DEFAULT 0 CHECK (points_value >= 0)          -- minor units that points paid
) STRICT;

-- Closed batches: number and closing time, and their run of captures.
CREATE TABLE settlement (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  closed_at INTEGER NOT NULL,
  first_capture INTEGER NOT NULL,
  last_capture INTEGER NOT NULL UNIQUE,
  CHECK (last_capture >= first_capture)
) STRICT;

-- A merchant's part of it. Written before its settlement's row, which closes it.
CREATE TABLE settlement_line (
  settlement INTEGER NOT NULL REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED,
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  purchases INTEGER NOT NULL,
  gross INTEGER NOT NULL CHECK (gross BETWEEN 0 AND 100000000000000), -- so that gross * fee_rate fits 64 bits
  fee_rate INTEGER NOT NULL,
  fee INTEGER NOT NULL CHECK (fee = gross * fee_rate / 10000),        -- rounded down
  loads INTEGER NOT NULL CHECK (loads >= 0),                          -- what it owed for loads
  set_off INTEGER NOT NULL CHECK (set_off BETWEEN 0 AND loads),
  net INTEGER NOT NULL CHECK (net >= 0),
  points_granted INTEGER NOT NULL,
  points_purchases INTEGER NOT NULL,
  points_redeemed INTEGER NOT NULL,
  points_value INTEGER NOT NULL,
  iban TEXT NOT NULL, -- as it was then; '': was not known
  bic TEXT NOT NULL,
  PRIMARY KEY (settlement, merchant),
  CHECK (gross = fee + set_off + net)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER settlement_next BEFORE INSERT ON settlement
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM settlement)
  OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
  OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture)
BEGIN SELECT RAISE(ABORT, 'settlements follow each other without gaps'); END;
CREATE TRIGGER settlement_fixed BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_kept BEFORE DELETE ON settlement
BEGIN SELECT RAISE(ABORT, 'a settlement is kept'); END;
CREATE TRIGGER settlement_line_open BEFORE INSERT ON settlement_line
WHEN EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement)
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_line_fixed BEFORE UPDATE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'a settlement is closed for good'); END;
CREATE TRIGGER settlement_line_kept BEFORE DELETE ON settlement_line
BEGIN SELECT RAISE(ABORT, 'a settlement is kept'); END;

-- What the first version captured, in the order of its captures.
INSERT INTO capture SELECT row_number() OVER (ORDER BY settled_at, id), id FROM booking WHERE state = 2 AND type <> 2
  ORDER BY 1;
INSERT INTO merchant_tally SELECT m.id, count(CASE WHEN b.type = 1 THEN 1 END),
  coalesce(sum(CASE WHEN b.type = 1 THEN b.points END), 0), count(CASE WHEN b.type = 3 THEN 1 END),
  coalesce(sum(CASE WHEN b.type = 3 THEN -b.points END), 0), coalesce(sum(CASE WHEN b.type = 3 THEN b.amount END), 0)
  FROM merchant m LEFT JOIN booking b ON b.merchant = m.id AND b.state = 2 AND b.type <> 2 GROUP BY m.id;

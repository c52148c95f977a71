-- SPDX-License-Identifier: Apache-2.0
-- The ledger, refunds: what a sale gives back is a transaction of its own, tied to the sale and never more than it.

UPDATE schema_version SET version = version + 1;

-- Types 4 refund and 5 payout, kinds of limits 3 and 4. SQLite has no statement that changes a CHECK; this is the way
-- that its documentation gives for it (lang_altertable).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (type BETWEEN 1 AND 3)', 'CHECK (type BETWEEN 1 AND 6)')
  WHERE type = 'table' AND name = 'booking';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (kind IN (1, 2))', 'CHECK (kind BETWEEN 1 AND 15)')
  WHERE type = 'table' AND name IN ('limit_rule', 'limit_use');
PRAGMA writable_schema = RESET;

-- Of a refund that was authorised: its sale, and whether that was paid with points.
ALTER TABLE booking ADD COLUMN sale INTEGER REFERENCES booking (id);
ALTER TABLE booking ADD COLUMN in_points INTEGER NOT NULL DEFAULT 0 CHECK (in_points IN (0, 1));
CREATE INDEX booking_sale ON booking (sale) WHERE sale IS NOT NULL;

-- What a merchant gave back while the card was not there: owed to the sale's card, or to the one that replaced it, until a
-- load collects it. `wish` is the terminal's name of it, so that asked again it is booked once.
CREATE TABLE owed_refund (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  sale INTEGER NOT NULL REFERENCES booking (id),
  card INTEGER NOT NULL REFERENCES card (id),
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  merchant INTEGER NOT NULL REFERENCES merchant (id),
  day INTEGER NOT NULL, -- of the limits that it took of
  wish BLOB NOT NULL CHECK (length(wish) = 32),
  debit INTEGER NOT NULL REFERENCES account (id),
  credit INTEGER NOT NULL REFERENCES account (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at INTEGER NOT NULL,
  UNIQUE (terminal, wish),
  CHECK (debit = -(merchant * 16 + 5) AND credit = card * 16 + 3)
) STRICT;
CREATE INDEX owed_refund_sale ON owed_refund (sale);
CREATE INDEX owed_refund_card ON owed_refund (card);
CREATE TRIGGER owed_refund_of_sale BEFORE INSERT ON owed_refund
WHEN NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2 AND s.type = 1
  AND s.merchant = NEW.merchant AND NEW.amount <= s.amount
  - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
  - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id))
BEGIN SELECT RAISE(ABORT, 'a refund is of a sale, and not more than it'); END;
CREATE TRIGGER owed_refund_moves AFTER INSERT ON owed_refund
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = NEW.debit;
  UPDATE account SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER owed_refund_fixed BEFORE UPDATE ON owed_refund
BEGIN SELECT RAISE(ABORT, 'refunds are not changed'); END;
CREATE TRIGGER owed_refund_kept BEFORE DELETE ON owed_refund
BEGIN SELECT RAISE(ABORT, 'refunds are kept'); END;

CREATE TRIGGER booking_sale_fixed BEFORE UPDATE OF sale, in_points ON booking
BEGIN SELECT RAISE(ABORT, 'what was answered is not changed'); END;
CREATE TRIGGER refund_of_sale BEFORE INSERT ON booking
WHEN NEW.type = 4 AND NEW.state <> 4 AND NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2
  AND s.type = CASE NEW.in_points WHEN 1 THEN 3 ELSE 1 END AND s.merchant = NEW.merchant
  AND s.id >> 32 = NEW.id >> 32 AND s.id < NEW.id AND NEW.amount <= s.amount
  - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
  - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id))
BEGIN SELECT RAISE(ABORT, 'a refund is of a sale, and not more than it'); END;
CREATE TRIGGER sale_of_refund BEFORE INSERT ON booking WHEN NEW.type <> 4 AND (NEW.sale IS NOT NULL OR NEW.in_points <> 0)
BEGIN SELECT RAISE(ABORT, 'only a refund has a sale'); END;

-- A ledger that has the usual limit of loads gets the usual one of refunds.
INSERT INTO limit_rule SELECT 3, 0, 50000 FROM limit_rule WHERE kind = 1 AND subject = 0 AND allowed = 200000;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, second version: the rules of ../0002.sql, in its order, under its names.

UPDATE schema_version SET version = 2;

ALTER TABLE merchant ADD COLUMN fee_rate bigint NOT NULL DEFAULT 0 CHECK (fee_rate BETWEEN 0 AND 10000);
ALTER TABLE merchant ADD COLUMN iban text NOT NULL DEFAULT '' CHECK (length(iban) BETWEEN 0 AND 34);
ALTER TABLE merchant ADD COLUMN bic text NOT NULL DEFAULT '' CHECK (length(bic) IN (0, 8, 11));

INSERT INTO account VALUES (-6, 0, 0, 4611686018427387904);
INSERT INTO account VALUES (-7, 0, 0, 4611686018427387904);

CREATE TABLE transfer (
  number bigint PRIMARY KEY,
  kind bigint NOT NULL CHECK (kind BETWEEN 1 AND 4),
  subject bigint NOT NULL,
  debit bigint NOT NULL REFERENCES account (id),
  credit bigint NOT NULL REFERENCES account (id),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 4611686018427387904),
  at bigint NOT NULL,
  UNIQUE (kind, subject, debit),
  CHECK (debit <> credit),
  CHECK ((abs(debit) % 16 < 8) = (abs(credit) % 16 < 8))
);
CREATE INDEX transfer_credit ON transfer (credit);
CREATE INDEX transfer_debit ON transfer (debit);

-- The same as a posting's.
CREATE TRIGGER transfer_moves AFTER INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION posting_moves();
CREATE TRIGGER transfer_fixed BEFORE UPDATE ON transfer FOR EACH ROW
EXECUTE FUNCTION refuse('transfers are not changed');
CREATE TRIGGER transfer_kept BEFORE DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse('transfers are kept');
CREATE TRIGGER transfer_not_emptied BEFORE TRUNCATE ON transfer EXECUTE FUNCTION refuse('transfers are kept');

CREATE TABLE replacement (
  card bigint PRIMARY KEY REFERENCES card (id),
  successor bigint NOT NULL REFERENCES card (id),
  balance bigint NOT NULL CHECK (balance >= 0),
  owed bigint NOT NULL CHECK (owed >= 0),
  points bigint NOT NULL CHECK (points >= 0),
  settled_atc bigint NOT NULL CHECK (settled_atc >= 0),
  at bigint NOT NULL,
  CHECK (card <> successor)
);

-- A rule that looks at other rows cannot stand in a trigger's WHEN here.
CREATE FUNCTION replacement_of_blocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
    OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2) THEN
    RAISE EXCEPTION 'a blocked card is replaced by one in use' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER replacement_of_blocked BEFORE INSERT ON replacement FOR EACH ROW
EXECUTE FUNCTION replacement_of_blocked();
CREATE TRIGGER replacement_fixed BEFORE UPDATE ON replacement FOR EACH ROW
EXECUTE FUNCTION refuse('replacements are not changed');
CREATE TRIGGER replacement_kept BEFORE DELETE ON replacement FOR EACH ROW
EXECUTE FUNCTION refuse('replacements are kept');
CREATE TRIGGER replacement_not_emptied BEFORE TRUNCATE ON replacement
EXECUTE FUNCTION refuse('replacements are kept');

CREATE TABLE capture (
  number bigint PRIMARY KEY CHECK (number > 0),
  booking bigint NOT NULL REFERENCES booking (id)
);

CREATE FUNCTION capture_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM capture) THEN
    RAISE EXCEPTION 'captures are numbered without gaps' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER capture_next BEFORE INSERT ON capture FOR EACH ROW EXECUTE FUNCTION capture_next();
CREATE TRIGGER capture_fixed BEFORE UPDATE ON capture FOR EACH ROW
EXECUTE FUNCTION refuse('captures are not changed');
CREATE TRIGGER capture_kept BEFORE DELETE ON capture FOR EACH ROW EXECUTE FUNCTION refuse('captures are kept');
CREATE TRIGGER capture_not_emptied BEFORE TRUNCATE ON capture EXECUTE FUNCTION refuse('captures are kept');

CREATE TABLE merchant_tally (
  merchant bigint PRIMARY KEY REFERENCES merchant (id),
  purchases bigint NOT NULL DEFAULT 0 CHECK (purchases >= 0),
  points_granted bigint NOT NULL DEFAULT 0 CHECK (points_granted >= 0),
  points_purchases bigint NOT NULL DEFAULT 0 CHECK (points_purchases >= 0),
  points_redeemed bigint NOT NULL DEFAULT 0 CHECK (points_redeemed >= 0),
  points_value bigint NOT NULL DEFAULT 0 CHECK (points_value >= 0)
) WITH (fillfactor = 50);

CREATE TABLE settlement (
  number bigint PRIMARY KEY CHECK (number > 0),
  closed_at bigint NOT NULL,
  first_capture bigint NOT NULL,
  last_capture bigint NOT NULL UNIQUE,
  CHECK (last_capture >= first_capture)
);

CREATE TABLE settlement_line (
  settlement bigint NOT NULL REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED,
  merchant bigint NOT NULL REFERENCES merchant (id),
  purchases bigint NOT NULL,
  gross bigint NOT NULL CHECK (gross BETWEEN 0 AND 100000000000000),
  fee_rate bigint NOT NULL,
  fee bigint NOT NULL CHECK (fee = gross * fee_rate / 10000),
  loads bigint NOT NULL CHECK (loads >= 0),
  set_off bigint NOT NULL CHECK (set_off BETWEEN 0 AND loads),
  net bigint NOT NULL CHECK (net >= 0),
  points_granted bigint NOT NULL,
  points_purchases bigint NOT NULL,
  points_redeemed bigint NOT NULL,
  points_value bigint NOT NULL,
  iban text NOT NULL,
  bic text NOT NULL,
  PRIMARY KEY (settlement, merchant),
  CHECK (gross = fee + set_off + net)
);

CREATE FUNCTION settlement_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM settlement)
    OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
    OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture) THEN
    RAISE EXCEPTION 'settlements follow each other without gaps' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_next BEFORE INSERT ON settlement FOR EACH ROW EXECUTE FUNCTION settlement_next();
CREATE TRIGGER settlement_fixed BEFORE UPDATE ON settlement FOR EACH ROW
EXECUTE FUNCTION refuse('a settlement is closed for good');
CREATE TRIGGER settlement_kept BEFORE DELETE ON settlement FOR EACH ROW
EXECUTE FUNCTION refuse('a settlement is kept');
CREATE TRIGGER settlement_not_emptied BEFORE TRUNCATE ON settlement EXECUTE FUNCTION refuse('a settlement is kept');

CREATE FUNCTION settlement_line_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement) THEN
    RAISE EXCEPTION 'a settlement is closed for good' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_line_open BEFORE INSERT ON settlement_line FOR EACH ROW
EXECUTE FUNCTION settlement_line_open();
CREATE TRIGGER settlement_line_fixed BEFORE UPDATE ON settlement_line FOR EACH ROW
EXECUTE FUNCTION refuse('a settlement is closed for good');
CREATE TRIGGER settlement_line_kept BEFORE DELETE ON settlement_line FOR EACH ROW
EXECUTE FUNCTION refuse('a settlement is kept');
CREATE TRIGGER settlement_line_not_emptied BEFORE TRUNCATE ON settlement_line
EXECUTE FUNCTION refuse('a settlement is kept');

INSERT INTO capture SELECT row_number() OVER (ORDER BY settled_at, id), id FROM booking WHERE state = 2 AND type <> 2
  ORDER BY 1;
INSERT INTO merchant_tally SELECT m.id, count(CASE WHEN b.type = 1 THEN 1 END),
  coalesce(sum(CASE WHEN b.type = 1 THEN b.points END), 0), count(CASE WHEN b.type = 3 THEN 1 END),
  coalesce(sum(CASE WHEN b.type = 3 THEN -b.points END), 0), coalesce(sum(CASE WHEN b.type = 3 THEN b.amount END), 0)
  FROM merchant m LEFT JOIN booking b ON b.merchant = m.id AND b.state = 2 AND b.type <> 2 GROUP BY m.id;

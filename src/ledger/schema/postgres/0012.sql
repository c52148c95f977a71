-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, refunds: schema/0012.sql said in its words.

UPDATE schema_version SET version = version + 1;

ALTER TABLE booking DROP CONSTRAINT booking_type_check;
ALTER TABLE booking ADD CONSTRAINT booking_type_check CHECK (type BETWEEN 1 AND 6);
ALTER TABLE limit_rule DROP CONSTRAINT limit_rule_kind_check;
ALTER TABLE limit_rule ADD CONSTRAINT limit_rule_kind_check CHECK (kind BETWEEN 1 AND 15);
ALTER TABLE limit_use DROP CONSTRAINT limit_use_kind_check;
ALTER TABLE limit_use ADD CONSTRAINT limit_use_kind_check CHECK (kind BETWEEN 1 AND 15);

ALTER TABLE booking ADD COLUMN sale bigint REFERENCES booking (id);
ALTER TABLE booking ADD COLUMN in_points bigint NOT NULL DEFAULT 0 CHECK (in_points IN (0, 1));
CREATE INDEX booking_sale ON booking (sale) WHERE sale IS NOT NULL;

CREATE TABLE owed_refund (
  number bigint PRIMARY KEY CHECK (number > 0),
  sale bigint NOT NULL REFERENCES booking (id),
  card bigint NOT NULL REFERENCES card (id),
  terminal bigint NOT NULL REFERENCES terminal (id),
  merchant bigint NOT NULL REFERENCES merchant (id),
  day bigint NOT NULL,
  wish bytea NOT NULL CHECK (length(wish) = 32),
  debit bigint NOT NULL REFERENCES account (id),
  credit bigint NOT NULL REFERENCES account (id),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at bigint NOT NULL,
  UNIQUE (terminal, wish),
  CHECK (debit = -(merchant * 16 + 5) AND credit = card * 16 + 3)
);
CREATE INDEX owed_refund_sale ON owed_refund (sale);
CREATE INDEX owed_refund_card ON owed_refund (card);
CREATE FUNCTION owed_refund_of_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2 AND s.type = 1
    AND s.merchant = NEW.merchant AND NEW.amount <= s.amount
    - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
    - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id)) THEN
    RAISE EXCEPTION 'a refund is of a sale, and not more than it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER owed_refund_of_sale BEFORE INSERT ON owed_refund FOR EACH ROW EXECUTE FUNCTION owed_refund_of_sale();
CREATE TRIGGER owed_refund_moves AFTER INSERT ON owed_refund FOR EACH ROW EXECUTE FUNCTION posting_moves();
CREATE TRIGGER owed_refund_fixed BEFORE UPDATE ON owed_refund FOR EACH ROW
EXECUTE FUNCTION refuse('refunds are not changed');
CREATE TRIGGER owed_refund_kept BEFORE DELETE ON owed_refund FOR EACH ROW EXECUTE FUNCTION refuse('refunds are kept');
CREATE TRIGGER owed_refund_not_emptied BEFORE TRUNCATE ON owed_refund EXECUTE FUNCTION refuse('refunds are kept');

CREATE TRIGGER booking_sale_fixed BEFORE UPDATE OF sale, in_points ON booking FOR EACH ROW
EXECUTE FUNCTION refuse('what was answered is not changed');
CREATE FUNCTION refund_of_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking s WHERE s.id = NEW.sale AND s.state = 2
    AND s.type = CASE NEW.in_points WHEN 1 THEN 3 ELSE 1 END AND s.merchant = NEW.merchant
    AND s.id >> 32 = NEW.id >> 32 AND s.id < NEW.id AND NEW.amount <= s.amount
    - (SELECT coalesce(sum(r.amount), 0) FROM booking r WHERE r.sale = s.id AND r.state IN (1, 2))
    - (SELECT coalesce(sum(o.amount), 0) FROM owed_refund o WHERE o.sale = s.id)) THEN
    RAISE EXCEPTION 'a refund is of a sale, and not more than it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_of_sale BEFORE INSERT ON booking FOR EACH ROW WHEN (NEW.type = 4 AND NEW.state <> 4)
EXECUTE FUNCTION refund_of_sale();
CREATE TRIGGER sale_of_refund BEFORE INSERT ON booking FOR EACH ROW
WHEN (NEW.type <> 4 AND (NEW.sale IS NOT NULL OR NEW.in_points <> 0))
EXECUTE FUNCTION refuse('only a refund has a sale');

INSERT INTO limit_rule SELECT 3, 0, 50000 FROM limit_rule WHERE kind = 1 AND subject = 0 AND allowed = 200000;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, renewed cards: schema/0020.sql said in its words.

UPDATE schema_version SET version = version + 1;

CREATE TABLE renewal (
  card bigint PRIMARY KEY REFERENCES card (id),
  successor bigint NOT NULL REFERENCES card (id),
  balance bigint NOT NULL CHECK (balance >= 0),
  owed bigint NOT NULL CHECK (owed >= 0),
  points bigint NOT NULL CHECK (points >= 0),
  points_owed bigint NOT NULL CHECK (points_owed >= 0),
  since bigint NOT NULL,
  at bigint NOT NULL,
  CHECK (card <> successor)
);
CREATE INDEX renewal_successor ON renewal (successor);

CREATE FUNCTION renewal_of_blocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.card AND state = 3)
    OR NOT EXISTS (SELECT 1 FROM card WHERE id = NEW.successor AND state = 2)
    OR EXISTS (SELECT 1 FROM replacement WHERE card = NEW.card) THEN
    RAISE EXCEPTION 'a blocked card is renewed by one in use, before it is replaced'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER renewal_of_blocked BEFORE INSERT ON renewal FOR EACH ROW EXECUTE FUNCTION renewal_of_blocked();
CREATE FUNCTION renewal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET balance = balance - NEW.balance WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance - NEW.owed WHERE id = NEW.card * 16 + 3;
  UPDATE account SET balance = balance + NEW.balance + NEW.owed WHERE id = NEW.successor * 16 + 3;
  UPDATE account SET balance = balance - NEW.points WHERE id = NEW.card * 16 + 8;
  UPDATE account SET balance = balance - NEW.points_owed WHERE id = NEW.card * 16 + 11;
  UPDATE account SET balance = balance + NEW.points + NEW.points_owed WHERE id = NEW.successor * 16 + 11;
  RETURN NULL;
END $$;
CREATE TRIGGER renewal_moves AFTER INSERT ON renewal FOR EACH ROW EXECUTE FUNCTION renewal_moves();
CREATE TRIGGER renewal_fixed BEFORE UPDATE ON renewal FOR EACH ROW EXECUTE FUNCTION refuse('renewals are not changed');
CREATE TRIGGER renewal_kept BEFORE DELETE ON renewal FOR EACH ROW EXECUTE FUNCTION refuse('renewals are kept');
CREATE TRIGGER renewal_not_emptied BEFORE TRUNCATE ON renewal EXECUTE FUNCTION refuse('renewals are kept');

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, receipts that were brought in again: the rules of ../0011.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE brought_in (
  booking bigint PRIMARY KEY REFERENCES booking (id),
  capture bigint UNIQUE REFERENCES capture (number),
  incarnation bigint NOT NULL REFERENCES incarnation (number),
  at bigint NOT NULL
);

CREATE FUNCTION brought_in_captured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking b LEFT JOIN capture c ON c.number = NEW.capture
      WHERE b.id = NEW.booking AND b.state = 2 AND ((b.type IN (2, 4) AND NEW.capture IS NULL) OR c.booking = b.id))
    OR NOT EXISTS (SELECT 1 FROM incarnation i WHERE i.number = NEW.incarnation AND i.at > 0) THEN
    RAISE EXCEPTION 'only what was done before a restoration is brought in' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER brought_in_captured BEFORE INSERT ON brought_in FOR EACH ROW EXECUTE FUNCTION brought_in_captured();
CREATE TRIGGER brought_in_fixed BEFORE UPDATE ON brought_in FOR EACH ROW
EXECUTE FUNCTION refuse('what was brought in is not changed');
CREATE TRIGGER brought_in_kept BEFORE DELETE ON brought_in FOR EACH ROW
EXECUTE FUNCTION refuse('what was brought in is kept');
CREATE TRIGGER brought_in_not_emptied BEFORE TRUNCATE ON brought_in EXECUTE FUNCTION refuse('what was brought in is kept');

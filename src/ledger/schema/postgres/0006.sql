-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, settlements without a purchase: the rules of ../0006.sql.

UPDATE schema_version SET version = version + 1;

ALTER TABLE settlement DROP CONSTRAINT settlement_check;
ALTER TABLE settlement DROP CONSTRAINT settlement_last_capture_key;
ALTER TABLE settlement ADD CONSTRAINT settlement_run CHECK (last_capture >= first_capture - 1);
CREATE INDEX settlement_last ON settlement (last_capture);

CREATE FUNCTION settlement_pays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_capture < NEW.first_capture
    AND NOT EXISTS (SELECT 1 FROM transfer WHERE kind IN (2, 3, 4, 5, 6) AND subject = NEW.number) THEN
    RAISE EXCEPTION 'a settlement without a purchase pays something' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_pays BEFORE INSERT ON settlement FOR EACH ROW EXECUTE FUNCTION settlement_pays();

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, claims under a reference: the rules of ../0005.sql.

UPDATE schema_version SET version = version + 1;

CREATE TABLE reference_claim (
  claim bigint PRIMARY KEY REFERENCES booking (id),
  load bigint REFERENCES booking (id)
);

CREATE FUNCTION reference_claim_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking WHERE id = NEW.claim AND state = 1 AND tender = 3) THEN
    RAISE EXCEPTION 'a claim is noted when it begins' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reference_claim_held BEFORE INSERT ON reference_claim FOR EACH ROW EXECUTE FUNCTION reference_claim_held();
CREATE TRIGGER reference_claim_fixed BEFORE UPDATE ON reference_claim FOR EACH ROW
EXECUTE FUNCTION refuse('what a claim was of is not changed');
CREATE TRIGGER reference_claim_kept BEFORE DELETE ON reference_claim FOR EACH ROW
EXECUTE FUNCTION refuse('what a claim was of is kept');
CREATE TRIGGER reference_claim_not_emptied BEFORE TRUNCATE ON reference_claim
EXECUTE FUNCTION refuse('what a claim was of is kept');

CREATE OR REPLACE FUNCTION reference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
    AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
             OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32)
             OR (o.state = 3 AND EXISTS (SELECT 1 FROM reference_claim c LEFT JOIN booking l ON l.id = c.load
               WHERE c.claim = o.id AND (c.load IS NULL OR l.state = 6))))) THEN
    RAISE EXCEPTION USING MESSAGE = 'a reference stays with what holds it', ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

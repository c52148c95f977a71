-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, references: the rules of ../0008.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE reference (
  merchant bigint NOT NULL REFERENCES merchant (id),
  reference text COLLATE "C" NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  booking bigint NOT NULL UNIQUE REFERENCES booking (id),
  PRIMARY KEY (merchant, reference)
);

CREATE FUNCTION reference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
    AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
             OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32))) THEN
    RAISE EXCEPTION USING MESSAGE = 'a reference stays with what holds it', ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reference_held BEFORE UPDATE OF booking ON reference FOR EACH ROW EXECUTE FUNCTION reference_stays();
CREATE TRIGGER reference_fixed BEFORE UPDATE OF merchant, reference ON reference FOR EACH ROW
EXECUTE FUNCTION refuse('references are not changed');
CREATE TRIGGER reference_kept BEFORE DELETE ON reference FOR EACH ROW EXECUTE FUNCTION refuse('references are kept');
CREATE TRIGGER reference_not_emptied BEFORE TRUNCATE ON reference EXECUTE FUNCTION refuse('references are kept');

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, references of honoured sales: the rules of ../0007.sql.

UPDATE schema_version SET version = version + 1;

CREATE OR REPLACE FUNCTION reference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM honour WHERE booking = OLD.booking)
    OR EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
    AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
             OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32)
             OR (o.state = 3 AND EXISTS (SELECT 1 FROM reference_claim c LEFT JOIN booking l ON l.id = c.load
               WHERE c.claim = o.id AND (c.load IS NULL OR l.state = 6))))) THEN
    RAISE EXCEPTION USING MESSAGE = 'a reference stays with what holds it', ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, two administrators: the rules of ../0017.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

ALTER TABLE approval_rule ADD COLUMN approval bigint;

DROP TRIGGER approval_rule_rises ON approval_rule;
CREATE FUNCTION approval_rule_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM approval WHERE number = NEW.approval AND number > coalesce(OLD.approval, 0) AND state = 2
      AND type = 'approval-rule' AND body = '{"needed":' || NEW.needed || '}') THEN
    RAISE EXCEPTION USING MESSAGE = 'two administrators stay two until both agree',
      ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_rule_agreed BEFORE UPDATE ON approval_rule FOR EACH ROW WHEN (NEW.needed < OLD.needed)
EXECUTE FUNCTION approval_rule_agreed();
CREATE TRIGGER approval_rule_names_newer BEFORE UPDATE OF approval ON approval_rule FOR EACH ROW
WHEN (OLD.approval IS NOT NULL AND (NEW.approval IS NULL OR NEW.approval < OLD.approval))
EXECUTE FUNCTION refuse('an approval is used once');

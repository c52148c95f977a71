-- SPDX-License-Identifier: Apache-2.0
-- The ledger, two administrators: one becomes two when a second one agrees, and two become one again when both do.

UPDATE schema_version SET version = version + 1;

-- By which approval it became what it is; NULL: the issuer was founded so.
ALTER TABLE approval_rule ADD COLUMN approval INTEGER;

DROP TRIGGER approval_rule_rises;
CREATE TRIGGER approval_rule_agreed BEFORE UPDATE ON approval_rule WHEN NEW.needed < OLD.needed AND NOT EXISTS (
  SELECT 1 FROM approval WHERE number = NEW.approval AND number > coalesce(OLD.approval, 0) AND state = 2
    AND type = 'approval-rule' AND body = '{"needed":' || NEW.needed || '}')
BEGIN SELECT RAISE(ABORT, 'two administrators stay two until both agree'); END;
CREATE TRIGGER approval_rule_names_newer BEFORE UPDATE OF approval ON approval_rule
WHEN OLD.approval IS NOT NULL AND (NEW.approval IS NULL OR NEW.approval < OLD.approval)
BEGIN SELECT RAISE(ABORT, 'an approval is used once'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, two administrators: the rules of ../0016.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE approval_rule (
  "only" bigint PRIMARY KEY CHECK ("only" = 1),
  needed bigint NOT NULL CHECK (needed IN (1, 2))
);
INSERT INTO approval_rule VALUES (1, 1);
CREATE TRIGGER approval_rule_rises BEFORE UPDATE ON approval_rule FOR EACH ROW WHEN (NEW.needed < OLD.needed)
EXECUTE FUNCTION refuse('two administrators stay two');
CREATE TRIGGER approval_rule_kept BEFORE DELETE ON approval_rule FOR EACH ROW
EXECUTE FUNCTION refuse('two administrators stay two');
CREATE TRIGGER approval_rule_not_emptied BEFORE TRUNCATE ON approval_rule
EXECUTE FUNCTION refuse('two administrators stay two');

CREATE TABLE approval (
  number bigint PRIMARY KEY CHECK (number > 0),
  type text NOT NULL,
  body text NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  asked_by bigint NOT NULL REFERENCES terminal (id),
  asked_at bigint NOT NULL,
  state bigint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3),
  decided_by bigint REFERENCES terminal (id),
  decided_at bigint NOT NULL DEFAULT 0,
  CHECK ((state = 1) = (decided_by IS NULL)),
  CHECK (state <> 2 OR decided_by <> asked_by)
);
CREATE INDEX approval_waiting ON approval (number) WHERE state = 1;

CREATE TRIGGER approval_waits BEFORE INSERT ON approval FOR EACH ROW WHEN (NEW.state <> 1)
EXECUTE FUNCTION refuse('nothing is approved before it was asked for');
CREATE TRIGGER approval_fixed BEFORE UPDATE OF number, type, body, hash, asked_by, asked_at ON approval FOR EACH ROW
EXECUTE FUNCTION refuse('what was asked for is not changed');
CREATE TRIGGER approval_once BEFORE UPDATE OF state, decided_by, decided_at ON approval FOR EACH ROW WHEN (OLD.state <> 1)
EXECUTE FUNCTION refuse('an approval is decided once');
CREATE TRIGGER approval_kept BEFORE DELETE ON approval FOR EACH ROW
EXECUTE FUNCTION refuse('what was asked for is kept');
CREATE TRIGGER approval_not_emptied BEFORE TRUNCATE ON approval
EXECUTE FUNCTION refuse('what was asked for is kept');

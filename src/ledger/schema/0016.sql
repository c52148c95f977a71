-- SPDX-License-Identifier: Apache-2.0
-- The ledger, two administrators: what one of them asked for and another one has to approve.

UPDATE schema_version SET version = version + 1;

-- How many administrators it takes to replace a card, pay a merchant to another account, raise a limit. It only rises.
CREATE TABLE approval_rule (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  needed INTEGER NOT NULL CHECK (needed IN (1, 2))
) STRICT;
INSERT INTO approval_rule VALUES (1, 1);
CREATE TRIGGER approval_rule_rises BEFORE UPDATE ON approval_rule WHEN NEW.needed < OLD.needed
BEGIN SELECT RAISE(ABORT, 'two administrators stay two'); END;
CREATE TRIGGER approval_rule_kept BEFORE DELETE ON approval_rule
BEGIN SELECT RAISE(ABORT, 'two administrators stay two'); END;

-- Exactly what was asked for: the type of the message, its body, and SHA-256 of both. States: 1 waits, 2 given, with which
-- it was done, 3 refused.
CREATE TABLE approval (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  asked_by INTEGER NOT NULL REFERENCES terminal (id),
  asked_at INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3),
  decided_by INTEGER REFERENCES terminal (id),
  decided_at INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 1) = (decided_by IS NULL)),
  CHECK (state <> 2 OR decided_by <> asked_by)
) STRICT;
CREATE INDEX approval_waiting ON approval (number) WHERE state = 1;

CREATE TRIGGER approval_waits BEFORE INSERT ON approval WHEN NEW.state <> 1
BEGIN SELECT RAISE(ABORT, 'nothing is approved before it was asked for'); END;
CREATE TRIGGER approval_fixed BEFORE UPDATE OF number, type, body, hash, asked_by, asked_at ON approval
BEGIN SELECT RAISE(ABORT, 'what was asked for is not changed'); END;
CREATE TRIGGER approval_once BEFORE UPDATE OF state, decided_by, decided_at ON approval WHEN OLD.state <> 1
BEGIN SELECT RAISE(ABORT, 'an approval is decided once'); END;
CREATE TRIGGER approval_kept BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'what was asked for is kept'); END;

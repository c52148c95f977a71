-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, third version: schema/0003.sql said in its words.

UPDATE schema_version SET version = 3;

CREATE TABLE restoration (
  number bigint PRIMARY KEY CHECK (number > 0),
  at bigint NOT NULL
);

CREATE TRIGGER restoration_fixed BEFORE UPDATE ON restoration FOR EACH ROW
EXECUTE FUNCTION refuse('restorations are not changed');
CREATE TRIGGER restoration_kept BEFORE DELETE ON restoration FOR EACH ROW
EXECUTE FUNCTION refuse('restorations are kept');
CREATE TRIGGER restoration_not_emptied BEFORE TRUNCATE ON restoration EXECUTE FUNCTION refuse('restorations are kept');

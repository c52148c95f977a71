-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, references of refunds whose card was not there: the rules of ../0009.sql.

UPDATE schema_version SET version = version + 1;

CREATE TABLE owed_reference (
  merchant bigint NOT NULL REFERENCES merchant (id),
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  refund bigint NOT NULL UNIQUE REFERENCES owed_refund (number),
  PRIMARY KEY (merchant, reference)
);

CREATE TRIGGER owed_reference_fixed BEFORE UPDATE ON owed_reference FOR EACH ROW
EXECUTE FUNCTION refuse('references are not changed');
CREATE TRIGGER owed_reference_kept BEFORE DELETE ON owed_reference FOR EACH ROW
EXECUTE FUNCTION refuse('references are kept');
CREATE TRIGGER owed_reference_not_emptied BEFORE TRUNCATE ON owed_reference
EXECUTE FUNCTION refuse('references are kept');

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, incarnations: the rules of ../0009.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE incarnation (
  number bigint PRIMARY KEY CHECK (number > 0),
  name bigint NOT NULL UNIQUE CHECK (name BETWEEN 1 AND 16777215),
  at bigint NOT NULL,
  since bigint NOT NULL,
  exported bigint CHECK (exported >= 0)
);

CREATE TRIGGER incarnation_told_once BEFORE UPDATE OF exported ON incarnation FOR EACH ROW
WHEN (OLD.exported IS NOT NULL) EXECUTE FUNCTION refuse('what was exported last is told once');
CREATE TRIGGER incarnation_fixed BEFORE UPDATE OF number, name, at, since ON incarnation FOR EACH ROW
EXECUTE FUNCTION refuse('incarnations are not changed');
CREATE TRIGGER incarnation_kept BEFORE DELETE ON incarnation FOR EACH ROW
EXECUTE FUNCTION refuse('incarnations are kept');
CREATE TRIGGER incarnation_not_emptied BEFORE TRUNCATE ON incarnation EXECUTE FUNCTION refuse('incarnations are kept');

CREATE OR REPLACE FUNCTION settlement_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM incarnation WHERE exported IS NULL)
    OR NEW.number <> (SELECT max(last) + 1 FROM (SELECT coalesce(max(number), 0) AS last FROM settlement
      UNION ALL SELECT max(exported) FROM incarnation) AS known)
    OR NEW.first_capture <> (SELECT coalesce(max(last_capture), 0) + 1 FROM settlement)
    OR NEW.last_capture <> (SELECT coalesce(max(number), 0) FROM capture) THEN
    RAISE EXCEPTION 'settlements follow each other without gaps' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

INSERT INTO incarnation SELECT 1, 1 + floor(random() * 16777215)::bigint, 0, 0, coalesce(max(number), 0) FROM settlement;

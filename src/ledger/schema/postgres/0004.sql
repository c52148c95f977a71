-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, deny lists after a restoration: the rules of ../0004.sql.

UPDATE schema_version SET version = version + 1;

CREATE VIEW deny_latest (number) AS
SELECT max(last) FROM (SELECT coalesce(max(number), 0) AS last FROM deny_change
  UNION ALL SELECT max(at) * 1048576 FROM incarnation) AS known;

CREATE OR REPLACE FUNCTION deny_change_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deny_change SELECT number + 1, NEW.id,
    CASE WHEN NEW.state = 3 OR NEW.suspended_at > 0 THEN 1 ELSE 0 END FROM deny_latest;
  RETURN NULL;
END $$;

CREATE VIEW deny_again (number, card, denied) AS
SELECT (SELECT number FROM deny_latest) + row_number() OVER (ORDER BY d.number), d.card, d.denied FROM deny_change d
WHERE NOT EXISTS (SELECT 1 FROM deny_change l WHERE l.card = d.card AND l.number > d.number);

CREATE FUNCTION incarnation_denies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deny_change SELECT number, card, denied FROM deny_again;
  RETURN NULL;
END $$;
CREATE TRIGGER incarnation_denies AFTER INSERT ON incarnation FOR EACH ROW EXECUTE FUNCTION incarnation_denies();

INSERT INTO deny_change SELECT number, card, denied FROM deny_again WHERE EXISTS (SELECT 1 FROM incarnation WHERE at > 0);

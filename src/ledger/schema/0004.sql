-- SPDX-License-Identifier: Apache-2.0
-- The ledger, deny lists after a restoration: numbers only rise, and terminals hear anew what they may have heard otherwise.

UPDATE schema_version SET version = version + 1;

-- The number of the whole list. Those of an incarnation lie above the second in which it began, times 2^20, and so above all
-- that the life before it gave out, whatever of that was lost: no ledger denies a million cards in a second.
CREATE VIEW deny_latest (number) AS
SELECT max(last) FROM (SELECT coalesce(max(number), 0) AS last FROM deny_change
  UNION ALL SELECT max(at) * 1048576 FROM incarnation);

DROP TRIGGER deny_change_noted;
CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at ON card
WHEN (NEW.state = 3 OR NEW.suspended_at > 0) <> (OLD.state = 3 OR OLD.suspended_at > 0)
BEGIN
  INSERT INTO deny_change SELECT number + 1, NEW.id, (NEW.state = 3 OR NEW.suspended_at > 0) FROM deny_latest;
END;

-- Each card's last change once more, behind all that any terminal has heard.
CREATE VIEW deny_again (number, card, denied) AS
SELECT (SELECT number FROM deny_latest) + row_number() OVER (ORDER BY d.number), d.card, d.denied FROM deny_change d
WHERE NOT EXISTS (SELECT 1 FROM deny_change l WHERE l.card = d.card AND l.number > d.number);

CREATE TRIGGER incarnation_denies AFTER INSERT ON incarnation
BEGIN INSERT INTO deny_change SELECT number, card, denied FROM deny_again; END;

-- One that was restored before this.
INSERT INTO deny_change SELECT number, card, denied FROM deny_again WHERE EXISTS (SELECT 1 FROM incarnation WHERE at > 0);

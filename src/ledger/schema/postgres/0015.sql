-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, payouts: schema/0015.sql said in its words.

UPDATE schema_version SET version = version + 1;

CREATE TABLE payout (
  booking bigint PRIMARY KEY REFERENCES booking (id),
  outcome bigint NOT NULL CHECK (outcome IN (1, 2)),
  at bigint NOT NULL,
  handed_at bigint NOT NULL DEFAULT 0 CHECK (handed_at >= 0),
  CHECK (outcome = 1 OR handed_at = 0)
);
CREATE INDEX booking_payout ON booking (id) WHERE type = 5;

CREATE FUNCTION payout_captured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.handed_at <> 0 OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 2) THEN
    RAISE EXCEPTION 'only what was captured is paid out' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_captured BEFORE INSERT ON payout FOR EACH ROW EXECUTE FUNCTION payout_captured();
CREATE TRIGGER payout_fixed BEFORE UPDATE OF booking, outcome, at ON payout FOR EACH ROW
EXECUTE FUNCTION refuse('what was said of a payout is not changed');
CREATE TRIGGER payout_handed_once BEFORE UPDATE OF handed_at ON payout FOR EACH ROW WHEN (OLD.handed_at <> 0)
EXECUTE FUNCTION refuse('what was handed out is not changed');
CREATE TRIGGER payout_kept BEFORE DELETE ON payout FOR EACH ROW EXECUTE FUNCTION refuse('payouts are kept');
CREATE TRIGGER payout_not_emptied BEFORE TRUNCATE ON payout EXECUTE FUNCTION refuse('payouts are kept');

INSERT INTO limit_rule SELECT 7, 0, 50000 FROM limit_rule WHERE kind = 1 AND subject = 0 AND allowed = 200000;

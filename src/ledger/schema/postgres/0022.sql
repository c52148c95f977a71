-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, closed cards: schema/0022.sql said in its words.

UPDATE schema_version SET version = version + 1;

CREATE TABLE payout_close (
  booking bigint PRIMARY KEY REFERENCES booking (id)
);

CREATE FUNCTION payout_close_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1) THEN
    RAISE EXCEPTION 'a card is closed by a payout that is in hold' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_close_first BEFORE INSERT ON payout_close FOR EACH ROW
EXECUTE FUNCTION payout_close_first();
CREATE TRIGGER payout_close_fixed BEFORE UPDATE ON payout_close FOR EACH ROW
EXECUTE FUNCTION refuse('which payout closes a card is not changed');
CREATE TRIGGER payout_close_kept BEFORE DELETE ON payout_close FOR EACH ROW
EXECUTE FUNCTION refuse('payouts are kept');
CREATE TRIGGER payout_close_not_emptied BEFORE TRUNCATE ON payout_close
EXECUTE FUNCTION refuse('payouts are kept');

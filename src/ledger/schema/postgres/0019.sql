-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, what shops hand out, and payouts to a bank account: schema/0019.sql said in its words.

UPDATE schema_version SET version = version + 1;

ALTER TABLE settlement_line ADD COLUMN payouts bigint NOT NULL DEFAULT 0 CHECK (payouts >= 0);
ALTER TABLE settlement_line ADD COLUMN credit bigint NOT NULL DEFAULT 0 CHECK (credit >= 0);
ALTER TABLE settlement_line DROP CONSTRAINT settlement_line_check2;
ALTER TABLE settlement_line ADD CONSTRAINT settlement_line_adds_up
  CHECK (gross + payouts + credit = fee + set_off + net);
ALTER TABLE transfer DROP CONSTRAINT transfer_kind_check;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind_check CHECK (kind BETWEEN 1 AND 15);

CREATE INDEX payout_waits ON payout (booking) WHERE outcome = 1 AND handed_at = 0;

ALTER TABLE payout DROP CONSTRAINT payout_outcome_check;
ALTER TABLE payout ADD CONSTRAINT payout_outcome_check CHECK (outcome IN (1, 2, 3));
CREATE TABLE payout_account (
  booking bigint PRIMARY KEY REFERENCES booking (id),
  iban text NOT NULL CHECK (length(iban) BETWEEN 15 AND 34),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 70),
  settlement bigint REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX payout_account_ordered ON payout_account (settlement, booking);

CREATE FUNCTION payout_account_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.settlement IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1) THEN
    RAISE EXCEPTION 'an account is named with the payout' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_account_first BEFORE INSERT ON payout_account FOR EACH ROW
EXECUTE FUNCTION payout_account_first();
CREATE TRIGGER payout_account_fixed BEFORE UPDATE OF booking, iban, name ON payout_account FOR EACH ROW
EXECUTE FUNCTION refuse('where a payout goes is not changed');
CREATE FUNCTION payout_account_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.settlement IS NOT NULL OR EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement)
    OR NOT EXISTS (SELECT 1 FROM payout p WHERE p.booking = NEW.booking AND p.outcome = 3) THEN
    RAISE EXCEPTION 'a payout is ordered once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_account_once BEFORE UPDATE OF settlement ON payout_account FOR EACH ROW
EXECUTE FUNCTION payout_account_once();
CREATE TRIGGER payout_account_kept BEFORE DELETE ON payout_account FOR EACH ROW
EXECUTE FUNCTION refuse('payouts are kept');
CREATE TRIGGER payout_account_not_emptied BEFORE TRUNCATE ON payout_account
EXECUTE FUNCTION refuse('payouts are kept');
CREATE FUNCTION payout_to_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.outcome = 3) <> EXISTS (SELECT 1 FROM payout_account a WHERE a.booking = NEW.booking) THEN
    RAISE EXCEPTION 'a payout goes where its holder wanted it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_to_account BEFORE INSERT ON payout FOR EACH ROW EXECUTE FUNCTION payout_to_account();

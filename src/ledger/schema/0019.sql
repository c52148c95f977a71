-- SPDX-License-Identifier: Apache-2.0
-- The ledger, what shops hand out: a settlement pays it to them, as it does what they sold; and payouts to a bank account.

UPDATE schema_version SET version = version + 1;

-- payouts: handed out to cardholders; credit: a tender above zero. Transfers of kind 5 bring both to the merchant's account.
ALTER TABLE settlement_line ADD COLUMN payouts INTEGER NOT NULL DEFAULT 0 CHECK (payouts >= 0);
ALTER TABLE settlement_line ADD COLUMN credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (gross = fee + set_off + net)',
  'CHECK (gross + payouts + credit = fee + set_off + net)') WHERE type = 'table' AND name = 'settlement_line';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (kind BETWEEN 1 AND 4)', 'CHECK (kind BETWEEN 1 AND 15)')
  WHERE type = 'table' AND name = 'transfer';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (outcome IN (1, 2))', 'CHECK (outcome IN (1, 2, 3))')
  WHERE type = 'table' AND name = 'payout';
PRAGMA writable_schema = RESET;

-- What nobody confirmed to have handed out is settled by no settlement.
CREATE INDEX payout_waits ON payout (booking) WHERE outcome = 1 AND handed_at = 0;

-- Whose holder wants a payout on a bank account: nothing is handed out. Captured, its outcome is 3 (transfer) at once, and the
-- next settlement orders it, by a transfer of kind 6 for each card.
CREATE TABLE payout_account (
  booking INTEGER PRIMARY KEY REFERENCES booking (id),
  iban TEXT NOT NULL CHECK (length(iban) BETWEEN 15 AND 34),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 70),
  settlement INTEGER REFERENCES settlement (number) DEFERRABLE INITIALLY DEFERRED -- NULL: not ordered yet
) STRICT;
CREATE INDEX payout_account_ordered ON payout_account (settlement, booking);

CREATE TRIGGER payout_account_first BEFORE INSERT ON payout_account
WHEN NEW.settlement IS NOT NULL OR NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1)
BEGIN SELECT RAISE(ABORT, 'an account is named with the payout'); END;
CREATE TRIGGER payout_account_fixed BEFORE UPDATE OF booking, iban, name ON payout_account
BEGIN SELECT RAISE(ABORT, 'where a payout goes is not changed'); END;
CREATE TRIGGER payout_account_once BEFORE UPDATE OF settlement ON payout_account
WHEN OLD.settlement IS NOT NULL OR EXISTS (SELECT 1 FROM settlement WHERE number >= NEW.settlement)
  OR NOT EXISTS (SELECT 1 FROM payout p WHERE p.booking = NEW.booking AND p.outcome = 3)
BEGIN SELECT RAISE(ABORT, 'a payout is ordered once'); END;
CREATE TRIGGER payout_account_kept BEFORE DELETE ON payout_account
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;
CREATE TRIGGER payout_to_account BEFORE INSERT ON payout
WHEN (NEW.outcome = 3) <> EXISTS (SELECT 1 FROM payout_account a WHERE a.booking = NEW.booking)
BEGIN SELECT RAISE(ABORT, 'a payout goes where its holder wanted it'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, what shops hand out: a settlement pays it to them, as it does what they sold.

UPDATE schema_version SET version = version + 1;

-- payouts: handed out to cardholders; credit: a tender above zero. Transfers of kind 5 bring both to the merchant's account.
ALTER TABLE settlement_line ADD COLUMN payouts INTEGER NOT NULL DEFAULT 0 CHECK (payouts >= 0);
ALTER TABLE settlement_line ADD COLUMN credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (gross = fee + set_off + net)',
  'CHECK (gross + payouts + credit = fee + set_off + net)') WHERE type = 'table' AND name = 'settlement_line';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (kind BETWEEN 1 AND 4)', 'CHECK (kind BETWEEN 1 AND 15)')
  WHERE type = 'table' AND name = 'transfer';
PRAGMA writable_schema = RESET;

-- What nobody confirmed to have handed out is settled by no settlement.
CREATE INDEX payout_waits ON payout (booking) WHERE outcome = 1 AND handed_at = 0;

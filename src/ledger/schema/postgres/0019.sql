-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, what shops hand out: schema/0019.sql said in its words.

UPDATE schema_version SET version = version + 1;

ALTER TABLE settlement_line ADD COLUMN payouts bigint NOT NULL DEFAULT 0 CHECK (payouts >= 0);
ALTER TABLE settlement_line ADD COLUMN credit bigint NOT NULL DEFAULT 0 CHECK (credit >= 0);
ALTER TABLE settlement_line DROP CONSTRAINT settlement_line_check2;
ALTER TABLE settlement_line ADD CONSTRAINT settlement_line_adds_up
  CHECK (gross + payouts + credit = fee + set_off + net);
ALTER TABLE transfer DROP CONSTRAINT transfer_kind_check;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind_check CHECK (kind BETWEEN 1 AND 15);

CREATE INDEX payout_waits ON payout (booking) WHERE outcome = 1 AND handed_at = 0;

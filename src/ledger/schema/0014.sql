-- SPDX-License-Identifier: Apache-2.0
-- The ledger, payments without a PIN: what a card may pay so, and what it has paid so since the server last saw its PIN.

UPDATE schema_version SET version = version + 1;

-- As certification fixed it, minor units; 0: never.
ALTER TABLE card ADD COLUMN no_pin_single INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_single BETWEEN 0 AND 2147483647);
ALTER TABLE card ADD COLUMN no_pin_total INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_total BETWEEN 0 AND 2147483647);

-- In order of ATC: grows where a payment without the PIN is captured, is 0 again with a promise whose PIN the server verified.
ALTER TABLE card_counters ADD COLUMN no_pin_sum INTEGER NOT NULL DEFAULT 0 CHECK (no_pin_sum >= 0);

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, payments without a PIN: the rules of ../0014.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

ALTER TABLE card ADD COLUMN no_pin_single bigint NOT NULL DEFAULT 0 CHECK (no_pin_single BETWEEN 0 AND 2147483647);
ALTER TABLE card ADD COLUMN no_pin_total bigint NOT NULL DEFAULT 0 CHECK (no_pin_total BETWEEN 0 AND 2147483647);

ALTER TABLE card_counters ADD COLUMN no_pin_sum bigint NOT NULL DEFAULT 0 CHECK (no_pin_sum >= 0);

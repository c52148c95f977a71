-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, fourth version: schema/0004.sql said in its words.

UPDATE schema_version SET version = 4;

ALTER TABLE card ADD COLUMN pin_changes bigint NOT NULL DEFAULT 0 CHECK (pin_changes BETWEEN 0 AND 65535),
  ADD COLUMN pin_candidate_changes bigint CHECK (pin_candidate_changes BETWEEN 1 AND 65535),
  ADD COLUMN pin_candidate_tid bytea CHECK (length(pin_candidate_tid) = 8),
  ADD COLUMN pin_candidate_nonce bytea CHECK (length(pin_candidate_nonce) = 8);
UPDATE card SET pin_candidate = NULL WHERE pin_candidate IS NOT NULL;

ALTER TABLE card_counters ADD COLUMN pin_events bigint NOT NULL DEFAULT 0 CHECK (pin_events BETWEEN 0 AND 4294967295),
  ADD COLUMN pin_wrong bigint NOT NULL DEFAULT 0 CHECK (pin_wrong >= 0),
  DROP COLUMN pin_change_failures;

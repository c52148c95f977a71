-- SPDX-License-Identifier: Apache-2.0
-- The ledger, fourth version: a card's PIN changes by what the card has signed of it, and by nobody's word.

UPDATE schema_version SET version = 4;

-- Which change of PIN made the one that is stored, as the card counts them in its promises; a candidate will be the
-- card's with that count, if with any. It came with the record of terminal and N.
ALTER TABLE card ADD COLUMN pin_changes INTEGER NOT NULL DEFAULT 0 CHECK (pin_changes BETWEEN 0 AND 65535);
ALTER TABLE card ADD COLUMN pin_candidate_changes INTEGER CHECK (pin_candidate_changes BETWEEN 1 AND 65535);
ALTER TABLE card ADD COLUMN pin_candidate_tid BLOB CHECK (length(pin_candidate_tid) = 8);
ALTER TABLE card ADD COLUMN pin_candidate_nonce BLOB CHECK (length(pin_candidate_nonce) = 8);
UPDATE card SET pin_candidate = NULL WHERE pin_candidate IS NOT NULL;

-- The highest number of an event of the PIN that was counted, and the wrong ones that the card has signed since a right
-- one. pin_failures counts promises that say verified, with a PIN that is not the stored one.
ALTER TABLE card_counters ADD COLUMN pin_events INTEGER NOT NULL DEFAULT 0 CHECK (pin_events BETWEEN 0 AND 4294967295);
ALTER TABLE card_counters ADD COLUMN pin_wrong INTEGER NOT NULL DEFAULT 0 CHECK (pin_wrong >= 0);
ALTER TABLE card_counters DROP COLUMN pin_change_failures;

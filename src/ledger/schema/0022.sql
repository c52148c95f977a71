-- SPDX-License-Identifier: Apache-2.0
-- The ledger, closed cards: a payout of all that is on a card can end it.

UPDATE schema_version SET version = version + 1;

-- Said with the payout's promise; captured, it blocks its card in the same step.
CREATE TABLE payout_close (
  booking INTEGER PRIMARY KEY REFERENCES booking (id)
) STRICT;

CREATE TRIGGER payout_close_first BEFORE INSERT ON payout_close
WHEN NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = NEW.booking AND b.type = 5 AND b.state = 1)
BEGIN SELECT RAISE(ABORT, 'a card is closed by a payout that is in hold'); END;
CREATE TRIGGER payout_close_fixed BEFORE UPDATE ON payout_close
BEGIN SELECT RAISE(ABORT, 'which payout closes a card is not changed'); END;
CREATE TRIGGER payout_close_kept BEFORE DELETE ON payout_close
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;

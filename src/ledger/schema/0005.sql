-- SPDX-License-Identifier: Apache-2.0
-- The ledger, claims under a reference: which load was paid for under it, so that it lets go when that is given back.

UPDATE schema_version SET version = version + 1;

-- Loads of what a card is owed that carried a reference. One that is not here is of before: nobody knows.
CREATE TABLE reference_claim (
  claim INTEGER PRIMARY KEY REFERENCES booking (id),
  load INTEGER REFERENCES booking (id) -- that was paid for under the same reference; NULL: nothing was
) STRICT;

CREATE TRIGGER reference_claim_held BEFORE INSERT ON reference_claim
WHEN NOT EXISTS (SELECT 1 FROM booking WHERE id = NEW.claim AND state = 1 AND tender = 3)
BEGIN SELECT RAISE(ABORT, 'a claim is noted when it begins'); END;
CREATE TRIGGER reference_claim_fixed BEFORE UPDATE ON reference_claim
BEGIN SELECT RAISE(ABORT, 'what a claim was of is not changed'); END;
CREATE TRIGGER reference_claim_kept BEFORE DELETE ON reference_claim
BEGIN SELECT RAISE(ABORT, 'what a claim was of is kept'); END;

-- It leaves what was declined, released or refunded; what a card is owed, for that card's claim of it; and a released claim
-- where nothing that was paid for under it is owed any more.
DROP TRIGGER reference_held;
CREATE TRIGGER reference_held BEFORE UPDATE OF booking ON reference
WHEN EXISTS (SELECT 1 FROM booking o JOIN booking n ON n.id = NEW.booking WHERE o.id = OLD.booking
  AND NOT (o.state IN (4, 6) OR (o.state = 3 AND o.tender <> 3)
           OR (o.state IN (3, 5) AND n.tender = 3 AND n.id >> 32 = o.id >> 32)
           OR (o.state = 3 AND EXISTS (SELECT 1 FROM reference_claim c LEFT JOIN booking l ON l.id = c.load
             WHERE c.claim = o.id AND (c.load IS NULL OR l.state = 6)))))
BEGIN SELECT RAISE(ABORT, 'a reference stays with what holds it'); END;

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, keys that were certified for a card which was not made with them: a till takes them for genuine, so that the deny list
-- has each number until it is issued, and what was paid with them is known again.

UPDATE schema_version SET version = version + 1;

-- Whether no terminal may take it off-line: blocked, given up, suspended, or certified and not issued yet.
CREATE VIEW card_denied (card, denied) AS
SELECT id, CASE WHEN state IN (3, 4) OR suspended_at > 0 OR (state = 1 AND sig_public IS NOT NULL) THEN 1 ELSE 0 END FROM card;

DROP TRIGGER deny_change_noted;
CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at, sig_public ON card
BEGIN
  INSERT INTO deny_change SELECT l.number + 1, c.card, c.denied FROM deny_latest l, card_denied c
  WHERE c.card = NEW.id AND c.denied <> coalesce(
    (SELECT d.denied FROM deny_change d WHERE d.card = NEW.id ORDER BY d.number DESC LIMIT 1), 0);
END;

-- Of before this.
INSERT INTO deny_change SELECT (SELECT number FROM deny_latest) + row_number() OVER (ORDER BY c.id), c.id, 1 FROM card c
WHERE c.state = 4 OR (c.state = 1 AND c.sig_public IS NOT NULL);

-- SIG keys of which another one took the place, before their card was issued.
CREATE TABLE card_key (
  card INTEGER NOT NULL REFERENCES card (id),
  sig_public BLOB NOT NULL CHECK (length(sig_public) = 65),
  sig_certificate BLOB NOT NULL,
  PRIMARY KEY (card, sig_public)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER card_key_superseded AFTER UPDATE OF sig_public ON card WHEN NEW.sig_public <> OLD.sig_public
BEGIN
  INSERT INTO card_key SELECT OLD.id, OLD.sig_public, OLD.sig_certificate
  WHERE NOT EXISTS (SELECT 1 FROM card_key WHERE card = OLD.id AND sig_public = OLD.sig_public);
END;
CREATE TRIGGER card_key_fixed BEFORE UPDATE ON card_key
BEGIN SELECT RAISE(ABORT, 'what was certified is not changed'); END;
CREATE TRIGGER card_key_kept BEFORE DELETE ON card_key
BEGIN SELECT RAISE(ABORT, 'what was certified is kept'); END;

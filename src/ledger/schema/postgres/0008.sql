-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, keys that were certified for a card which was not made with them: the rules of ../0008.sql.

UPDATE schema_version SET version = version + 1;

CREATE VIEW card_denied (card, denied) AS
SELECT id, CASE WHEN state IN (3, 4) OR suspended_at > 0 OR (state = 1 AND sig_public IS NOT NULL) THEN 1 ELSE 0 END FROM card;

CREATE OR REPLACE FUNCTION deny_change_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deny_change SELECT l.number + 1, c.card, c.denied FROM deny_latest l, card_denied c
  WHERE c.card = NEW.id AND c.denied <> coalesce(
    (SELECT d.denied FROM deny_change d WHERE d.card = NEW.id ORDER BY d.number DESC LIMIT 1), 0);
  RETURN NULL;
END $$;
DROP TRIGGER deny_change_noted ON card;
CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at, sig_public ON card FOR EACH ROW
EXECUTE FUNCTION deny_change_noted();

INSERT INTO deny_change SELECT (SELECT number FROM deny_latest) + row_number() OVER (ORDER BY c.id), c.id, 1 FROM card c
WHERE c.state = 4 OR (c.state = 1 AND c.sig_public IS NOT NULL);

CREATE TABLE card_key (
  card bigint NOT NULL REFERENCES card (id),
  sig_public bytea NOT NULL CHECK (length(sig_public) = 65),
  sig_certificate bytea NOT NULL,
  PRIMARY KEY (card, sig_public)
);

CREATE FUNCTION card_key_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO card_key VALUES (OLD.id, OLD.sig_public, OLD.sig_certificate) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER card_key_superseded AFTER UPDATE OF sig_public ON card FOR EACH ROW
WHEN (NEW.sig_public <> OLD.sig_public) EXECUTE FUNCTION card_key_superseded();
CREATE TRIGGER card_key_fixed BEFORE UPDATE ON card_key FOR EACH ROW
EXECUTE FUNCTION refuse('what was certified is not changed');
CREATE TRIGGER card_key_kept BEFORE DELETE ON card_key FOR EACH ROW
EXECUTE FUNCTION refuse('what was certified is kept');
CREATE TRIGGER card_key_not_emptied BEFORE TRUNCATE ON card_key
EXECUTE FUNCTION refuse('what was certified is kept');

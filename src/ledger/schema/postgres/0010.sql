-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, its clock and what terminals ask about: the rules of ../0010.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE clock_mark (
  "only" bigint PRIMARY KEY CHECK ("only" = 1),
  at bigint NOT NULL CHECK (at >= 0),
  confirmations bigint NOT NULL DEFAULT 0 CHECK (confirmations >= 0)
);

CREATE TRIGGER clock_mark_forward BEFORE UPDATE ON clock_mark FOR EACH ROW
WHEN (NEW.confirmations < OLD.confirmations OR (NEW.at < OLD.at AND NEW.confirmations = OLD.confirmations))
EXECUTE FUNCTION refuse('time goes on unless an operator says otherwise');
CREATE TRIGGER clock_mark_kept BEFORE DELETE ON clock_mark FOR EACH ROW
EXECUTE FUNCTION refuse('how far time had come is not forgotten');
CREATE TRIGGER clock_mark_not_emptied BEFORE TRUNCATE ON clock_mark
EXECUTE FUNCTION refuse('how far time had come is not forgotten');

INSERT INTO clock_mark SELECT 1, coalesce(max(created_at), 0), 0 FROM booking;

CREATE TABLE card_asked (
  terminal bigint NOT NULL REFERENCES terminal (id),
  card bigint NOT NULL CHECK (card BETWEEN 0 AND 999999999),
  day bigint NOT NULL,
  PRIMARY KEY (terminal, card)
);
CREATE INDEX card_asked_day ON card_asked (terminal, day);

CREATE TRIGGER card_asked_kept BEFORE DELETE ON card_asked FOR EACH ROW
EXECUTE FUNCTION refuse('what was asked is not forgotten');
CREATE TRIGGER card_asked_not_emptied BEFORE TRUNCATE ON card_asked
EXECUTE FUNCTION refuse('what was asked is not forgotten');

-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, off-line purchases: the rules of ../0013.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE offline_window (
  card bigint NOT NULL REFERENCES card (id),
  since bigint NOT NULL CHECK (since >= 0),
  count bigint NOT NULL CHECK (count BETWEEN 1 AND 65536),
  sum bigint NOT NULL CHECK (sum BETWEEN 1 AND 2147483647),
  paid_count bigint NOT NULL DEFAULT 0 CHECK (paid_count >= 0),
  paid_sum bigint NOT NULL DEFAULT 0 CHECK (paid_sum >= 0),
  released bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
  PRIMARY KEY (card, since),
  CHECK (sum - paid_sum >= count - paid_count AND count >= paid_count),
  CHECK (count > paid_count OR sum = paid_sum),
  CHECK (released IN (0, sum - paid_sum))
);

CREATE FUNCTION offline_window_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET balance = balance - NEW.sum WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance + NEW.sum WHERE id = NEW.card * 16 + 4;
  RETURN NULL;
END $$;
CREATE TRIGGER offline_window_begins AFTER INSERT ON offline_window FOR EACH ROW
EXECUTE FUNCTION offline_window_begins();
CREATE FUNCTION offline_window_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET balance = balance - NEW.sum + OLD.sum WHERE id = NEW.card * 16 + 1;
  UPDATE account SET balance = balance + (NEW.sum - NEW.released) - (OLD.sum - OLD.released) WHERE id = NEW.card * 16 + 4;
  UPDATE account SET balance = balance + NEW.released - OLD.released WHERE id = NEW.card * 16 + 3;
  RETURN NULL;
END $$;
CREATE TRIGGER offline_window_moves AFTER UPDATE ON offline_window FOR EACH ROW EXECUTE FUNCTION offline_window_moves();
CREATE TRIGGER offline_window_empty BEFORE INSERT ON offline_window FOR EACH ROW
WHEN (NEW.paid_count <> 0 OR NEW.paid_sum <> 0 OR NEW.released <> 0)
EXECUTE FUNCTION refuse('nothing is paid of what was not announced');
CREATE TRIGGER offline_window_grows BEFORE UPDATE ON offline_window FOR EACH ROW
WHEN (NEW.card <> OLD.card OR NEW.since <> OLD.since OR NEW.count < OLD.count OR NEW.sum < OLD.sum
  OR NEW.paid_count < OLD.paid_count OR NEW.paid_sum < OLD.paid_sum OR (OLD.released > 0 AND NEW.released <> OLD.released))
EXECUTE FUNCTION refuse('what was announced and paid only grows');
CREATE TRIGGER offline_window_kept BEFORE DELETE ON offline_window FOR EACH ROW
EXECUTE FUNCTION refuse('what was announced is kept');
CREATE TRIGGER offline_window_not_emptied BEFORE TRUNCATE ON offline_window
EXECUTE FUNCTION refuse('what was announced is kept');

CREATE TABLE offline_promise (
  booking bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  since bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  terminal bigint NOT NULL REFERENCES terminal (id),
  merchant bigint NOT NULL REFERENCES merchant (id),
  brought_by bigint NOT NULL REFERENCES terminal (id),
  outcome bigint NOT NULL CHECK (outcome BETWEEN 1 AND 5),
  day bigint NOT NULL,
  settlement bigint NOT NULL,
  promise bytea NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (booking, hash),
  CHECK ((outcome = 4) = (settlement > 0)),
  CHECK (outcome IN (1, 4) OR day = 0)
);

CREATE FUNCTION offline_promise_risk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET balance = balance - NEW.amount WHERE id = -1;
  UPDATE account SET balance = balance + NEW.amount WHERE id = -(NEW.merchant * 16 + 4);
  RETURN NULL;
END $$;
CREATE TRIGGER offline_promise_risk AFTER INSERT ON offline_promise FOR EACH ROW WHEN (NEW.outcome = 4)
EXECUTE FUNCTION offline_promise_risk();
CREATE TRIGGER offline_promise_once BEFORE UPDATE OF outcome ON offline_promise FOR EACH ROW
WHEN (NOT (OLD.outcome = 2 AND NEW.outcome = 1)) EXECUTE FUNCTION refuse('what was brought in is answered once');
CREATE TRIGGER offline_promise_fixed
BEFORE UPDATE OF booking, hash, since, amount, terminal, merchant, brought_by, settlement, promise, at ON offline_promise
FOR EACH ROW EXECUTE FUNCTION refuse('what was brought in is not changed');
CREATE TRIGGER offline_promise_kept BEFORE DELETE ON offline_promise FOR EACH ROW
EXECUTE FUNCTION refuse('what was brought in is kept');
CREATE TRIGGER offline_promise_not_emptied BEFORE TRUNCATE ON offline_promise
EXECUTE FUNCTION refuse('what was brought in is kept');

CREATE TABLE deny_change (
  number bigint PRIMARY KEY CHECK (number > 0),
  card bigint NOT NULL REFERENCES card (id),
  denied bigint NOT NULL CHECK (denied IN (0, 1))
);
CREATE INDEX deny_change_card ON deny_change (card, number);
INSERT INTO deny_change SELECT row_number() OVER (ORDER BY id), id, 1 FROM card WHERE state = 3 OR suspended_at > 0;

CREATE FUNCTION deny_change_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deny_change SELECT coalesce(max(number), 0) + 1, NEW.id,
    CASE WHEN NEW.state = 3 OR NEW.suspended_at > 0 THEN 1 ELSE 0 END FROM deny_change;
  RETURN NULL;
END $$;
CREATE TRIGGER deny_change_noted AFTER UPDATE OF state, suspended_at ON card FOR EACH ROW
WHEN ((NEW.state = 3 OR NEW.suspended_at > 0) <> (OLD.state = 3 OR OLD.suspended_at > 0))
EXECUTE FUNCTION deny_change_noted();
CREATE TRIGGER deny_change_fixed BEFORE UPDATE ON deny_change FOR EACH ROW
EXECUTE FUNCTION refuse('what terminals were told is not changed');
CREATE TRIGGER deny_change_kept BEFORE DELETE ON deny_change FOR EACH ROW
EXECUTE FUNCTION refuse('what terminals were told is kept');
CREATE TRIGGER deny_change_not_emptied BEFORE TRUNCATE ON deny_change
EXECUTE FUNCTION refuse('what terminals were told is kept');

ALTER TABLE limit_rule DROP CONSTRAINT IF EXISTS limit_rule_kind_check;
ALTER TABLE limit_rule ADD CONSTRAINT limit_rule_kind_check CHECK (kind BETWEEN 1 AND 15);
ALTER TABLE limit_use DROP CONSTRAINT IF EXISTS limit_use_kind_check;
ALTER TABLE limit_use ADD CONSTRAINT limit_use_kind_check CHECK (kind BETWEEN 1 AND 15);

INSERT INTO limit_rule SELECT 5, 0, 100000 FROM setting;
INSERT INTO limit_rule SELECT 6, 0, 200 FROM setting;

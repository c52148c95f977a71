-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL: the rules of ../0005.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE never_seen (
  booking bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  terminal bigint NOT NULL REFERENCES terminal (id),
  promise bytea NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (booking, hash)
);

CREATE FUNCTION never_seen_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'this promise was seen' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER never_seen_true BEFORE INSERT ON never_seen FOR EACH ROW EXECUTE FUNCTION never_seen_true();
CREATE FUNCTION never_seen_kept_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM never_seen WHERE booking = NEW.id AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'what was given up is not authorised' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER never_seen_kept_word BEFORE INSERT ON booking FOR EACH ROW WHEN (NEW.state <> 4)
EXECUTE FUNCTION never_seen_kept_word();
CREATE TRIGGER never_seen_fixed BEFORE UPDATE ON never_seen FOR EACH ROW
EXECUTE FUNCTION refuse('what was never seen is not changed');
CREATE TRIGGER never_seen_kept BEFORE DELETE ON never_seen FOR EACH ROW
EXECUTE FUNCTION refuse('what was never seen is kept');
CREATE TRIGGER never_seen_not_emptied BEFORE TRUNCATE ON never_seen
EXECUTE FUNCTION refuse('what was never seen is kept');

INSERT INTO account VALUES (-1, 0, -4611686018427387904, 4611686018427387904);
INSERT INTO account VALUES (-12, 0, -4611686018427387904, 4611686018427387904);

CREATE TABLE honour (
  card bigint PRIMARY KEY REFERENCES card (id),
  booking bigint NOT NULL UNIQUE REFERENCES booking (id),
  secret bytea NOT NULL CHECK (length(secret) = 32),
  debit bigint NOT NULL REFERENCES account (id) CHECK (debit IN (-1, -12)),
  credit bigint NOT NULL REFERENCES account (id),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 2147483647),
  at bigint NOT NULL,
  CHECK (booking >> 32 = card),
  CHECK ((debit = -12) = (credit = -10))
);

CREATE FUNCTION honour_of_denied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM booking WHERE id = NEW.booking AND state = 3 AND type <> 2) THEN
    RAISE EXCEPTION 'only a payment that was released is honoured' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER honour_of_denied BEFORE INSERT ON honour FOR EACH ROW EXECUTE FUNCTION honour_of_denied();
CREATE TRIGGER honour_moves AFTER INSERT ON honour FOR EACH ROW EXECUTE FUNCTION posting_moves();
CREATE TRIGGER honour_fixed BEFORE UPDATE ON honour FOR EACH ROW
EXECUTE FUNCTION refuse('what was honoured is not changed');
CREATE TRIGGER honour_kept BEFORE DELETE ON honour FOR EACH ROW EXECUTE FUNCTION refuse('what was honoured is kept');
CREATE TRIGGER honour_not_emptied BEFORE TRUNCATE ON honour EXECUTE FUNCTION refuse('what was honoured is kept');

-- SPDX-License-Identifier: Apache-2.0
-- The ledger in PostgreSQL, limits of exposure: schema/0006.sql said in its words.

UPDATE schema_version SET version = version + 1;

CREATE TABLE limit_rule (
  kind bigint NOT NULL CHECK (kind IN (1, 2)),
  subject bigint NOT NULL CHECK (subject >= 0),
  allowed bigint CHECK (allowed > 0),
  PRIMARY KEY (kind, subject)
);

CREATE TABLE limit_use (
  kind bigint NOT NULL CHECK (kind IN (1, 2)),
  subject bigint NOT NULL CHECK (subject > 0),
  day bigint NOT NULL,
  used bigint NOT NULL CHECK (used >= 0),
  allowed bigint,
  PRIMARY KEY (kind, subject, day),
  CHECK (allowed IS NULL OR used <= allowed)
);

CREATE TRIGGER limit_use_kept BEFORE DELETE ON limit_use FOR EACH ROW
EXECUTE FUNCTION refuse('what was used is not forgotten');
CREATE TRIGGER limit_use_not_emptied BEFORE TRUNCATE ON limit_use
EXECUTE FUNCTION refuse('what was used is not forgotten');

CREATE TABLE limit_reservation (
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  booking bigint NOT NULL REFERENCES booking (id),
  day bigint NOT NULL,
  returned bigint NOT NULL DEFAULT 0 CHECK (returned IN (0, 1))
);

CREATE TRIGGER limit_reservation_returned_once BEFORE UPDATE OF returned ON limit_reservation FOR EACH ROW
WHEN (OLD.returned = 1) EXECUTE FUNCTION refuse('what was reserved is given back once');
CREATE TRIGGER limit_reservation_fixed BEFORE UPDATE OF hash, booking, day ON limit_reservation FOR EACH ROW
EXECUTE FUNCTION refuse('reservations are not changed');
CREATE TRIGGER limit_reservation_kept BEFORE DELETE ON limit_reservation FOR EACH ROW
EXECUTE FUNCTION refuse('reservations are kept');
CREATE TRIGGER limit_reservation_not_emptied BEFORE TRUNCATE ON limit_reservation
EXECUTE FUNCTION refuse('reservations are kept');

INSERT INTO limit_reservation SELECT hash, id, created_at / 86400, CASE WHEN state IN (3, 6) THEN 1 ELSE 0 END
  FROM booking WHERE type = 2 AND tender <> 3 AND state <> 4;
INSERT INTO limit_use SELECT 1, b.terminal, r.day, sum(b.amount), NULL FROM limit_reservation r
  JOIN booking b ON b.id = r.booking WHERE r.returned = 0 GROUP BY b.terminal, r.day;
INSERT INTO limit_use SELECT 2, m.id, 0, -a.balance, NULL FROM merchant m JOIN account a ON a.id = -(m.id * 16 + 5)
  WHERE a.balance < 0;

-- Since when a card is suspended, 0: it is not. Its reason stands where that of a block would.
ALTER TABLE card ADD COLUMN suspended_at BIGINT NOT NULL DEFAULT 0 CHECK (suspended_at >= 0);

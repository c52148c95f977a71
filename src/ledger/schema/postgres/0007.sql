-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, desks: the rules of ../0007.sql, in its order, under its names.

UPDATE schema_version SET version = version + 1;

CREATE TABLE reservation (
  card bigint PRIMARY KEY REFERENCES card (id),
  desk bigint NOT NULL REFERENCES terminal (id)
);
CREATE INDEX reservation_desk ON reservation (desk);

CREATE TABLE desk_use (
  desk bigint PRIMARY KEY REFERENCES terminal (id),
  day bigint NOT NULL,
  reserved bigint NOT NULL CHECK (reserved > 0)
);

CREATE TRIGGER desk_use_forward BEFORE UPDATE ON desk_use FOR EACH ROW
WHEN (NEW.day < OLD.day OR (NEW.day = OLD.day AND NEW.reserved < OLD.reserved))
EXECUTE FUNCTION refuse('what a desk reserved is not forgotten');
CREATE TRIGGER desk_use_kept BEFORE DELETE ON desk_use FOR EACH ROW
EXECUTE FUNCTION refuse('what a desk reserved is not forgotten');
CREATE TRIGGER desk_use_not_emptied BEFORE TRUNCATE ON desk_use
EXECUTE FUNCTION refuse('what a desk reserved is not forgotten');

CREATE TABLE chip (
  serial bytea PRIMARY KEY CHECK (length(serial) = 8)
);

CREATE TRIGGER chip_kept BEFORE DELETE ON chip FOR EACH ROW
EXECUTE FUNCTION refuse('what was delivered is not forgotten');
CREATE TRIGGER chip_not_emptied BEFORE TRUNCATE ON chip EXECUTE FUNCTION refuse('what was delivered is not forgotten');

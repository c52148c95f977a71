-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, its clock: the rules of ../0010.sql, in its order, under its names.

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

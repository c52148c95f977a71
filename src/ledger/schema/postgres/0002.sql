-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, off-line payments that nobody brought in: the rules of ../0002.sql.

UPDATE schema_version SET version = version + 1;

CREATE INDEX offline_window_lacking ON offline_window (card, since) WHERE sum > paid_sum AND released = 0;

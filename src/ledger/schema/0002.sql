-- SPDX-License-Identifier: Apache-2.0
-- The ledger, off-line payments that nobody brought in: what was announced and is lacking is found without looking at the rest.

UPDATE schema_version SET version = version + 1;

CREATE INDEX offline_window_lacking ON offline_window (card, since) WHERE sum > paid_sum AND released = 0;

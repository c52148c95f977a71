-- SPDX-License-Identifier: Apache-2.0
-- The ledger on PostgreSQL, terminals that ask for their next certificates over their own line: the rules of ../0003.sql.

UPDATE schema_version SET version = version + 1;

CREATE TABLE terminal_renewal (
  terminal bigint PRIMARY KEY REFERENCES terminal (id),
  ecka_public bytea NOT NULL CHECK (length(ecka_public) = 65),
  sig_public bytea NOT NULL CHECK (length(sig_public) = 65),
  request text NOT NULL,
  asked_at bigint NOT NULL,
  expiry bytea NOT NULL DEFAULT '\x00000000' CHECK (length(expiry) = 4),
  answer text NOT NULL DEFAULT ''
);

-- SPDX-License-Identifier: Apache-2.0
-- The ledger, terminals that ask for their next certificates over their own line.

UPDATE schema_version SET version = version + 1;

-- What a terminal asked for last, with the keys that it made, and what the issuer answered ('': it waits). Gone when the
-- terminal works with those keys, or has got others.
CREATE TABLE terminal_renewal (
  terminal INTEGER PRIMARY KEY REFERENCES terminal (id),
  ecka_public BLOB NOT NULL CHECK (length(ecka_public) = 65),
  sig_public BLOB NOT NULL CHECK (length(sig_public) = 65),
  request TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  expiry BLOB NOT NULL DEFAULT x'00000000' CHECK (length(expiry) = 4),
  answer TEXT NOT NULL DEFAULT ''
) STRICT;

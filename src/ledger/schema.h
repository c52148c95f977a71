/* SPDX-License-Identifier: Apache-2.0
 * The numbered schema files as the build put them into the program: src/ledger/schema/NNNN.sql for SQLite and
 * src/ledger/schema/postgres/NNNN.sql for PostgreSQL, in order. */
#ifndef LEDGER_SCHEMA_H
#define LEDGER_SCHEMA_H

/* NUL-terminated SQL; [0] makes version 1 out of nothing, [n] makes version n + 1 out of version n. */
extern const unsigned char *const schema_sqlite[];
extern const unsigned char *const schema_postgres[];

/* How many there are of each: the version that this program reads and writes. */
extern const int schema_latest;

#endif

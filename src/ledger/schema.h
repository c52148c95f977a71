/* SPDX-License-Identifier: Apache-2.0
 * The numbered schema files as the build put them into the program: src/ledger/schema/NNNN.sql, in order. */
#ifndef LEDGER_SCHEMA_H
#define LEDGER_SCHEMA_H

/* NUL-terminated SQL; [0] makes version 1 out of nothing, [n] makes version n + 1 out of version n. */
extern const unsigned char *const schema_sql[];

/* How many there are: the version that this program reads and writes. */
extern const int schema_latest;

#endif

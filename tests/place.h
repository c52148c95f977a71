/* SPDX-License-Identifier: Apache-2.0
 * Where a test's ledger lies: in a file of its own, or, where LEDGER_TEST_STORE names a PostgreSQL database
 * (postgresql://...?host=...), in a database of its own beside that one. */
#ifndef EPURSE_TESTS_PLACE_H
#define EPURSE_TESTS_PLACE_H

#include <stdbool.h>

#define PLACE_MAX 256

/* Whether ledgers are files here. */
bool place_is_file(void);

/* Writes the URL of a place where there is no ledger yet: FOLDER/ledger.db or an empty database. */
void place_make(const char *folder, char url[PLACE_MAX]);
/* The same with a copy of the ledger at `from`, which nobody has open. */
void place_copy(const char *from, const char *folder, char url[PLACE_MAX]);
/* Removes it with what stands in it. */
void place_remove(const char *url);

/* What came of SQL, run beside the ledger by somebody who may do all. */
enum place_outcome { PLACE_DONE, PLACE_REFUSED /* by a rule of the schema */, PLACE_FAILED };
/* SQLite's words are put into PostgreSQL's: (n << 32), x'..', zeroblob; PRAGMA is left out; where a trigger is dropped
 * or CHECKs are ignored, all of them are passed by, and all CHECKs are dropped. */
enum place_outcome place_run(const char *url, const char *sql);

#endif

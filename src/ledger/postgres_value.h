/* SPDX-License-Identifier: Apache-2.0
 * The ledger's statements and values in PostgreSQL's forms: $1 for ?, and the binary format of each type. */
#ifndef LEDGER_POSTGRES_VALUE_H
#define LEDGER_POSTGRES_VALUE_H

#include <libpq-fe.h>

#include "driver.h"

#define POSTGRES_SQL_MAX 4096 /* the longest statement, with its NUL */

/* Writes ? as $1, $2, ... and ?7 as $7. False where it does not fit. */
bool postgres_translate(const char *sql, char out[POSTGRES_SQL_MAX]);
/* The same for a question of the audit: SQLite's format() has %d, PostgreSQL's %s only. */
bool postgres_translate_question(const char *sql, char out[POSTGRES_SQL_MAX]);

/* Parameters as libpq takes them; what they point to is borrowed from the values. */
struct postgres_parameters {
  int count;
  Oid types[STORE_PARAMETERS_MAX];
  const char *values[STORE_PARAMETERS_MAX];
  int lengths[STORE_PARAMETERS_MAX], formats[STORE_PARAMETERS_MAX];
  uint8_t numbers[STORE_PARAMETERS_MAX][8]; /* big-endian */
};
void postgres_bind(const struct store_value *values, size_t count, struct postgres_parameters *parameters);

/* A column of a result in binary format. Integers, booleans and whole numerics are STORE_I64; a type that the ledger
 * does not use is STORE_NULL. Borrowed from the result. */
void postgres_column(const PGresult *result, int row, int column, struct store_value *value);

#endif

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

/* The same of many rows: an array for each column, which is i, of numbers, b, of bytes, or t, of texts. */
struct postgres_array {
  char *bytes;
  size_t len, capacity;
};
struct postgres_arrays {
  const char *columns;
  struct postgres_array arrays[STORE_PARAMETERS_MAX];
  bool failed; /* no memory */
};
void postgres_arrays_begin(struct postgres_arrays *arrays, const char *columns, size_t rows);
void postgres_arrays_add(struct postgres_arrays *arrays, const struct store_value *row);
void postgres_arrays_end(struct postgres_arrays *arrays);
/* Borrowed from the arrays. */
void postgres_bind_arrays(const struct postgres_arrays *arrays, struct postgres_parameters *parameters);

/* A column of a result in binary format. Integers, booleans and whole numerics are STORE_I64; a type that the ledger
 * does not use is STORE_NULL. Borrowed from the result. */
void postgres_column(const PGresult *result, int row, int column, struct store_value *value);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The ledger's statements and values in PostgreSQL's forms. */
#include "postgres_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* pg_type.dat: types that are built in have these numbers for good. */
#define OID_BOOL    16
#define OID_BYTEA   17
#define OID_INT8    20
#define OID_INT2    21
#define OID_INT4    23
#define OID_TEXT    25
#define OID_NUMERIC 1700
/* Arrays of them. */
#define OID_BYTEA_ARRAY 1001
#define OID_TEXT_ARRAY  1009
#define OID_INT8_ARRAY  1016

/* ---- statements ---- */

bool postgres_translate(const char *sql, char out[POSTGRES_SQL_MAX]) {
  unsigned number = 0;
  bool quoted = false;
  size_t at = 0;
  for (; *sql != '\0'; sql++) {
    if (at + 4 >= POSTGRES_SQL_MAX)
      return false;
    if (*sql == '\'')
      quoted = !quoted;
    if (*sql != '?' || quoted)
      out[at++] = *sql;
    else if (sql[1] >= '1' && sql[1] <= '9')
      out[at++] = '$'; /* the digit follows by itself */
    else
      at += (size_t)snprintf(out + at, 4, "$%u", ++number);
  }
  out[at] = '\0';
  return true;
}

bool postgres_translate_question(const char *sql, char out[POSTGRES_SQL_MAX]) {
  if (strlen(sql) >= POSTGRES_SQL_MAX)
    return false;
  (void)snprintf(out, POSTGRES_SQL_MAX, "%s", sql);
  for (char *number = strstr(out, "%d"); number != NULL; number = strstr(number, "%d"))
    number[1] = 's';
  return true;
}

/* ---- values out ---- */

static void put_i64(uint8_t bytes[8], int64_t number) {
  uint64_t rest = (uint64_t)number;
  for (unsigned i = 8; i-- > 0; rest >>= 8)
    bytes[i] = (uint8_t)rest;
}

void postgres_bind(const struct store_value *values, size_t count, struct postgres_parameters *parameters) {
  static const char nothing[1] = "";
  parameters->count = (int)count;
  for (size_t i = 0; i < count; i++) {
    const struct store_value *value = &values[i];
    bool number = value->kind == STORE_I64;
    if (number)
      put_i64(parameters->numbers[i], value->number);
    parameters->types[i] = number ? OID_INT8 : value->kind == STORE_TEXT ? OID_TEXT : OID_BYTEA;
    parameters->values[i] = number ? (const char *)parameters->numbers[i] : value->bytes;
    parameters->lengths[i] = number ? 8 : (int)value->len;
    parameters->formats[i] = 1;
    if (value->kind == STORE_NULL)
      parameters->values[i] = NULL;
    else if (parameters->values[i] == NULL)
      parameters->values[i] = nothing;
  }
}

/* ---- arrays out: dimensions (one), any NULLs, type, how many, the first one's number; each with its length ---- */

static void array_put(struct postgres_arrays *arrays, size_t column, const void *bytes, size_t len) {
  struct postgres_array *array = &arrays->arrays[column];
  if (arrays->failed)
    return;
  if (array->len + len > array->capacity) {
    size_t capacity = 2 * array->capacity + len + 256;
    char *grown = realloc(array->bytes, capacity);
    if (grown == NULL) {
      arrays->failed = true;
      return;
    }
    array->bytes = grown;
    array->capacity = capacity;
  }
  if (len > 0)
    memcpy(array->bytes + array->len, bytes, len);
  array->len += len;
}

static void array_put_i32(struct postgres_arrays *arrays, size_t column, int64_t number) {
  uint8_t bytes[8];
  put_i64(bytes, number);
  array_put(arrays, column, bytes + 4, 4);
}

static Oid array_element(char column) {
  return column == 'i' ? OID_INT8 : column == 't' ? OID_TEXT : OID_BYTEA;
}

static void array_begin(struct postgres_arrays *arrays, size_t column, size_t rows) {
  array_put_i32(arrays, column, 1);
  array_put_i32(arrays, column, 1);
  array_put_i32(arrays, column, array_element(arrays->columns[column]));
  array_put_i32(arrays, column, (int64_t)rows);
  array_put_i32(arrays, column, 1);
}

void postgres_arrays_begin(struct postgres_arrays *arrays, const char *columns, size_t rows) {
  memset(arrays, 0, sizeof *arrays);
  arrays->columns = columns;
  for (size_t i = 0; columns[i] != '\0'; i++)
    array_begin(arrays, i, rows);
}

static void arrays_add_to(struct postgres_arrays *arrays, size_t column, const struct store_value *value) {
  uint8_t number[8];
  bool is_number = value->kind == STORE_I64;
  put_i64(number, value->number);
  array_put_i32(arrays, column, value->kind == STORE_NULL ? -1 : is_number ? 8 : (int64_t)value->len);
  if (value->kind != STORE_NULL)
    array_put(arrays, column, is_number ? number : value->bytes, is_number ? 8 : value->len);
}

void postgres_arrays_add(struct postgres_arrays *arrays, const struct store_value *row) {
  for (size_t i = 0; arrays->columns[i] != '\0'; i++)
    arrays_add_to(arrays, i, &row[i]);
}

void postgres_arrays_end(struct postgres_arrays *arrays) {
  for (size_t i = 0; arrays->columns[i] != '\0'; i++)
    free(arrays->arrays[i].bytes);
  memset(arrays, 0, sizeof *arrays);
}

void postgres_bind_arrays(const struct postgres_arrays *arrays, struct postgres_parameters *parameters) {
  parameters->count = 0;
  for (size_t i = 0; arrays->columns[i] != '\0'; i++, parameters->count++) {
    char column = arrays->columns[i];
    parameters->types[i] = column == 'i' ? OID_INT8_ARRAY : column == 't' ? OID_TEXT_ARRAY : OID_BYTEA_ARRAY;
    parameters->values[i] = arrays->arrays[i].bytes;
    parameters->lengths[i] = (int)arrays->arrays[i].len;
    parameters->formats[i] = 1;
  }
}

/* ---- values in ---- */

static int64_t get_integer(const uint8_t *bytes, size_t len) {
  uint64_t number = len > 0 && (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
  for (size_t i = 0; i < len; i++)
    number = number << 8 | bytes[i];
  return (int64_t)number;
}

/* What sum() makes of integers: digits to the base 10000, the first one's power, sign, scale, each of 16 bits. Sums of
 * the ledger's accounts stay within 64 bits. */
static int64_t get_numeric(const uint8_t *bytes, size_t len) {
  uint64_t number = 0;
  if (len < 8)
    return 0;
  int64_t digits = get_integer(bytes, 2), power = get_integer(bytes + 2, 2);
  bool negative = bytes[4] == 0x40;
  for (int64_t i = 0; i <= power && i < 5; i++) {
    bool there = i < digits && 8 + 2 * (size_t)(i + 1) <= len;
    number = number * 10000 + (there ? (uint64_t)get_integer(bytes + 8 + 2 * i, 2) : 0);
  }
  return negative ? (int64_t)(0 - number) : (int64_t)number;
}

void postgres_column(const PGresult *result, int row, int column, struct store_value *value) {
  memset(value, 0, sizeof *value);
  if (row >= PQntuples(result) || column >= PQnfields(result) || PQgetisnull(result, row, column))
    return;
  const void *bytes = PQgetvalue(result, row, column);
  size_t len = (size_t)PQgetlength(result, row, column);
  switch (PQftype(result, column)) {
  case OID_BOOL:
  case OID_INT2:
  case OID_INT4:
  case OID_INT8:
    value->kind = STORE_I64;
    value->number = get_integer(bytes, len);
    return;
  case OID_NUMERIC:
    value->kind = STORE_I64;
    value->number = get_numeric(bytes, len);
    return;
  case OID_TEXT:
    value->kind = STORE_TEXT;
    break;
  case OID_BYTEA:
    value->kind = STORE_BYTES;
    break;
  default:
    return;
  }
  value->bytes = bytes;
  value->len = len;
}

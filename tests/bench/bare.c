/* SPDX-License-Identifier: Apache-2.0
 * The bare store, whichever it is. */
#include "bare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

struct bare {
  const struct bare_driver *driver;
  void *connection;
};

bool bare_is_postgres(const char *place) {
  return strncmp(place, "postgresql:", strlen("postgresql:")) == 0;
}

struct bare *bare_open(const char *place) {
  struct bare *bare = must_calloc(1, sizeof *bare);
  bare->driver = bare_is_postgres(place) ? &bare_postgres : &bare_sqlite;
  bare->connection = bare->driver->open(place);
  return bare;
}

void bare_close(struct bare **bare) {
  (*bare)->driver->close((*bare)->connection);
  free(*bare);
  *bare = NULL;
}

void bare_run(struct bare *bare, const char *format, ...) {
  char sql[BARE_SQL_MAX];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(sql, sizeof sql, format, arguments);
  va_end(arguments);
  must(len > 0 && (size_t)len < sizeof sql, "a statement is too long: %s", format);
  bare->driver->run(bare->connection, sql);
}

void bare_columns(struct bare *bare, const char *table, char list[1024]) {
  list[0] = '\0';
  bare->driver->columns(bare->connection, table, list);
}

void bare_bulk_begin(struct bare *bare) {
  bare->driver->run(bare->connection, bare->driver->bulk_begin);
}

void bare_bulk_end(struct bare *bare) {
  bare->driver->run(bare->connection, bare->driver->bulk_end);
}

const char *bare_eight_bytes_of_n(const struct bare *bare) {
  return bare->driver->eight_bytes_of_n;
}

void bare_append(struct bare *bare, unsigned group) {
  bare->driver->append(bare->connection, group);
}

void bare_table_begin(struct bare *bare) {
  bare->driver->run(bare->connection, bare->driver->bare_begin);
}

void bare_table_end(struct bare *bare) {
  bare->driver->run(bare->connection, bare->driver->bare_end);
}

int64_t bare_log_bytes(struct bare *bare) {
  must(bare->driver->log_bytes != NULL, "this store does not tell of its log");
  return bare->driver->log_bytes(bare->connection);
}

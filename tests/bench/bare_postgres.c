/* SPDX-License-Identifier: Apache-2.0
 * The bare store: PostgreSQL, as it is configured. */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bare.h"
#include "must.h"

/* Takes the result over; its failure ends the program. */
static void expect(PGresult *result, ExecStatusType wanted) {
  must(PQresultStatus(result) == wanted, "PostgreSQL: %s", PQresultErrorMessage(result));
  PQclear(result);
}

static void *postgres_open(const char *place) {
  PGconn *connection = PQconnectdb(place);
  must(PQstatus(connection) == CONNECTION_OK, "%s", PQerrorMessage(connection));
  expect(PQexec(connection, "SET client_min_messages = error"), PGRES_COMMAND_OK);
  return connection;
}

static void postgres_close(void *connection) {
  PQfinish(connection);
}

static void postgres_run(void *connection, const char *sql) {
  expect(PQexec(connection, sql), PGRES_COMMAND_OK);
}

static void postgres_columns(void *connection, const char *table, char list[1024]) {
  static const char sql[] = "SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_name = $1 AND "
                            "table_schema = current_schema() ORDER BY ordinal_position";
  PGresult *result = PQexecParams(connection, sql, 1, NULL, &table, NULL, NULL, 0);
  size_t len = 0;
  must(PQresultStatus(result) == PGRES_TUPLES_OK, "PostgreSQL: %s", PQresultErrorMessage(result));
  for (int i = 0; i < PQntuples(result); i++) {
    len += (size_t)snprintf(list + len, 1024 - len, ", %s", PQgetvalue(result, i, 0));
    must(len < 1024, "too many columns in %s", table);
  }
  PQclear(result);
}

static void postgres_append(void *connection, unsigned group) {
  static const char row[BARE_ROW_SIZE];
  const char *value = row;
  const int len = sizeof row, binary = 1;
  expect(PQexec(connection, "BEGIN"), PGRES_COMMAND_OK);
  for (unsigned i = 0; i < group; i++)
    expect(PQexecParams(connection, "INSERT INTO bare (row) VALUES ($1)", 1, NULL, &value, &len, &binary, 1),
           PGRES_COMMAND_OK);
  expect(PQexec(connection, "COMMIT"), PGRES_COMMAND_OK);
}

static int64_t postgres_log_bytes(void *connection) {
  PGresult *result = PQexec(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')");
  must(PQresultStatus(result) == PGRES_TUPLES_OK, "PostgreSQL: %s", PQresultErrorMessage(result));
  int64_t bytes = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
  PQclear(result);
  return bytes;
}

const struct bare_driver bare_postgres = {
    .open = postgres_open,
    .close = postgres_close,
    .run = postgres_run,
    .columns = postgres_columns,
    .append = postgres_append,
    .log_bytes = postgres_log_bytes,
    .bulk_begin = "SET synchronous_commit = off; SET session_replication_role = replica; SET work_mem = '256MB'",
    .bulk_end = "ANALYZE; CHECKPOINT",
    .bare_begin = "SET synchronous_commit = on; CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                  "row bytea NOT NULL)",
    .bare_end = "DROP TABLE bare",
    .eight_bytes_of_n = "convert_to(lpad(n::text, 8, '0'), 'UTF8')"};

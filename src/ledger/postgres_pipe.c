/* SPDX-License-Identifier: Apache-2.0
 * A connection to PostgreSQL in pipeline mode. */
#include "postgres_pipe.h"

#include <stdio.h>
#include <string.h>

#include "postgres_value.h"

/* Texts that SQLite says in another way. */
static const char *const overrides[QUERY_COUNT] = {
#define QUERY(name, text) [QUERY_##name] = text,
#include "queries_postgres.def"
#undef QUERY
};

/* ---- what a failure means: SQLSTATE, PostgreSQL appendix A ---- */

static enum status state_status(const char *state) {
  static const struct {
    const char *prefix;
    enum status status;
  } meanings[] = {
      {"40", STATUS_LEDGER_BUSY},      /* serialization failure, deadlock */
      {"55P03", STATUS_LEDGER_BUSY},   /* waited too long for a lock */
      {"57P03", STATUS_LEDGER_BUSY},   /* starting up, shutting down */
      {"53300", STATUS_LEDGER_BUSY},   /* too many connections */
      {"23", STATUS_LEDGER_BROKEN},    /* a constraint or a trigger of the schema */
      {"22", STATUS_LEDGER_BROKEN},    /* a number beyond its type */
      {"XX001", STATUS_LEDGER_BROKEN}, /* a damaged page, a damaged index */
      {"XX002", STATUS_LEDGER_BROKEN},
      {"25006", STATUS_INTERNAL}, /* a write outside a transaction: the session reads by default */
      {"53200", STATUS_NO_MEMORY},
      {"28", STATUS_STORE_UNREACHABLE},    /* who it is, and the password */
      {"3D", STATUS_STORE_UNREACHABLE},    /* no such database */
      {"42501", STATUS_STORE_UNREACHABLE}, /* not allowed to */
  };
  for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if (strncmp(state, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
      return meanings[i].status;
  return STATUS_STORE_FAILED;
}

static bool state_conflict(const char *state) {
  return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0;
}

static void pipe_fail(struct pipe *pipe, enum status status, const char *state) {
  pipe->plans = PIPE_PLANS_UNSURE;
  if (pipe->failure != STATUS_OK)
    return;
  pipe->failure = status;
  pipe->conflict = state_conflict(state);
  pipe->duplicate = strcmp(state, "23505") == 0;
}

/* ---- the connection ---- */

bool pipe_alive(const struct pipe *pipe) {
  return pipe->connection != NULL && PQstatus(pipe->connection) == CONNECTION_OK;
}

bool pipe_holds_utf8(const struct pipe *pipe) {
  const char *encoding = PQparameterStatus(pipe->connection, "server_encoding");
  return encoding != NULL && strcmp(encoding, "UTF8") == 0;
}

bool pipe_inside(const struct pipe *pipe) {
  return pipe_alive(pipe) && PQtransactionStatus(pipe->connection) != PQTRANS_IDLE;
}

void pipe_close(struct pipe *pipe) {
  PQfinish(pipe->connection);
  *pipe = (struct pipe){.failure = STATUS_OK};
}

void pipe_forgive(struct pipe *pipe) {
  pipe->failure = STATUS_OK;
  pipe->conflict = pipe->duplicate = false;
}

/* What it says is nobody's to read: libpq's own complaints may quote parts of a URL. */
static void pipe_notice(void *context, const PGresult *notice) {
  struct pipe *pipe = context;
  const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != NULL && strcmp(severity, "WARNING") == 0)
    pipe->warned = true;
}

enum status pipe_open(struct pipe *pipe, const char *url) {
  /* Reads are not part of a transaction that has to be serialized; a step begins one. A server that has stopped in the
   * midst of a step must not hold the others up for long. What reads the whole ledger takes its time, whatever the
   * database or the role has for statements of people (transaction_timeout: PostgreSQL 17). */
  static const char session[] = "SELECT set_config(name, '0', false) FROM pg_settings "
                                "WHERE name IN ('statement_timeout', 'transaction_timeout');"
                                "SET default_transaction_read_only = on; SET synchronous_commit = on;"
                                "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s';"
                                "SET client_min_messages = warning;"
                                "SELECT set_config('application_name', 'epurse ' || current_schema(), false)";
  /* A machine that is gone says nothing: it is given up some seconds after it ought to have acknowledged what was sent,
   * or that it is still there. The URL may say otherwise. */
  const char *const keywords[] = {"application_name",
                                  "connect_timeout",
                                  "client_encoding",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "tcp_user_timeout",
                                  "dbname",
                                  NULL};
  const char *const values[] = {"epurse", "10", "UTF8", "5", "2", "3", "5000", url, NULL};
  pipe_close(pipe);
  pipe->connection = PQconnectdbParams(keywords, values, 1);
  if (pipe->connection == NULL)
    return STATUS_NO_MEMORY;
  (void)PQsetNoticeReceiver(pipe->connection, pipe_notice, pipe);
  enum status status = pipe_alive(pipe) ? pipe_script(pipe, session) : STATUS_STORE_UNREACHABLE;
  if (status == STATUS_OK && PQenterPipelineMode(pipe->connection) != 1)
    status = STATUS_STORE_FAILED;
  if (status != STATUS_OK)
    pipe_close(pipe);
  return status;
}

/* ---- out ---- */

static enum status pipe_sent(struct pipe *pipe, int sent, int preparing) {
  if (sent != 1) {
    pipe_fail(pipe, STATUS_STORE_FAILED, "");
    return pipe->failure;
  }
  pipe->preparing[pipe->pending++] = preparing;
  return STATUS_OK;
}

/* Room for two more. */
static enum status pipe_ready(struct pipe *pipe) {
  if (pipe->failure != STATUS_OK)
    return pipe->failure;
  if (pipe->connection == NULL)
    return STATUS_STORE_UNREACHABLE;
  return pipe->pending + 2 > PIPE_MAX ? pipe_wait(pipe, NULL) : STATUS_OK;
}

enum status pipe_say(struct pipe *pipe, const char *sql) {
  enum status status = pipe_ready(pipe);
  if (status != STATUS_OK)
    return status;
  return pipe_sent(pipe, PQsendQueryParams(pipe->connection, sql, 0, NULL, NULL, NULL, NULL, 1), -1);
}

/* Citus plans each time by the values. */
enum status pipe_plan(struct pipe *pipe, enum pipe_plans plans) {
  static const char *const settings[] = {
      [PIPE_PLANS_FREE] = "SELECT set_config(name, reset_val, false) FROM pg_settings WHERE name IN "
                          "('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'plan_cache_mode')",
      [PIPE_PLANS_BY_KEYS] =
          "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false), "
          "set_config('enable_mergejoin', 'off', false), set_config('plan_cache_mode', CASE WHEN EXISTS "
          "(SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN 'auto' ELSE 'force_generic_plan' END, false)"};
  if (pipe->plans == plans)
    return STATUS_OK;
  enum status status = pipe_say(pipe, settings[plans]);
  if (status == STATUS_OK)
    pipe->plans = plans;
  return status;
}

/* Prepares it at its first use; `place` is among what is prepared. */
static enum status pipe_prepare(struct pipe *pipe, size_t place, const char *text,
                                const struct postgres_parameters *parameters) {
  char sql[POSTGRES_SQL_MAX], name[16];
  if (pipe->prepared[place])
    return STATUS_OK;
  if (!postgres_translate(text, sql))
    return STATUS_INTERNAL;
  pipe->prepared[place] = true;
  (void)snprintf(name, sizeof name, "q%zu", place);
  return pipe_sent(pipe, PQsendPrepare(pipe->connection, name, sql, parameters->count, parameters->types), (int)place);
}

static enum status pipe_execute(struct pipe *pipe, size_t place, const struct postgres_parameters *parameters,
                                int keep) {
  char name[16];
  (void)snprintf(name, sizeof name, "q%zu", place);
  return pipe_sent(pipe,
                   PQsendQueryPrepared(pipe->connection, name, parameters->count, parameters->values,
                                       parameters->lengths, parameters->formats, 1),
                   keep);
}

enum status pipe_call(struct pipe *pipe, const struct store_call *call) {
  struct postgres_parameters parameters;
  enum status status = pipe_ready(pipe);
  if (status != STATUS_OK)
    return status;
  postgres_bind(call->parameters, call->count, &parameters);
  const char *text = overrides[call->name] != NULL ? overrides[call->name] : query_sql[call->name];
  status = pipe_prepare(pipe, call->name, text, &parameters);
  return status == STATUS_OK ? pipe_execute(pipe, call->name, &parameters, -1) : status;
}

enum status pipe_call_set(struct pipe *pipe, const struct pipe_set *set, const struct postgres_arrays *arrays) {
  struct postgres_parameters parameters;
  int keep = set->keeps ? -2 - (int)set->kept : -1;
  enum status status = pipe_plan(pipe, PIPE_PLANS_BY_KEYS);
  if (status == STATUS_OK)
    status = pipe_ready(pipe);
  if (status != STATUS_OK)
    return status;
  postgres_bind_arrays(arrays, &parameters);
  status = pipe_prepare(pipe, QUERY_COUNT + set->number, set->sql, &parameters);
  return status == STATUS_OK ? pipe_execute(pipe, QUERY_COUNT + set->number, &parameters, keep) : status;
}

/* ---- in ---- */

static bool result_good(const PGresult *result) {
  ExecStatusType kind = PQresultStatus(result);
  return kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK;
}

static void pipe_judge(struct pipe *pipe, const PGresult *result) {
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (result_good(result) || PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
    return; /* an aborted one follows the failure that counts */
  if (state == NULL)
    pipe_fail(pipe, STATUS_STORE_FAILED, "");
  else
    pipe_fail(pipe, state_status(state), state);
}

/* The answer to one statement, and the NULL after it. */
static PGresult *pipe_take(struct pipe *pipe) {
  PGresult *result = PQgetResult(pipe->connection);
  if (result != NULL && PQresultStatus(result) != PGRES_PIPELINE_SYNC && pipe_alive(pipe))
    PQclear(PQgetResult(pipe->connection));
  return result;
}

enum status pipe_wait(struct pipe *pipe, PGresult **last) {
  PGresult *result = NULL;
  if (last != NULL)
    *last = NULL;
  if (pipe->connection == NULL)
    return STATUS_STORE_UNREACHABLE;
  bool whole = PQpipelineSync(pipe->connection) == 1;
  pipe->trips++;
  for (unsigned i = 0; i < pipe->pending && pipe_alive(pipe); i++) {
    PQclear(result);
    result = pipe_take(pipe);
    pipe_judge(pipe, result);
    if (pipe->preparing[i] >= 0 && !result_good(result))
      pipe->prepared[pipe->preparing[i]] = false;
    if (pipe->preparing[i] <= -2 && result_good(result)) {
      pipe->kept[-2 - pipe->preparing[i]] = result;
      result = NULL;
    }
  }
  pipe->pending = 0;
  PGresult *sync = pipe_alive(pipe) ? pipe_take(pipe) : NULL;
  if (!whole || !pipe_alive(pipe) || PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
    pipe_fail(pipe, STATUS_STORE_FAILED, "");
  PQclear(sync);
  if (pipe->failure == STATUS_OK && last != NULL)
    *last = result;
  else
    PQclear(result);
  return pipe->failure;
}

enum status pipe_script(struct pipe *pipe, const char *statements) {
  bool piped = PQpipelineStatus(pipe->connection) != PQ_PIPELINE_OFF;
  enum status status = piped && pipe->pending > 0 ? pipe_wait(pipe, NULL) : pipe->failure;
  if (status != STATUS_OK)
    return status;
  if (piped && PQexitPipelineMode(pipe->connection) != 1)
    return STATUS_STORE_FAILED;
  PGresult *result = PQexec(pipe->connection, statements);
  pipe->trips++;
  pipe_judge(pipe, result);
  PQclear(result);
  if (piped && PQenterPipelineMode(pipe->connection) != 1)
    pipe_fail(pipe, STATUS_STORE_FAILED, "");
  return pipe->failure;
}

/* SPDX-License-Identifier: Apache-2.0
 * A connection to PostgreSQL in pipeline mode: statements go out as they come, and their answers are read together, in
 * one round trip, when one of them is needed. */
#ifndef LEDGER_POSTGRES_PIPE_H
#define LEDGER_POSTGRES_PIPE_H

#include <libpq-fe.h>

#include "driver.h"

#define PIPE_MAX         64 /* statements under way; then they are waited for */
#define PIPE_SETS        32 /* statements for many rows at once, of postgres_queue.c and postgres_gather.c: */
#define PIPE_GATHERS     16 /* from here on */
#define PIPE_GUARDS      28 /* and those of postgres_guard.c from here on */
#define PIPE_KEPT        16 /* results that wait until all are there: */
#define PIPE_KEPT_GUARDS 12 /* those of postgres_guard.c from here on */

/* How statements are planned. A plan by keys, made while a table was small or empty, must not go through that table: it
 * stays when there are millions of rows. And it is made once, without the keys, not for each group anew. */
enum pipe_plans { PIPE_PLANS_FREE, PIPE_PLANS_BY_KEYS, PIPE_PLANS_UNSURE /* what was set may have been taken back */ };

struct pipe {
  PGconn *connection; /* NULL: there is none */
  unsigned pending;   /* sent, and not answered yet */
  /* Of each: the query that it prepares, or -1, or -2 - n where its result is kept at n. */
  int preparing[PIPE_MAX];
  PGresult *kept[PIPE_KEPT];
  bool prepared[QUERY_COUNT + PIPE_SETS]; /* on this connection, sent or done */
  enum status failure;                    /* the first one since pipe_forgive */
  bool conflict;                          /* it came from others' transactions: the same may succeed when run again */
  /* A row was there already. Two steps that insert the same row at once meet that, and not a conflict; run again, the
   * second one finds the row before it inserts. */
  bool duplicate;
  enum pipe_plans plans;
  bool warned;    /* the server sent a WARNING; whoever wants to know of one sets it to false before */
  uint64_t trips; /* how often the server was waited for, since the connection */
};

/* Connects and sets up the session. STATUS_STORE_UNREACHABLE, STATUS_LEDGER_BUSY (it starts, or is full),
 * STATUS_NO_MEMORY. */
enum status pipe_open(struct pipe *pipe, const char *url) EPURSE_MUST_USE;
/* What is under way is lost. */
void pipe_close(struct pipe *pipe);
/* False too once it has broken. */
bool pipe_alive(const struct pipe *pipe);
/* Whether the database keeps texts as they come: in another encoding it refuses letters that it lacks, whenever one of
 * them comes. */
bool pipe_holds_utf8(const struct pipe *pipe);
/* Whether the server is inside a transaction; knows what was answered alone. */
bool pipe_inside(const struct pipe *pipe);

/* Sends a statement without parameters. */
enum status pipe_say(struct pipe *pipe, const char *sql) EPURSE_MUST_USE;
/* Sends a query of queries.def; prepares it at its first use. */
enum status pipe_call(struct pipe *pipe, const struct store_call *call) EPURSE_MUST_USE;
/* Has statements from here on be planned so, where they are not yet; costs nothing where they are. Not
 * PIPE_PLANS_UNSURE. */
enum status pipe_plan(struct pipe *pipe, enum pipe_plans plans) EPURSE_MUST_USE;
/* The same of a statement with arrays, planned by its keys; its number is below PIPE_SETS. */
struct pipe_set {
  size_t number;
  const char *sql;
  bool keeps; /* the result goes, with pipe_wait, to pipe->kept[kept], whose owner is then whoever takes it */
  size_t kept;
};
struct postgres_arrays;
enum status pipe_call_set(struct pipe *pipe, const struct pipe_set *set,
                          const struct postgres_arrays *arrays) EPURSE_MUST_USE;
/* Waits for all that was sent. The first failure since pipe_forgive, or STATUS_OK with the last statement's result,
 * which is then the caller's, in *last; `last` may be NULL. */
enum status pipe_wait(struct pipe *pipe, PGresult **last) EPURSE_MUST_USE;
/* Several statements at once, waited for. */
enum status pipe_script(struct pipe *pipe, const char *statements) EPURSE_MUST_USE;
/* Forgets a failure that was dealt with. */
void pipe_forgive(struct pipe *pipe);

#endif

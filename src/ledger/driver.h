/* SPDX-License-Identifier: Apache-2.0
 * What the ledger asks of a database. One connection, in one thread; below it are sqlite.c and its like.
 *
 * A statement is run with all its parameters at once and answers rows; its values are integers, texts and bytes only.
 * No type of a database's own library is seen above this contract. */
#ifndef LEDGER_DRIVER_H
#define LEDGER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

enum query_name {
#define QUERY(name, sql) QUERY_##name,
#include "queries.def"
#undef QUERY
  QUERY_COUNT
};
/* queries.def, by name. Parameters are ? in order, or ?1, ?2, ... */
extern const char *const query_sql[QUERY_COUNT];

#define STORE_PARAMETERS_MAX 32 /* of one statement; the longest has 22 */

enum store_kind { STORE_NULL, STORE_I64, STORE_TEXT, STORE_BYTES };
struct store_value {
  enum store_kind kind;
  int64_t number;    /* of STORE_I64 */
  const void *bytes; /* of a text (a NUL follows) or of bytes; may be NULL where len is 0 */
  size_t len;        /* bytes, without the NUL */
};

/* Who else may be writing while a transaction is under way, where the place is shared. */
enum store_company {
  STORE_BESIDE_OTHERS, /* others, as long as it does no more than what it was going to, as gather was told */
  STORE_ALONE,         /* nobody */
  STORE_ALONE_AT_LAST, /* nobody; and whatever is refused is refused to its own step: it is not run again */
};

/* A copy under way. */
struct store_copy;
struct store_progress {
  uint32_t pages; /* at most so many in this step; 4096 bytes each; below 2^31 */
  uint64_t copied, whole;
  bool done;
};

/* What a step of a transaction is going to read. */
struct store_hint {
  const uint8_t *tid;    /* the terminal that sent it; NULL: none */
  int64_t booking;       /* 0: none */
  int64_t since;         /* of a promise: the last transaction that its card knows of */
  bool promise;          /* it is new, and will be judged; else it is there, and will be confirmed */
  bool reading;          /* outside of a step: the terminal and the card themselves */
  const char *reference; /* of a promise; NULL: none */
  bool numbered;         /* its terminal's window, too */
  bool limits;           /* of its terminal and merchant */
};

struct store; /* a connection; each driver has its own */

/* A statement that was run, until it is finished. The driver's. */
struct store_cursor {
  void *handle;
  int row, end;
  bool borrowed;
};

struct store_call {
  enum query_name name;
  const struct store_value *parameters; /* borrowed until the cursor is finished */
  size_t count;
  bool blind; /* no row and no status of it is waited for: it may answer with the next call, or with the commit */
};

/* One row of an answer to the audit, borrowed; columns that the question does not have are STORE_NULL. */
#define STORE_ANSWER_COLUMNS 4
typedef void store_row(void *context, const struct store_value columns[STORE_ANSWER_COLUMNS]);
struct store_question {
  const char *sql; /* without parameters; its first column is text; cid(serial) makes a card number of it */
  uint32_t issuer; /* for cid() */
  store_row *row;
  void *context;
};

/* Statuses that every function may answer: STATUS_STORE_FAILED, STATUS_STORE_UNREACHABLE (another process's),
 * STATUS_NO_MEMORY, STATUS_LEDGER_BUSY (somebody else holds it), STATUS_LEDGER_BROKEN (the database refused what would
 * break a rule of the schema, or is damaged), STATUS_INTERNAL (a statement that writes, outside begin and commit). */
struct store_driver {
  const char *scheme; /* of its URLs, without the colon */
  bool shared;        /* others may write to the same place meanwhile */
  /* Its schema files: [0] makes version 1 out of nothing, [n] makes version n + 1 out of version n. schema_latest of
   * them. */
  const unsigned char *const *schema;

  /* ---- a connection; `place` is the URL without its scheme and colon ---- */

  /* Makes an empty place for a ledger, without tables, and opens it. STATUS_EXISTS. *store is NULL unless STATUS_OK. */
  enum status (*create)(const char *place, struct store **store);
  /* Removes what create made and could not be filled. The store is closed. */
  void (*discard)(const char *place);
  /* STATUS_NOT_FOUND; STATUS_BAD_FORMAT: something else than a ledger is there. */
  enum status (*open)(const char *place, struct store **store);
  /* STATUS_LEDGER_BUSY: others have it open; NULL where there cannot be any. In a step too: then none can open it
   * before the step has ended and read what it wrote, unless they are seen. */
  enum status (*sole)(struct store *store);
  /* Sets *store to NULL; NULL is fine. */
  void (*close)(struct store **store);

  /* ---- a transaction: the only place for what writes ---- */

  enum status (*begin)(struct store *store, enum store_company company);
  /* STATUS_OK: durable. Else nothing of it remains, or, after STATUS_STORE_FAILED, nobody knows; then nothing more is
   * written before the place has been opened, and so recovered, anew. */
  enum status (*commit)(struct store *store);
  /* Right after begin, or outside of a transaction: reads for all steps at once what they are going to read one by one;
   * NULL where that would gain nothing. It is known until the transaction ends, or until nothing is asked for. Has no
   * other effect. */
  enum status (*gather)(struct store *store, const struct store_hint *hints, size_t count);
  /* After a commit too, where it has no effect. */
  void (*rollback)(struct store *store);
  /* Whether nothing more is read or written before the place was opened anew: a commit's outcome is unknown; or what
   * answers is not what was opened. */
  bool (*unsure)(const struct store *store);
  /* After it: whether the transaction failed for what others did, or for a connection that broke before its commit, so
   * that the same step may well succeed when it is run again. Not where a commit's outcome is unknown. */
  bool (*again)(struct store *store);
  /* A part of a transaction that can be undone alone; one at a time. */
  enum status (*save)(struct store *store);
  /* Gives the savepoint up, and keeps what came after it; without `wait` a store may tell with the commit that it could
   * not. */
  enum status (*keep)(struct store *store, bool wait);
  enum status (*undo)(struct store *store); /* back to the savepoint, which is given up */
  /* One unchanging view of a shared place for all that is read until rollback; NULL where none is needed. */
  enum status (*look)(struct store *store);

  /* ---- statements ---- */

  /* Runs a statement; it is finished even after a failure. */
  enum status (*run)(struct store *store, const struct store_call *call, struct store_cursor *cursor);
  /* To the next row, at first to the first one; *row is false after the last. */
  enum status (*next)(struct store *store, struct store_cursor *cursor, bool *row);
  /* A column, from 0, of the row; bytes are the driver's until the next row. */
  void (*column)(struct store *store, const struct store_cursor *cursor, int column, struct store_value *value);
  void (*finish)(struct store *store, struct store_cursor *cursor);

  /* Several statements of a schema, without parameters. */
  enum status (*script)(struct store *store, const char *statements);
  /* A question of the audit. */
  enum status (*ask)(struct store *store, const struct store_question *question);
  /* How often the database was waited for since the connection was made; NULL where it is no other process. */
  uint64_t (*trips)(const struct store *store);
  /* Questions about the place itself rather than what stands in it; NULL after the last. */
  const char *const *health;
  /* A script, run once a connection outside a transaction, that makes a table `watch` of the connection's own, with one
   * row: only = 1, cursor, money, points; and has each change of an account's balance, of those up to cursor, added to
   * money or points, within its transaction. NULL: the watch sums all accounts at once instead, at the end of a pass.
   */
  const char *watch;

  /* ---- a copy as a file that open takes; NULL: this database has tools of its own for that ---- */

  /* Makes `path` (mode 0600) anew, removing what is there. Outside a transaction, as the other two. */
  enum status (*copy_begin)(struct store *store, const char *path, struct store_copy **copy);
  /* With .done the copy has all that was committed until then. */
  enum status (*copy_step)(struct store_copy *copy, struct store_progress *progress);
  /* Sets *copy to NULL; NULL is fine. The file stays, whole or not; a whole one tells in its header when it was made
   * (SQLite: user_version, unix seconds modulo 2^32), for an audit. */
  enum status (*copy_end)(struct store_copy **copy);
  /* Whether `place` is a whole one, which nothing has adopted. By its header alone, so that it may be asked before
   * open, which would read into it what lies beside it of another file's log; never while this process has it open. */
  bool (*copy_is)(const char *place);
  /* A copy becomes a ledger to work with: its header tells nothing any more. */
  enum status (*copy_adopt)(struct store *store);
};

extern const struct store_driver store_postgres, store_sqlite;

#endif

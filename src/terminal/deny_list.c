/* SPDX-License-Identifier: Apache-2.0
 * The kept deny list: a SQLite file of its own, a row of state and one row for each denied card. */
#include "deny_list.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"

#define DENY_FILE    "offline.db"
#define DENY_WAIT_MS 5000

/* The database itself refuses what must never happen. */
static const char deny_schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL,"
    "  time INTEGER NOT NULL, latest INTEGER NOT NULL, mark INTEGER NOT NULL, sum INTEGER NOT NULL,"
    "  count INTEGER NOT NULL, issuer INTEGER NOT NULL, card_ca BLOB) STRICT;"
    "CREATE TRIGGER IF NOT EXISTS state_forward BEFORE UPDATE ON state"
    "  WHEN NEW.number < OLD.number OR NEW.latest < OLD.latest OR NEW.time < OLD.time"
    "  BEGIN SELECT RAISE(ABORT, 'number and time never fall'); END;"
    "CREATE TRIGGER IF NOT EXISTS state_kept BEFORE DELETE ON state"
    "  BEGIN SELECT RAISE(ABORT, 'number and time are kept'); END;"
    "INSERT INTO state VALUES (1, 0, 0, 0, 0, 0, 0, 0, NULL) ON CONFLICT DO NOTHING;"
    "CREATE TABLE IF NOT EXISTS card (serial INTEGER PRIMARY KEY) STRICT;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

struct deny_list {
  sqlite3 *db;
};

static enum status deny_execute(struct deny_list *list, const char *sql) {
  return sqlite3_exec(list->db, sql, NULL, NULL, NULL) == SQLITE_OK ? STATUS_OK : STATUS_STORE_FAILED;
}

/* With the right mode before SQLite sees it. */
static enum status deny_file(const char *path, bool make) {
  if (access(path, F_OK) == 0)
    return STATUS_OK;
  if (!make)
    return STATUS_NOT_FOUND;
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return file >= 0 && close(file) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
}

enum status deny_list_open(const char *folder, bool make, struct deny_list **list) {
  char path[IDENTITY_PATH_MAX];
  *list = NULL;
  enum status status = identity_path(folder, DENY_FILE, path);
  if (status == STATUS_OK)
    status = deny_file(path, make);
  if (status != STATUS_OK)
    return status;
  struct deny_list *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  if (sqlite3_open_v2(path, &fresh->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
      sqlite3_busy_timeout(fresh->db, DENY_WAIT_MS) != SQLITE_OK)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = deny_execute(fresh, "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;");
  if (status == STATUS_OK)
    status = deny_execute(fresh, deny_schema);
  if (status != STATUS_OK)
    deny_list_close(&fresh);
  *list = fresh;
  return status;
}

void deny_list_close(struct deny_list **list) {
  struct deny_list *old = *list;
  *list = NULL;
  if (old == NULL)
    return;
  (void)sqlite3_close_v2(old->db);
  free(old);
}

enum status deny_list_state(struct deny_list *list, struct deny_state *state) {
  static const char sql[] = "SELECT number, time, latest, mark, sum, count, issuer, card_ca FROM state";
  sqlite3_stmt *statement = NULL;
  *state = (struct deny_state){0};
  int result = sqlite3_prepare_v2(list->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  if (result == SQLITE_ROW) {
    int64_t *const numbers[] = {&state->number, &state->time, &state->latest, &state->mark, &state->sum, &state->count};
    for (int i = 0; i < 6; i++)
      *numbers[i] = sqlite3_column_int64(statement, i);
    state->issuer = (uint32_t)sqlite3_column_int64(statement, 6);
    const void *card_ca = sqlite3_column_blob(statement, 7);
    size_t len = (size_t)sqlite3_column_bytes(statement, 7);
    if (card_ca != NULL && len <= sizeof state->card_ca)
      memcpy(state->card_ca, card_ca, state->card_ca_len = len);
  }
  (void)sqlite3_finalize(statement);
  return result == SQLITE_ROW ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status deny_card(struct deny_list *list, uint32_t card) {
  static const char add[] = "INSERT INTO card VALUES (?1) ON CONFLICT DO NOTHING";
  static const char lift[] = "DELETE FROM card WHERE serial = ?1";
  bool lifted = (card & DENY_CARD_LIFTED) != 0;
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(list->db, lifted ? lift : add, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, card & ~DENY_CARD_LIFTED);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  (void)sqlite3_finalize(statement);
  return result == SQLITE_DONE ? STATUS_OK : STATUS_STORE_FAILED;
}

/* Whole and allowed count from the last page on; the number, and the time that was seen, from each. */
static enum status deny_state_write(struct deny_list *list, const struct deny_page *page, int64_t time, int64_t mark) {
  static const char sql[] = "UPDATE state SET number = ?1, latest = ?2, time = iif(?3, ?2, time),"
                            " mark = iif(?3, ?4, mark), sum = iif(?3, ?5, sum), count = iif(?3, ?6, count),"
                            " issuer = ?7, card_ca = ?8";
  const int64_t numbers[] = {page->number, time,        page->number == page->latest, mark, page->sum,
                             page->count,  page->issuer};
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(list->db, sql, -1, &statement, NULL);
  for (int i = 0; result == SQLITE_OK && i < 7; i++)
    result = sqlite3_bind_int64(statement, i + 1, numbers[i]);
  if (result == SQLITE_OK)
    result = sqlite3_bind_blob(statement, 8, page->card_ca, (int)page->card_ca_len, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  (void)sqlite3_finalize(statement);
  return result == SQLITE_DONE ? STATUS_OK : STATUS_STORE_FAILED;
}

enum status deny_list_add(struct deny_list *list, const struct deny_page *page, int64_t time, int64_t mark) {
  struct deny_state state;
  enum status status = deny_execute(list, "BEGIN IMMEDIATE");
  if (status != STATUS_OK)
    return status;
  status = deny_list_state(list, &state);
  if (status == STATUS_OK && (page->number < state.number || time < state.latest))
    status = STATUS_OUT_OF_STEP;
  for (size_t i = 0; status == STATUS_OK && i < page->cards; i++)
    status = deny_card(list, page->card[i]);
  if (status == STATUS_OK)
    status = deny_state_write(list, page, time, mark);
  if (status == STATUS_OK)
    status = deny_execute(list, "COMMIT");
  if (status != STATUS_OK)
    (void)sqlite3_exec(list->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

enum status deny_list_has(struct deny_list *list, uint32_t serial, bool *denied) {
  sqlite3_stmt *statement = NULL;
  *denied = true;
  int result = sqlite3_prepare_v2(list->db, "SELECT 1 FROM card WHERE serial = ?1", -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 1, serial);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  (void)sqlite3_finalize(statement);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    return STATUS_STORE_FAILED;
  *denied = result == SQLITE_ROW;
  return STATUS_OK;
}

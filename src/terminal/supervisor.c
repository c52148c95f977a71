/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code of a till, and those of its cashiers. */
#include "epurse/terminal_supervisor.h"

#include <string.h>
#include <time.h>

#include "code_file.h"
#include "epurse/crypto.h"
#include "epurse/terminal.h"
#include "epurse/terminal_cashier.h"
#include "epurse/terminal_count.h"

static enum status row_set(const char *folder, const char *name, const char *code) {
  char hash[CODE_HASH_MAX];
  struct code_file file;
  enum status status = code_hash(code, hash);
  if (status != STATUS_OK)
    return status;
  status = code_file_open(folder, &file);
  struct code_row *row = status == STATUS_OK ? code_file_take(&file, name) : NULL;
  if (row != NULL) {
    memcpy(row->hash, hash, sizeof hash);
    memset(row->doors, 0, sizeof row->doors);
    status = code_file_write(folder, &file);
  } else if (status == STATUS_OK) {
    status = STATUS_STORE_FAILED;
  }
  code_file_close(&file);
  return status;
}

/* ---- guesses ---- */

/* After so many wrong ones at a door none is right there for a while. */
static bool rests(const struct code_row *row, enum code_door door, int64_t now) {
  int64_t since = row->doors[door].time;
  return row->doors[door].wrong >= CODE_WRONG_MAX && now >= since && now < since + CODE_REST_S;
}

static enum status row_try(const char *folder, struct code_file *file, struct code_row *row, enum code_door door,
                           const char *code) {
  int64_t now = (int64_t)time(NULL);
  unsigned *wrong = &row->doors[door].wrong;
  if (rests(row, door, now))
    return STATUS_NOT_FOUND;
  if (*wrong >= CODE_WRONG_MAX && now < row->doors[door].time) { /* the clock was set back: it rests by that one */
    row->doors[door].time = now;
    enum status kept = code_file_write(folder, file);
    return kept == STATUS_OK ? STATUS_NOT_FOUND : kept;
  }
  enum status status = code_compare(code, row->hash);
  if (status == STATUS_OK && *wrong == 0)
    return code_file_room(folder, file); /* or guesses that nobody counts would find the one that is let in */
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  *wrong = status == STATUS_OK ? 0 : *wrong >= CODE_WRONG_MAX ? 1 : *wrong + 1;
  row->doors[door].time = now;
  enum status written = code_file_write(folder, file); /* what cannot be counted is not let in */
  return written != STATUS_OK ? written : status;
}

/* STATUS_NOT_FOUND: nobody of that name, another code, or too many were wrong. */
static enum status code_try(const char *folder, const char *name, enum code_door door, const char *code) {
  struct code_file file;
  if (code[0] == 0) /* to have said nothing is no guess */
    return STATUS_NOT_FOUND;
  enum status status = code_file_open(folder, &file);
  if (status == STATUS_OK) {
    struct code_row *row = code_file_find(&file, name);
    status = row == NULL ? STATUS_NOT_FOUND : row_try(folder, &file, row, door, code);
  }
  code_file_close(&file);
  return status;
}

/* ---- the supervisor ---- */

bool supervisor_is_set(const struct terminal *terminal) {
  struct code_file file;
  return code_file_read(terminal->folder, &file) != STATUS_OK || code_file_find(&file, "") != NULL;
}

enum status supervisor_set(const struct terminal *terminal, const char *code) {
  return row_set(terminal->folder, "", code);
}

enum status supervisor_check(const struct terminal *terminal, enum code_door door, const char *code) {
  enum status status = code_try(terminal->folder, "", door, code);
  return status == STATUS_NOT_FOUND ? STATUS_WRONG_SUPERVISOR : status;
}

/* ---- cashiers ---- */

bool cashiers_are_set(const char *folder) {
  char names[CASHIERS_MAX][CASHIER_MAX + 1];
  size_t count = 0;
  return cashiers_list(folder, names, &count) != STATUS_OK || count > 0;
}

enum status cashiers_list(const char *folder, char names[CASHIERS_MAX][CASHIER_MAX + 1], size_t *count) {
  struct code_file file;
  enum status status = code_file_read(folder, &file);
  *count = 0;
  for (size_t i = 0; status == STATUS_OK && i < file.count && *count < CASHIERS_MAX; i++)
    if (file.rows[i].name[0] != 0)
      memcpy(names[(*count)++], file.rows[i].name, CASHIER_MAX + 1);
  return status;
}

enum status cashier_set(const char *folder, const char *name, const char *code) {
  return cashier_valid(name) ? row_set(folder, name, code) : STATUS_BAD_FORMAT;
}

enum status cashier_remove(const char *folder, const char *name) {
  struct code_file file;
  enum status status = code_file_open(folder, &file);
  struct code_row *row = status == STATUS_OK && name[0] != 0 ? code_file_find(&file, name) : NULL;
  if (row != NULL) {
    *row = file.rows[--file.count];
    status = code_file_write(folder, &file);
  } else if (status == STATUS_OK) {
    status = STATUS_NOT_FOUND;
  }
  code_file_close(&file);
  return status;
}

uint64_t cashier_mark(const char *folder, const char *name) {
  struct code_file file;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  uint64_t mark = 0;
  enum status status = code_file_read(folder, &file);
  const struct code_row *row = status == STATUS_OK && name[0] != 0 ? code_file_find(&file, name) : NULL;
  if (row == NULL || !crypto_sha256((const uint8_t *)row->hash, strlen(row->hash), hash))
    return 0;
  memcpy(&mark, hash, sizeof mark);
  return mark;
}

enum status cashier_check(const char *folder, enum code_door door, const char *name, const char *code) {
  enum status status = name[0] == 0 ? STATUS_NOT_FOUND : code_try(folder, name, door, code);
  return status == STATUS_NOT_FOUND ? STATUS_WRONG_CASHIER : status;
}

/* SPDX-License-Identifier: Apache-2.0
 * The codes of the people at a terminal: FOLDER/supervisor, a line for each, hashed as passwords are. */
#ifndef EPURSE_TERMINAL_CODE_FILE_H
#define EPURSE_TERMINAL_CODE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"
#include "epurse/reference.h"
#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

#define CODE_HASH_MAX 160 /* bytes; yescrypt takes 73 */
#define CODE_ROWS     65  /* the supervisor and 64 cashiers */

struct code_row {
  char name[CASHIER_MAX + 1]; /* "": the supervisor */
  char hash[CODE_HASH_MAX];   /* crypt(5) */
  struct {
    unsigned wrong; /* codes that were wrong, since the last right one */
    int64_t time;   /* unix seconds, of the last wrong one */
  } doors[CODE_DOORS];
};

struct code_file {
  struct code_row rows[CODE_ROWS];
  size_t count;
  int lock; /* of FOLDER/supervisor.lock while it is changed; -1: it is only read */
};

/* Reads it; no file: no rows. STATUS_KEY_EXPOSED; STATUS_BAD_CODES: a line is none. */
enum status code_file_read(const char *folder, struct code_file *file) EPURSE_MUST_USE;
/* Reads it to be changed: nobody else changes it until code_file_close. */
enum status code_file_open(const char *folder, struct code_file *file) EPURSE_MUST_USE;
/* Puts the changed file in its place, durably; without rows it goes. STATUS_STORE_FAILED: the old one stands. */
enum status code_file_write(const char *folder, const struct code_file *file) EPURSE_MUST_USE;
/* Whether it could be written now; it is not. STATUS_STORE_FAILED. */
enum status code_file_room(const char *folder, const struct code_file *file) EPURSE_MUST_USE;
void code_file_close(struct code_file *file);

/* NULL: there is none of that name. */
struct code_row *code_file_find(struct code_file *file, const char *name);
/* The row of that name, made where it is not there; NULL: there are too many. */
struct code_row *code_file_take(struct code_file *file, const char *name);

/* Hashes a code (yescrypt, a salt of its own). STATUS_BAD_LENGTH, STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY. */
enum status code_hash(const char *code, char hash[CODE_HASH_MAX]) EPURSE_MUST_USE;
/* Whether that is the code: STATUS_OK, STATUS_NOT_FOUND: it is not. */
enum status code_compare(const char *code, const char *hash) EPURSE_MUST_USE;

#endif

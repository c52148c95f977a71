/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code of a till, hashed as passwords are. */
#include "epurse/terminal_supervisor.h"

#include <crypt.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "epurse/terminal.h"

#define PATH_SIZE 1100

static void path_of(const struct terminal *terminal, const char *suffix, char path[PATH_SIZE]) {
  (void)snprintf(path, PATH_SIZE, "%s/supervisor%s", terminal->folder, suffix);
}

bool supervisor_is_set(const struct terminal *terminal) {
  char path[PATH_SIZE];
  path_of(terminal, "", path);
  return access(path, F_OK) == 0;
}

/* What crypt(3) makes of it with that setting. The state is large and has had the code in it. */
static enum status hash_make(const char *code, const char *setting, char hash[CRYPT_OUTPUT_SIZE]) {
  struct crypt_data *data = calloc(1, sizeof *data);
  if (data == NULL)
    return STATUS_NO_MEMORY;
  const char *made = crypt_rn(code, setting, data, (int)sizeof *data);
  if (made != NULL)
    (void)snprintf(hash, CRYPT_OUTPUT_SIZE, "%s", made);
  crypto_wipe(data, sizeof *data);
  free(data);
  return made != NULL ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

static enum status line_write(const char *path, const char *line) {
  enum status status = STATUS_STORE_FAILED;
  size_t len = strlen(line);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return status;
  if (write(fd, line, len) == (ssize_t)len && write(fd, "\n", 1) == 1 && fsync(fd) == 0)
    status = STATUS_OK;
  if (close(fd) != 0)
    status = STATUS_STORE_FAILED;
  return status;
}

enum status supervisor_set(const struct terminal *terminal, const char *code) {
  char path[PATH_SIZE], next[PATH_SIZE], setting[CRYPT_GENSALT_OUTPUT_SIZE], hash[CRYPT_OUTPUT_SIZE];
  uint8_t salt[16];
  size_t len = strlen(code);
  if (len < SUPERVISOR_CODE_MIN || len > SUPERVISOR_CODE_MAX)
    return STATUS_BAD_LENGTH;
  if (!crypto_random(salt, sizeof salt) ||
      crypt_gensalt_rn("$y$", 0, (const char *)salt, sizeof salt, setting, sizeof setting) == NULL)
    return STATUS_CRYPTO_FAILED;
  path_of(terminal, "", path);
  path_of(terminal, ".new", next);
  enum status status = hash_make(code, setting, hash);
  if (status == STATUS_OK)
    status = line_write(next, hash);
  if (status == STATUS_OK && rename(next, path) != 0)
    status = STATUS_STORE_FAILED;
  return status;
}

enum status supervisor_check(const struct terminal *terminal, const char *code) {
  char path[PATH_SIZE], kept[CRYPT_OUTPUT_SIZE], hash[CRYPT_OUTPUT_SIZE] = "";
  path_of(terminal, "", path);
  enum status status = secret_from_file(path, kept, sizeof kept);
  if (status != STATUS_OK)
    return status;
  status = hash_make(code, kept, hash);
  size_t len = strlen(kept);
  bool same = status == STATUS_OK && strlen(hash) == len && crypto_equal(hash, kept, len);
  return same ? STATUS_OK : STATUS_WRONG_SUPERVISOR;
}

/* SPDX-License-Identifier: Apache-2.0
 * The file of codes: "HASH" for the supervisor, "NAME HASH" for each cashier, and behind it "DOOR WRONG TIME" of each
 * door where codes were wrong. */
#include "code_file.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/terminal_count.h"
#include "epurse/terminal_supervisor.h"

#define PATH_SIZE 1100
#define LINE_SIZE 256

static void path_of(const char *folder, const char *suffix, char path[PATH_SIZE]) {
  (void)snprintf(path, PATH_SIZE, "%s/supervisor%s", folder, suffix);
}

/* ---- hashes ---- */

/* What crypt(3) makes of it with that setting. The state is large and has had the code in it. */
static enum status hash_make(const char *code, const char *setting, char hash[CODE_HASH_MAX]) {
  struct crypt_data *data = calloc(1, sizeof *data);
  if (data == NULL)
    return STATUS_NO_MEMORY;
  const char *made = crypt_rn(code, setting, data, (int)sizeof *data);
  bool fits = made != NULL && strlen(made) < CODE_HASH_MAX;
  if (fits)
    memcpy(hash, made, strlen(made) + 1);
  crypto_wipe(data, sizeof *data);
  free(data);
  return fits ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

enum status code_hash(const char *code, char hash[CODE_HASH_MAX]) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  uint8_t salt[16];
  size_t len = strlen(code);
  if (len < SUPERVISOR_CODE_MIN || len > SUPERVISOR_CODE_MAX)
    return STATUS_BAD_LENGTH;
  if (!crypto_random(salt, sizeof salt) ||
      crypt_gensalt_rn("$y$", 0, (const char *)salt, sizeof salt, setting, sizeof setting) == NULL)
    return STATUS_CRYPTO_FAILED;
  return hash_make(code, setting, hash);
}

enum status code_compare(const char *code, const char *hash) {
  char made[CODE_HASH_MAX] = "";
  enum status status = hash_make(code, hash, made);
  size_t len = strlen(hash);
  if (status == STATUS_NO_MEMORY)
    return status;
  bool same = status == STATUS_OK && strlen(made) == len && crypto_equal(made, hash, len);
  return same ? STATUS_OK : STATUS_NOT_FOUND;
}

/* ---- rows ---- */

struct code_row *code_file_find(struct code_file *file, const char *name) {
  for (size_t i = 0; i < file->count; i++)
    if (strcmp(file->rows[i].name, name) == 0)
      return &file->rows[i];
  return NULL;
}

struct code_row *code_file_take(struct code_file *file, const char *name) {
  struct code_row *row = code_file_find(file, name);
  if (row != NULL || file->count == CODE_ROWS)
    return row;
  row = &file->rows[file->count++];
  *row = (struct code_row){.name = ""};
  (void)snprintf(row->name, sizeof row->name, "%s", name);
  return row;
}

static const char *const door_names[CODE_DOORS] = {
    [CODE_PROGRAM] = "program", [CODE_NET] = "net", [CODE_PAGE] = "page", [CODE_ZVT] = "zvt"};

/* " DOOR WRONG TIME", again and again. */
static bool doors_parse(const char *text, struct code_row *row) {
  while (text[0] != 0) {
    char name[8] = "";
    unsigned wrong = 0;
    int64_t time = 0;
    int end = 0;
    size_t door = 0;
    if (sscanf(text, " %7s %9u %" SCNd64 "%n", name, &wrong, &time, &end) != 3)
      return false;
    while (door < CODE_DOORS && strcmp(door_names[door], name) != 0)
      door++;
    if (door == CODE_DOORS)
      return false;
    row->doors[door].wrong = wrong;
    row->doors[door].time = time;
    text += end;
  }
  return true;
}

static bool line_parse(const char *line, struct code_row *row) {
  int end = 0;
  *row = (struct code_row){.name = ""};
  if (line[0] == '$' ? sscanf(line, "%159s%n", row->hash, &end) != 1
                     : sscanf(line, "%16s %159s%n", row->name, row->hash, &end) != 2 || !cashier_valid(row->name))
    return false;
  return row->hash[0] == '$' && (line[end] == 0 || line[end] == ' ') && doors_parse(line + end, row);
}

static enum status rows_read(FILE *stream, struct code_file *file) {
  char line[LINE_SIZE];
  struct code_row row;
  while (fgets(line, sizeof line, stream) != NULL) {
    line[strcspn(line, "\r\n")] = 0;
    if (!line_parse(line, &row) || code_file_find(file, row.name) != NULL || file->count == CODE_ROWS)
      return STATUS_BAD_CODES;
    file->rows[file->count++] = row;
  }
  return ferror(stream) ? STATUS_STORE_FAILED : STATUS_OK;
}

/* ---- the file ---- */

enum status code_file_read(const char *folder, struct code_file *file) {
  char path[PATH_SIZE];
  struct stat about;
  file->count = 0;
  file->lock = -1;
  path_of(folder, "", path);
  FILE *stream = fopen(path, "re");
  if (stream == NULL)
    return errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  enum status status = fstat(fileno(stream), &about) != 0           ? STATUS_STORE_FAILED
                       : (about.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? STATUS_KEY_EXPOSED
                                                                    : rows_read(stream, file);
  fclose(stream);
  return status;
}

enum status code_file_open(const char *folder, struct code_file *file) {
  char path[PATH_SIZE];
  path_of(folder, ".lock", path);
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  file->lock = -1;
  if (lock < 0 || flock(lock, LOCK_EX) != 0) {
    if (lock >= 0)
      close(lock);
    return STATUS_STORE_FAILED;
  }
  enum status status = code_file_read(folder, file);
  file->lock = lock;
  return status;
}

void code_file_close(struct code_file *file) {
  if (file->lock >= 0)
    close(file->lock);
  file->lock = -1;
}

static bool row_write(FILE *stream, const struct code_row *row) {
  bool good = fprintf(stream, "%s%s%s", row->name, row->name[0] != 0 ? " " : "", row->hash) > 0;
  for (size_t door = 0; door < CODE_DOORS && good; door++)
    if (row->doors[door].wrong > 0)
      good = fprintf(stream, " %s %u %" PRId64, door_names[door], row->doors[door].wrong, row->doors[door].time) > 0;
  return good && fputc('\n', stream) != EOF;
}

static bool rows_write(FILE *stream, const struct code_file *file) {
  bool good = true;
  for (size_t i = 0; i < file->count && good; i++)
    good = row_write(stream, &file->rows[i]);
  return good && fflush(stream) == 0;
}

/* Who pulls the plug does not get the guesses back. */
static bool folder_sync(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool good = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  return good;
}

static bool beside_write(const char *next, const struct code_file *file, bool durably) {
  int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (stream == NULL) {
    if (fd >= 0)
      close(fd);
    return false;
  }
  bool good = rows_write(stream, file) && (!durably || fsync(fd) == 0);
  return fclose(stream) == 0 && good;
}

enum status code_file_write(const char *folder, const struct code_file *file) {
  char path[PATH_SIZE], next[PATH_SIZE];
  path_of(folder, "", path);
  path_of(folder, ".new", next);
  if (file->count == 0)
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK : STATUS_STORE_FAILED;
  bool good = beside_write(next, file, true) && rename(next, path) == 0 && folder_sync(folder);
  return good ? STATUS_OK : STATUS_STORE_FAILED;
}

enum status code_file_room(const char *folder, const struct code_file *file) {
  char next[PATH_SIZE];
  path_of(folder, ".new", next);
  bool good = beside_write(next, file, false);
  return unlink(next) == 0 && good ? STATUS_OK : STATUS_STORE_FAILED;
}

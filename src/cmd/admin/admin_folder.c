/* SPDX-License-Identifier: Apache-2.0
 * Directories that appear whole: mkdtemp beside the target, rename when all is in. */
#include "admin_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/folder.h"
#include "epurse/key.h"

#define OPEN_FILES 8

static enum status status_of_errno(void) {
  return errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR ? STATUS_EXISTS : STATUS_STORE_FAILED;
}

/* Nothing, or an empty directory, which the new one will replace. */
static enum status target_check(const char *target) {
  DIR *entries = opendir(target);
  size_t count = 0;

  if (entries == NULL)
    return errno == ENOENT ? STATUS_OK : status_of_errno();
  while (readdir(entries) != NULL)
    count++;
  (void)closedir(entries);
  return count <= 2 ? STATUS_OK : STATUS_EXISTS; /* itself and its parent */
}

static enum status target_take(const char *target, struct folder *folder) {
  size_t len = strlen(target);

  *folder = (struct folder){0};
  while (len > 1 && target[len - 1] == '/')
    len--;
  if (len == 0 || len + sizeof ".XXXXXX" > sizeof folder->path)
    return STATUS_BAD_LENGTH;
  memcpy(folder->target, target, len);
  return target_check(folder->target);
}

enum status folder_begin(const char *target, struct folder *folder) {
  int written = 0;
  enum status status = target_take(target, folder);

  if (status != STATUS_OK)
    return status;
  written = snprintf(folder->path, sizeof folder->path, "%s.XXXXXX", folder->target);
  if (written < 0 || (size_t)written >= sizeof folder->path) {
    folder->path[0] = '\0';
    return STATUS_BAD_LENGTH;
  }
  if (mkdtemp(folder->path) == NULL) {
    folder->path[0] = '\0';
    return STATUS_STORE_FAILED;
  }
  return STATUS_OK;
}

/* TARGET.begun */
static enum status begun_path(const struct folder *folder, char path[FOLDER_PATH_MAX]) {
  int len = snprintf(path, FOLDER_PATH_MAX, "%s.begun", folder->target);

  return len > 0 && len < FOLDER_PATH_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

enum status folder_hold(struct folder *folder) {
  char path[FOLDER_PATH_MAX];
  enum status status = begun_path(folder, path);

  if (status != STATUS_OK)
    return status;
  if (rename(folder->path, path) != 0)
    return status_of_errno();
  memcpy(folder->path, path, sizeof path);
  return folder_sync_of(path);
}

enum status folder_resume(const char *target, struct folder *folder) {
  char path[FOLDER_PATH_MAX];
  enum status status = target_take(target, folder);

  if (status == STATUS_OK)
    status = begun_path(folder, path);
  if (status == STATUS_OK && access(path, F_OK) != 0)
    status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    memcpy(folder->path, path, sizeof path);
  return status;
}

enum status folder_commit(struct folder *folder) {
  if (rename(folder->path, folder->target) != 0)
    return status_of_errno();
  (void)!folder_sync_of(folder->target);
  folder->path[0] = '\0';
  return STATUS_OK;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *place) {
  (void)facts;
  (void)kind;
  (void)place;
  return remove(path);
}

void folder_discard(struct folder *folder) {
  if (folder->path[0] != '\0') {
    (void)nftw(folder->path, entry_remove, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
    folder->path[0] = '\0';
  }
}

enum status folder_path(const char *folder, const char *name, char path[FOLDER_PATH_MAX]) {
  int len = snprintf(path, FOLDER_PATH_MAX, "%s/%s", folder, name);

  return len > 0 && len < FOLDER_PATH_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

enum status folder_make(const char *folder, const char *name) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(folder, name, path);

  if (status == STATUS_OK && mkdir(path, S_IRWXU) != 0)
    status = status_of_errno();
  return status;
}

enum status folder_write(const char *folder, const char *name, const char *text) {
  char path[FOLDER_PATH_MAX];
  enum status status = folder_path(folder, name, path);

  return status == STATUS_OK ? public_file_store(path, (const uint8_t *)text, strlen(text)) : status;
}

enum status folder_rewrite(const char *folder, const char *name, const char *text) {
  char part[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX];
  int len = snprintf(part, sizeof part, "%s/%s.part", folder, name);
  enum status status = len > 0 && (size_t)len < sizeof part ? folder_path(folder, name, path) : STATUS_BAD_LENGTH;

  if (status == STATUS_OK && unlink(part) != 0 && errno != ENOENT)
    status = STATUS_STORE_FAILED;
  if (status == STATUS_OK)
    status = public_file_store(part, (const uint8_t *)text, strlen(text));
  if (status == STATUS_OK && rename(part, path) != 0)
    status = STATUS_STORE_FAILED;
  return status == STATUS_OK ? folder_sync(folder) : status;
}

enum status folder_copy(const char *folder, const char *from, const char *name) {
  char path[FOLDER_PATH_MAX];
  uint8_t *data = NULL;
  size_t len = 0;
  enum status status = folder_path(from, name, path);

  if (status == STATUS_OK)
    status = public_file_load(path, &data, &len);
  if (status == STATUS_OK)
    status = folder_path(folder, name, path);
  if (status == STATUS_OK)
    status = public_file_store(path, data, len);
  free(data);
  return status;
}

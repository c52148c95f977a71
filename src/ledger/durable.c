/* SPDX-License-Identifier: Apache-2.0
 * Files of the ledger on the disk: their content, their names, their end. */
#include "durable.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status durable_sync(const char *path, int flags) {
  int file = open(path, flags | O_CLOEXEC);
  if (file < 0)
    return STATUS_STORE_FAILED;
  enum status status = fsync(file) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
  (void)close(file);
  return status;
}

enum status durable_file(const char *path) {
  return durable_sync(path, O_RDONLY);
}

enum status durable_folder(const char *path) {
  char *copy = strdup(path);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  enum status status = durable_sync(dirname(copy), O_RDONLY | O_DIRECTORY);
  free(copy);
  return status;
}

void durable_remove(const char *path) {
  static const char *const suffixes[] = {"", "-wal", "-journal"};
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    size_t size = strlen(path) + strlen(suffixes[i]) + 1;
    char *name = malloc(size);
    if (name == NULL)
      return;
    (void)snprintf(name, size, "%s%s", path, suffixes[i]);
    (void)unlink(name);
    free(name);
  }
}

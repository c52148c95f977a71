/* SPDX-License-Identifier: Apache-2.0
 * Files of the ledger on the disk: their content and their end. */
#include "durable.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status durable_file(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return STATUS_STORE_FAILED;
  enum status status = fsync(file) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
  (void)close(file);
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

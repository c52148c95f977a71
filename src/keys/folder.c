/* SPDX-License-Identifier: Apache-2.0
 * Names of files that last. */
#include "epurse/folder.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status folder_sync(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return STATUS_STORE_FAILED;
  enum status status = fsync(fd) == 0 ? STATUS_OK : STATUS_STORE_FAILED;
  return close(fd) == 0 ? status : STATUS_STORE_FAILED;
}

enum status folder_sync_of(const char *path) {
  char *copy = strdup(path);
  if (copy == NULL)
    return STATUS_NO_MEMORY;
  enum status status = folder_sync(dirname(copy));
  free(copy);
  return status;
}

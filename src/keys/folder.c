/* SPDX-License-Identifier: Apache-2.0
 * Names of files that last. */
#include "epurse/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
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

/* By which link tells that the file system knows no second names. */
static bool knows_no_links(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK;
}

enum status folder_rename_new(const char *from, const char *to) {
  if (link(from, to) == 0) {
    (void)unlink(from);
    return STATUS_OK;
  }
  if (knows_no_links(errno) && renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return STATUS_OK;
  return errno == EEXIST ? STATUS_EXISTS : STATUS_STORE_FAILED;
}

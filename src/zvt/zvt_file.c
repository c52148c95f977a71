/* SPDX-License-Identifier: Apache-2.0
 * A small file, replaced whole. */
#include "zvt_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/folder.h"

#define PATH_ROOM 1280

static bool file_write(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return false;
  bool written = write(file, text, strlen(text)) == (ssize_t)strlen(text) && fsync(file) == 0;
  return close(file) == 0 && written;
}

bool zvt_file_save(const char *path, const char *text) {
  char part[PATH_ROOM + 8];
  if (strlen(path) >= PATH_ROOM)
    return false;
  (void)snprintf(part, sizeof part, "%s.part", path);
  return file_write(part, text) && rename(part, path) == 0 && folder_sync_of(path) == STATUS_OK;
}

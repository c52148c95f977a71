/* SPDX-License-Identifier: Apache-2.0
 * A file for inputs whose reader wants a path. */
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target.h"

#define IN_MEMORY "/dev/shm"

struct scratch *scratch_new(void) {
  struct scratch *scratch = calloc(1, sizeof *scratch);
  fuzz_require(scratch != NULL);
  strcpy(scratch->folder, access(IN_MEMORY, W_OK) == 0 ? IN_MEMORY "/epurse-fuzz-XXXXXX" : "/tmp/epurse-fuzz-XXXXXX");
  fuzz_require(mkdtemp(scratch->folder) != NULL);
  snprintf(scratch->path, sizeof scratch->path, "%s/input", scratch->folder);
  return scratch;
}

void scratch_free(void *context) {
  struct scratch *scratch = context;
  unlink(scratch->path);
  rmdir(scratch->folder);
  free(scratch);
}

void scratch_write(const struct scratch *scratch, const uint8_t *data, size_t len) {
  int file = open(scratch->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  fuzz_require(file >= 0);
  fuzz_require(write(file, data, len) == (ssize_t)len);
  fuzz_require(close(file) == 0);
}

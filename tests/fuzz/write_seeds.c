/* SPDX-License-Identifier: Apache-2.0
 * Writes the seeds of every target: `write_seeds FOLDER` makes FOLDER/NAME/0, 1, 2 ...; prints the names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "target.h"

struct folder {
  char path[256];
  unsigned count;
};

static void fail(const char *path) {
  perror(path);
  exit(EXIT_FAILURE);
}

static void seed_write(void *context, const uint8_t *data, size_t len) {
  struct folder *folder = context;
  char path[300];
  snprintf(path, sizeof path, "%s/%u", folder->path, folder->count++);
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0)
    fail(path);
}

static void target_write(const struct fuzz_target *target, const char *root) {
  struct folder folder = {.count = 0};
  const struct fuzz_sink sink = {&folder, seed_write};
  snprintf(folder.path, sizeof folder.path, "%s/%s", root, target->name);
  if (mkdir(folder.path, 0777) != 0 && errno != EEXIST)
    fail(folder.path);
  void *context = target->open != NULL ? target->open() : NULL;
  target->seeds(context, &sink);
  if (target->close != NULL)
    target->close(context);
  puts(target->name);
}

int main(int argc, char **argv) {
  static const struct fuzz_target *const targets[] = {
#define TARGET(name) &fuzz_##name,
#include "targets.def"
#undef TARGET
  };
  if (argc != 2) {
    fprintf(stderr, "usage: write_seeds FOLDER\n");
    return 64;
  }
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
    target_write(targets[i], argv[1]);
  return EXIT_SUCCESS;
}

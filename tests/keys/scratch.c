/* SPDX-License-Identifier: Apache-2.0
 * Folders for tests that write files. */
#include "scratch.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

void scratch_enter(void) {
  strcpy(folder, "/tmp/epurse-keys.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
}

void scratch_leave(void) {
  DIR *files = opendir(".");

  ck_assert_ptr_nonnull(files);
  for (struct dirent *file = readdir(files); file != NULL; file = readdir(files))
    (void)remove(file->d_name);
  ck_assert_int_eq(closedir(files), 0);
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert_int_eq(rmdir(folder), 0);
}

void scratch_write(const char *name, mode_t mode, const void *data, size_t len) {
  FILE *file = fopen(name, "we");

  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(data, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_int_eq(chmod(name, mode), 0);
}

char *scratch_read(const char *name, size_t *len) {
  FILE *file = fopen(name, "re");
  char *text = calloc(1, 70000);

  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(text);
  *len = fread(text, 1, 69999, file);
  ck_assert_int_eq(fclose(file), 0);
  return text;
}

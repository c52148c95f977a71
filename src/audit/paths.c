/* SPDX-License-Identifier: Apache-2.0
 * Files as they are named on a command line: themselves, or a folder of them. */
#include "audit.h"
#include "epurse/sentence.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool has_suffix(const char *name, const char *suffix) {
  size_t len = strlen(name), end = strlen(suffix);
  return len > end && strcmp(name + len - end, suffix) == 0;
}

static enum status folder_walk(struct audit *audit, const char *folder, const char *suffix, path_each *each) {
  struct dirent **names = NULL;
  char path[AUDIT_PATH_MAX];
  enum status status = STATUS_OK;
  int count = scandir(folder, &names, NULL, alphasort);
  if (count < 0) {
    unread_add(audit, folder, SENTENCE("the folder cannot be read"));
    return STATUS_OK;
  }
  for (int i = 0; i < count; i++) {
    int len = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    if (status == STATUS_OK && has_suffix(names[i]->d_name, suffix) && len > 0 && (size_t)len < sizeof path)
      status = each(audit, path);
    free(names[i]);
  }
  free(names);
  return status;
}

enum status paths_walk(struct audit *audit, const struct audit_paths *paths, const char *suffix, path_each *each) {
  struct stat facts;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < paths->count; i++)
    if (stat(paths->paths[i], &facts) != 0)
      unread_add(audit, paths->paths[i], "there is no such file");
    else if (S_ISDIR(facts.st_mode))
      status = folder_walk(audit, paths->paths[i], suffix, each);
    else
      status = each(audit, paths->paths[i]);
  return status;
}

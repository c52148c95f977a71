/* SPDX-License-Identifier: Apache-2.0
 * Where card_in_state makes the core's file, the applet's is made too: FILE.applet. */
#include <stdio.h>
#include <string.h>

#include "vcard/card_file.h"

#include "line.h"

enum status __real_card_file_create(const char *path, struct card_file *file);
enum status __wrap_card_file_create(const char *path, struct card_file *file);

enum status __wrap_card_file_create(const char *path, struct card_file *file) {
  char name[512];
  size_t len;
  snprintf(name, sizeof name, "%s.applet", path);
  (void)line_order('F', name, strlen(name), &len);
  return __real_card_file_create(path, file);
}

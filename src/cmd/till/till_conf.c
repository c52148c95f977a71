/* SPDX-License-Identifier: Apache-2.0
 * DIR/till.conf: its rows. */
#include "till_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/settings.h"

#define PATH_ROOM 1280

static const struct settings_row rows[] = {
    {"till", "reader", "", SETTING_TEXT, 0, 0},
    {"till", "rest", "10", SETTING_NUMBER, 1, 3600}, /* seconds */
    {"json", "socket", "till.sock", SETTING_PATH, 0, 0},
    {"json", "listen", "", SETTING_TEXT, 0, 0},
    {"json", "certificate", "till.crt", SETTING_PATH, 0, 0},
    {"json", "key", "till.key", SETTING_PATH, 0, 0},
    {"json", "token", "till.token", SETTING_PATH, 0, 0},
    {"zvt", "listen", "", SETTING_TEXT, 0, 0},
    {"zvt", "peer", "", SETTING_TEXT, 0, 0},
    {"zvt", "charset", "cp437", SETTING_TEXT, 0, 0},
    {"zvt", "cashier", "", SETTING_TEXT, 0, 0},
    {"page", "listen", "", SETTING_TEXT, 0, 0},
    {"page", "host", "", SETTING_TEXT, 0, 0},
    {"page", "certificate", "", SETTING_PATH, 0, 0},
    {"page", "key", "", SETTING_PATH, 0, 0},
    {"page", "code", "page.code", SETTING_PATH, 0, 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

enum status till_conf_load(const char *folder, struct settings **settings, char problem[256]) {
  char path[PATH_ROOM];
  *settings = NULL;
  int len = snprintf(path, sizeof path, "%s/till.conf", folder);
  if (len < 0 || (size_t)len >= sizeof path)
    return STATUS_BAD_CONFIG;
  if (access(path, F_OK) != 0)
    return STATUS_OK;
  return settings_load(path, rows, ROWS, settings, problem);
}

static const struct settings_row *row_of(const char *section, const char *name) {
  for (size_t i = 0; i < ROWS; i++)
    if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

const char *till_conf_text(const struct settings *settings, const char *section, const char *name) {
  const struct settings_row *row = row_of(section, name);
  if (settings != NULL || row == NULL)
    return settings_text(settings, section, name);
  return row->fallback;
}

int64_t till_conf_number(const struct settings *settings, const char *section, const char *name) {
  const struct settings_row *row = row_of(section, name);
  if (settings != NULL || row == NULL)
    return settings_number(settings, section, name);
  return strtoll(row->fallback, NULL, 10);
}

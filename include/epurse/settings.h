/* SPDX-License-Identifier: Apache-2.0
 * Configuration files: INI (libinih), every key known beforehand, paths relative to the file's own folder. */
#ifndef EPURSE_SETTINGS_H
#define EPURSE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

/* A row that a program accepts. */
struct settings_row {
  const char *section, *name;
  const char *fallback; /* NULL: must be given */
  enum settings_kind { SETTING_TEXT, SETTING_PATH, SETTING_NUMBER } kind;
  int64_t min, max; /* of a number */
};

struct settings; /* opaque */

/* Reads a file against its rows, which are borrowed and outlive the settings (a static table). A line holds at most 197
 * characters; ';' and '#' begin a comment, " ;" also behind a value. STATUS_NO_CONFIG: not there or not readable;
 * STATUS_BAD_CONFIG: unknown or repeated key, missing or empty key, bad number, syntax; then `problem` (256 bytes) says
 * which line and why. */
enum status settings_load(const char *path, const struct settings_row *rows, size_t count, struct settings **settings,
                          char problem[256]) EPURSE_MUST_USE;
/* Frees every value that was borrowed; *settings becomes NULL. NULL is fine. */
void settings_free(struct settings **settings);

/* The value of a row that was given to settings_load; a path comes absolute, unless it is "". Borrowed. Never NULL; ""
 * and 0 for what is no row. */
const char *settings_text(const struct settings *settings, const char *section, const char *name);
/* That of a SETTING_NUMBER, within its bounds. */
int64_t settings_number(const struct settings *settings, const char *section, const char *name);

/* The folder of the file, absolute: for values that hold a path among other things. Borrowed. */
const char *settings_folder(const struct settings *settings);

#endif

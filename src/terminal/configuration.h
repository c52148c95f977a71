/* SPDX-License-Identifier: Apache-2.0
 * A terminal's configuration, read from its file. */
#ifndef EPURSE_TERMINAL_CONFIGURATION_H
#define EPURSE_TERMINAL_CONFIGURATION_H

#include "epurse/must_use.h"
#include "epurse/status.h"

struct settings;
struct terminal;

/* Reads DIR/terminal.conf, or the file `path`; settings_free. STATUS_NO_CONFIG, BAD_CONFIG, with `problem`. */
enum status terminal_settings_load(const char *path, struct settings **settings, char problem[256]) EPURSE_MUST_USE;
/* What the file says of the terminal itself goes into it. STATUS_BAD_CONFIG, with `problem`. */
enum status terminal_configure(struct terminal *terminal, const struct settings *settings,
                               char problem[256]) EPURSE_MUST_USE;

#endif

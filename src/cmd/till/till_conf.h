/* SPDX-License-Identifier: Apache-2.0
 * DIR/till.conf: what the till's service is told beside its terminal.conf. A file that is not there says nothing. */
#ifndef EPURSE_CMD_TILL_CONF_H
#define EPURSE_CMD_TILL_CONF_H

#include <stdint.h>

#include "epurse/status.h"

struct settings;

/* Every row has a fallback, so that the file need not be there: `settings` is NULL then. STATUS_BAD_CONFIG, with
 * `problem` (256 bytes). `folder`: of the terminal. */
enum status till_conf_load(const char *folder, struct settings **settings, char problem[256]) EPURSE_MUST_USE;

/* The value of a row, or its fallback. A path is absolute. */
const char *till_conf_text(const struct settings *settings, const char *section, const char *name);
int64_t till_conf_number(const struct settings *settings, const char *section, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The line to the till's service of a terminal: its JSON interface (docs/till-openapi.yaml) on the socket in the
 * terminal's folder. */
#ifndef EPURSE_CMD_TILL_LINE_H
#define EPURSE_CMD_TILL_LINE_H

#include <jansson.h>
#include <stdbool.h>

#include "epurse/must_use.h"

struct till_line; /* opaque */

/* NULL: no till answers there. */
struct till_line *till_line_open(const char *folder);
/* *line becomes NULL. NULL is fine. */
void till_line_close(struct till_line **line);

/* Which reader the till was told to use; "": the only one. Borrowed. */
const char *till_line_reader(const struct till_line *line);

/* One request and its answer: the HTTP status, 0 where none came; *answer is the caller's, or NULL. `body` NULL: GET.
 * The caller wipes its own; it stands in no log. */
int till_line_call(struct till_line *line, const char *path, const char *body, json_t **answer);
/* From here on events are kept. False: the till does not tell any. */
bool till_line_listen(struct till_line *line) EPURSE_MUST_USE;
/* The next event, or NULL: there was none in so many milliseconds. The caller's. */
json_t *till_line_event(struct till_line *line, int milliseconds);
/* No more events will come. */
bool till_line_lost(const struct till_line *line);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The rows of a page, as replies list them. */
#ifndef EPURSE_SERVER_LIST_BODY_H
#define EPURSE_SERVER_LIST_BODY_H

#include <jansson.h>

#include "epurse/status.h"

/* Which page: what lies beyond number `after` (0: from the first), at most `limit` rows. */
struct list_page {
  json_int_t after, limit;
};
/* Of {"after","limit"} and nothing else; a page has `most` rows at the most, however many are asked for.
 * STATUS_UNKNOWN_FIELD, STATUS_BAD_FORMAT. */
enum status list_page_parse(json_t *body, size_t most, struct list_page *page) EPURSE_MUST_USE;

/* A new object of one row; NULL where memory was short. */
typedef json_t *list_row(const void *context, size_t index);

/* A new array of rows 0 to `count` - 1; NULL where memory was short. */
json_t *list_rows(size_t count, list_row *row, const void *context);

/* A new object with those rows as its only member, `name`; NULL where memory was short. */
json_t *list_body(const char *name, size_t count, list_row *row, const void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The rows of a page, as replies list them. */
#ifndef EPURSE_SERVER_LIST_BODY_H
#define EPURSE_SERVER_LIST_BODY_H

#include <jansson.h>

/* A new object of one row; NULL where memory was short. */
typedef json_t *list_row(const void *context, size_t index);

/* A new array of rows 0 to `count` - 1; NULL where memory was short. */
json_t *list_rows(size_t count, list_row *row, const void *context);

/* A new object with those rows as its only member, `name`; NULL where memory was short. */
json_t *list_body(const char *name, size_t count, list_row *row, const void *context);

#endif

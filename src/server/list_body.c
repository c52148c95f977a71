/* SPDX-License-Identifier: Apache-2.0
 * The rows of a page: all of them, or no list. */
#include "list_body.h"

enum status list_page_parse(json_t *body, size_t most, struct list_page *page) {
  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:I, s:I !}", "after", &page->after, "limit", &page->limit) != 0)
    return STATUS_UNKNOWN_FIELD;
  if (page->limit < 1 || page->after < 0)
    return STATUS_BAD_FORMAT;
  page->limit = page->limit < (json_int_t)most ? page->limit : (json_int_t)most;
  return STATUS_OK;
}

json_t *list_rows(size_t count, list_row *row, const void *context) {
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++) {
    if (json_array_append_new(list, row(context, i)) != 0) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

json_t *list_body(const char *name, size_t count, list_row *row, const void *context) {
  return json_pack("{s:o}", name, list_rows(count, row, context));
}

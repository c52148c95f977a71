/* SPDX-License-Identifier: Apache-2.0
 * Writes JSON fields: each kind of value in its one form. */
#include "field.h"

#include <stdlib.h>

#include "base64url.h"
#include "epurse/record.h"

struct field_writer field_writer(void) {
  json_t *object = json_object();

  return (struct field_writer){.object = object, .failed = object == NULL};
}

json_t *field_done(struct field_writer *writer) {
  json_t *object = writer->object;

  writer->object = NULL;
  if (writer->failed) {
    json_decref(object);
    return NULL;
  }
  return object;
}

void field_put(struct field_writer *writer, const char *name, json_t *value) {
  if (json_object_set_new(writer->object, name, value) != 0)
    writer->failed = true;
}

void field_put_integer(struct field_writer *writer, const char *name, int64_t value) {
  field_put(writer, name, json_integer(value));
}

void field_put_boolean(struct field_writer *writer, const char *name, bool value) {
  field_put(writer, name, json_boolean(value));
}

void field_put_text(struct field_writer *writer, const char *name, const char *text) {
  field_put(writer, name, json_string(text));
}

void field_put_binary(struct field_writer *writer, const char *name, const uint8_t *data, size_t len) {
  char *text = NULL;

  field_put(writer, name, base64url_encode(data, len, &text) ? json_string(text) : NULL);
  free(text);
}

void field_put_cid(struct field_writer *writer, const char *name, const uint8_t cid[CID_SIZE]) {
  char text[2 * CID_SIZE + 1];

  cid_print(cid, text);
  field_put_text(writer, name, text);
}

void field_put_date(struct field_writer *writer, const char *name, const uint8_t date[DATE_SIZE]) {
  char text[11]; /* YYYY-MM-DD */

  date_print(date, text);
  field_put_text(writer, name, text);
}

/* SPDX-License-Identifier: Apache-2.0
 * Reads JSON fields strictly: right name, right kind, right size, nothing else. */
#include "field.h"

#include <stdlib.h>
#include <string.h>

#include "base64url.h"
#include "epurse/bytes.h"
#include "epurse/record.h"

#define DATE_TEXT_SIZE 10 /* YYYY-MM-DD */

json_t *field_load(const uint8_t *text, size_t len) {
  json_t *value = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);

  if (value != NULL && !json_is_object(value)) {
    json_decref(value);
    value = NULL;
  }
  return value;
}

struct field_reader field_reader(const json_t *object) {
  return (struct field_reader){.object = object, .status = json_is_object(object) ? STATUS_OK : STATUS_BAD_FORMAT};
}

void field_refuse(struct field_reader *reader, enum status status) {
  if (reader->status == STATUS_OK)
    reader->status = status;
}

enum status field_end(const struct field_reader *reader) {
  if (reader->status == STATUS_OK && json_object_size(reader->object) != reader->taken)
    return STATUS_UNKNOWN_FIELD;
  return reader->status;
}

bool field_there(const struct field_reader *reader, const char *name) {
  return json_object_get(reader->object, name) != NULL;
}

const json_t *field_take(struct field_reader *reader, const char *name) {
  const json_t *value = json_object_get(reader->object, name);

  if (value == NULL)
    field_refuse(reader, STATUS_UNKNOWN_FIELD);
  else
    reader->taken++;
  return value;
}

int64_t field_integer(struct field_reader *reader, const char *name, int64_t min, int64_t max) {
  const json_t *value = field_take(reader, name);
  int64_t number = json_integer_value(value); /* 0 for everything else, 1.0 too */

  if (!json_is_integer(value) || number < min || number > max) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    return 0;
  }
  return number;
}

bool field_boolean(struct field_reader *reader, const char *name) {
  const json_t *value = field_take(reader, name);

  if (!json_is_boolean(value))
    field_refuse(reader, STATUS_BAD_FORMAT);
  return json_is_true(value);
}

/* A string value, or NULL after the reader was told. */
static const char *text_take(struct field_reader *reader, const char *name, size_t *len) {
  const json_t *value = field_take(reader, name);
  const char *text = json_string_value(value);

  *len = json_string_length(value);
  if (text == NULL)
    field_refuse(reader, STATUS_BAD_FORMAT);
  return text;
}

/* Whether a person's terminal can print it: no C0 or C1 control character (ISO/IEC 6429), which could steer it. */
static bool text_printable(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && i + 1 < len && (unsigned char)text[i + 1] < 0xA0))
      return false;
  }
  return true;
}

void field_text(struct field_reader *reader, const char *name, size_t min, char *text, size_t capacity) {
  size_t len = 0;
  const char *value = text_take(reader, name, &len);

  text[0] = '\0';
  if (value == NULL || len < min || len >= capacity || !text_printable(value, len)) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    return;
  }
  memcpy(text, value, len + 1);
}

void field_binary_upto(struct field_reader *reader, const char *name, uint8_t *data, size_t capacity, size_t *len) {
  size_t text_len = 0;
  const char *text = text_take(reader, name, &text_len);
  uint8_t *bytes = NULL;

  memset(data, 0, capacity);
  *len = 0;
  if (text == NULL || !base64url_decode(text, text_len, &bytes, len) || *len == 0 || *len > capacity) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    *len = 0;
  } else {
    memcpy(data, bytes, *len);
  }
  free(bytes);
}

void field_binary(struct field_reader *reader, const char *name, uint8_t *data, size_t len) {
  size_t got = 0;

  field_binary_upto(reader, name, data, len, &got);
  if (got != len) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    memset(data, 0, len);
  }
}

void field_cid(struct field_reader *reader, const char *name, uint8_t cid[CID_SIZE]) {
  size_t len = 0;
  const char *text = text_take(reader, name, &len);

  memset(cid, 0, CID_SIZE);
  if (text == NULL || cid_parse(text, cid) != STATUS_OK)
    field_refuse(reader, STATUS_BAD_FORMAT);
}

void field_tid(struct field_reader *reader, const char *name, char tid[TID_SIZE + 1]) {
  uint8_t bytes[TID_SIZE];

  field_text(reader, name, TID_SIZE, tid, TID_SIZE + 1);
  memcpy(bytes, tid, TID_SIZE);
  if (tid[0] != '\0' && !tid_valid(bytes))
    field_refuse(reader, STATUS_BAD_FORMAT);
}

void field_date(struct field_reader *reader, const char *name, uint8_t date[DATE_SIZE]) {
  char text[DATE_TEXT_SIZE + 1];
  size_t len = 0;
  bool fits = false;

  field_text(reader, name, DATE_TEXT_SIZE, text, sizeof text);
  fits = text[0] != '\0' && strspn(text, "0123456789-") == DATE_TEXT_SIZE && text[4] == '-' && text[7] == '-';
  if (fits) { /* 2026-11-23 without its marks: packed BCD in hexadecimal */
    memmove(text + 4, text + 5, 2);
    memmove(text + 6, text + 8, 3);
  }
  if (!fits || bytes_from_hex(text, date, DATE_SIZE, &len) != STATUS_OK || len != DATE_SIZE || !date_valid(date)) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    memset(date, 0, DATE_SIZE);
  }
}

void field_status(struct field_reader *reader, const char *name, enum status *status) {
  char text[64];

  field_text(reader, name, 1, text, sizeof text);
  *status = status_by_name(text);
  if (strcmp(status_name(*status), text) != 0) /* an unknown name yields INTERNAL */
    field_refuse(reader, STATUS_BAD_FORMAT);
}

/* SPDX-License-Identifier: Apache-2.0
 * JSON objects field by field: a reader that forgives nothing, a writer that fails once: only for src/message/. */
#ifndef EPURSE_MESSAGE_FIELD_H
#define EPURSE_MESSAGE_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/status.h"

/* A strict text to JSON: one object, no duplicate names, nothing after it. NULL otherwise; the caller releases it. */
json_t *field_load(const uint8_t *text, size_t len);

/* A reader over a borrowed object. The first thing that is wrong stays in `status`; after it every read yields zeros
 * or "", so that a parser asks once, at its end: field_end. */
struct field_reader {
  const json_t *object;
  size_t taken;
  enum status status; /* STATUS_UNKNOWN_FIELD, STATUS_BAD_FORMAT */
};
struct field_reader field_reader(const json_t *object);
/* STATUS_UNKNOWN_FIELD too where the object has fields that nobody took. */
enum status field_end(const struct field_reader *reader) EPURSE_MUST_USE;

/* Whether it is there: for optional fields, before they are taken. */
bool field_there(const struct field_reader *reader, const char *name);
/* The value itself, borrowed; NULL where it is missing. */
const json_t *field_take(struct field_reader *reader, const char *name);
int64_t field_integer(struct field_reader *reader, const char *name, int64_t min, int64_t max);
bool field_boolean(struct field_reader *reader, const char *name);
/* One line of UTF-8 without control characters, `min` to capacity - 1 bytes. */
void field_text(struct field_reader *reader, const char *name, size_t min, char *text, size_t capacity);
/* Exactly len bytes. */
void field_binary(struct field_reader *reader, const char *name, uint8_t *data, size_t len);
/* 1 to capacity bytes. */
void field_binary_upto(struct field_reader *reader, const char *name, uint8_t *data, size_t capacity, size_t *len);
void field_cid(struct field_reader *reader, const char *name, uint8_t cid[CID_SIZE]);
void field_tid(struct field_reader *reader, const char *name, char tid[TID_SIZE + 1]);
void field_date(struct field_reader *reader, const char *name, uint8_t date[DATE_SIZE]);
void field_status(struct field_reader *reader, const char *name, enum status *status);
/* Says that what was read is of the wrong form. */
void field_refuse(struct field_reader *reader, enum status status);

/* A writer of a new object. */
struct field_writer {
  json_t *object;
  bool failed;
};
struct field_writer field_writer(void);
/* The object, the caller's now; NULL where anything failed. */
json_t *field_done(struct field_writer *writer);
/* Steals `value`; NULL makes the writer fail. */
void field_put(struct field_writer *writer, const char *name, json_t *value);
void field_put_integer(struct field_writer *writer, const char *name, int64_t value);
void field_put_boolean(struct field_writer *writer, const char *name, bool value);
void field_put_text(struct field_writer *writer, const char *name, const char *text);
void field_put_binary(struct field_writer *writer, const char *name, const uint8_t *data, size_t len);
void field_put_cid(struct field_writer *writer, const char *name, const uint8_t cid[CID_SIZE]);
void field_put_date(struct field_writer *writer, const char *name, const uint8_t date[DATE_SIZE]);

#endif

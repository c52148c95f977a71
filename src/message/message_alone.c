/* SPDX-License-Identifier: Apache-2.0
 * Replies that carry their own proof. */
#include "epurse/message_alone.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"

#define ALONE_VERSION 1

bool message_alone_answers(enum message_type type) {
  return type == MESSAGE_PURCHASE || type == MESSAGE_REFUND || type == MESSAGE_PAYOUT || type == MESSAGE_LOAD;
}

enum status message_alone_write(json_t *body, char **text) {
  struct field_writer writer = field_writer();
  json_t *object = NULL;

  field_put_integer(&writer, "v", ALONE_VERSION);
  field_put(&writer, "body", json_incref(body));
  object = field_done(&writer);
  *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
  json_decref(object);
  return *text != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Authorisation and certificate, and not a field more: it would be believed for their sake. */
static enum status body_check(const json_t *body) {
  struct field_reader reader = field_reader(body);
  uint8_t authorisation[AUTHORISATION_SIZE], certificate[CERTIFICATE_MAX];
  size_t len = 0;

  field_binary(&reader, "authorisation", authorisation, sizeof authorisation);
  field_binary_upto(&reader, "card_certificate", certificate, sizeof certificate, &len);
  return field_end(&reader);
}

enum status message_alone_read(const char *text, size_t len, const struct message *question, struct message *reply) {
  json_t *object = len <= MESSAGE_MAX ? field_load((const uint8_t *)text, len) : NULL;
  struct field_reader reader = field_reader(object);
  const json_t *body = NULL;
  enum status status = STATUS_BAD_FORMAT;

  *reply = (struct message){0};
  (void)field_integer(&reader, "v", ALONE_VERSION, ALONE_VERSION);
  body = field_take(&reader, "body");
  if (!json_is_object(body))
    field_refuse(&reader, STATUS_BAD_FORMAT);
  status = field_end(&reader);
  if (status == STATUS_OK)
    status = body_check(body);
  if (status == STATUS_OK) {
    *reply = (struct message){.type = question->type, .seq = question->seq, .status = STATUS_OK, .alone = true};
    memcpy(reply->tid, question->tid, sizeof reply->tid);
    reply->body = json_incref(json_object_get(object, "body"));
  }
  json_decref(object);
  return status;
}

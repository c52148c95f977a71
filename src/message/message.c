/* SPDX-License-Identifier: Apache-2.0
 * The envelope of every message: who says what, when, as which of many. */
#include "epurse/message.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "jws.h"

#define MESSAGE_VERSION 1
#define SERVER_KID      "server"
#define WORD_MAX        32
#define INCARNATION_MAX 0xFFFFFF
#define TIME_MAX        INT64_C(253402300799) /* 9999-12-31T23:59:59Z, the last moment that a card can hold */

const char *message_word(enum message_type type) {
  static const char *const words[] = {
#define MESSAGE(name, word, path) [MESSAGE_##name] = word,
#include "epurse/messages.def"
#undef MESSAGE
  };

  return words[type];
}

const char *message_path(enum message_type type) {
  static const char *const paths[] = {
#define MESSAGE(name, word, path) [MESSAGE_##name] = path,
#include "epurse/messages.def"
#undef MESSAGE
  };

  return paths[type];
}

void message_clear(struct message *message) {
  json_decref(message->body);
  message->body = NULL;
}

enum status message_seal(const struct message *message, bool is_reply, const struct key *key, char **jws) {
  struct field_writer writer = field_writer();
  json_t *envelope = NULL;
  char *payload = NULL;
  enum status status = STATUS_NO_MEMORY;

  *jws = NULL;
  field_put_integer(&writer, "v", MESSAGE_VERSION);
  field_put_text(&writer, "type", message_word(message->type));
  field_put_text(&writer, "tid", message->tid);
  field_put_integer(&writer, "seq", message->seq);
  field_put_integer(&writer, "time", message->time);
  if (is_reply)
    field_put_text(&writer, "status", status_name(message->status));
  if (is_reply && message->incarnation != 0) {
    field_put_integer(&writer, "incarnation", message->incarnation);
    field_put_integer(&writer, "since", message->since);
  }
  field_put(&writer, "body", json_incref(message->body));
  envelope = field_done(&writer);
  payload = envelope != NULL ? json_dumps(envelope, JSON_COMPACT) : NULL;
  if (payload != NULL)
    status = jws_sign(payload, is_reply ? SERVER_KID : message->tid, key, jws);
  free(payload);
  json_decref(envelope);
  if (status == STATUS_OK && strlen(*jws) > MESSAGE_MAX) {
    free(*jws);
    *jws = NULL;
    status = STATUS_BAD_LENGTH;
  }
  return status;
}

static void type_take(struct field_reader *reader, enum message_type *type) {
  char word[WORD_MAX];
  int i = 0;

  field_text(reader, "type", 1, word, sizeof word);
  while (i < MESSAGE_TYPE_COUNT && strcmp(message_word((enum message_type)i), word) != 0)
    i++;
  if (i == MESSAGE_TYPE_COUNT) {
    field_refuse(reader, STATUS_BAD_FORMAT);
    i = 0;
  }
  *type = (enum message_type)i;
}

/* Which ledger answers; a reply may leave it out. */
static void incarnation_take(struct field_reader *reader, struct message *message) {
  if (!field_there(reader, "incarnation"))
    return;
  message->incarnation = (uint32_t)field_integer(reader, "incarnation", 1, INCARNATION_MAX);
  message->since = field_integer(reader, "since", 0, TIME_MAX);
}

static enum status envelope_parse(const json_t *envelope, bool is_reply, struct message *message) {
  struct field_reader reader = field_reader(envelope);
  const json_t *body = NULL;

  (void)field_integer(&reader, "v", MESSAGE_VERSION, MESSAGE_VERSION);
  type_take(&reader, &message->type);
  field_tid(&reader, "tid", message->tid);
  message->seq = field_integer(&reader, "seq", 1, INT64_MAX);
  message->time = field_integer(&reader, "time", 0, TIME_MAX);
  if (is_reply) {
    field_status(&reader, "status", &message->status);
    incarnation_take(&reader, message);
  }
  body = field_take(&reader, "body"); /* json_is_object is a macro: it evaluates its argument twice */
  if (!json_is_object(body))
    field_refuse(&reader, STATUS_BAD_FORMAT);
  message->body = json_incref(json_object_get(envelope, "body"));
  return field_end(&reader);
}

enum status message_open(const char *jws, size_t len, bool is_reply, const struct message_verifier *verifier,
                         struct message *message) {
  struct jws_content content;
  json_t *envelope = NULL;
  enum status status = STATUS_INTERNAL;

  *message = (struct message){0};
  status = jws_verify(jws, len, verifier, &content);
  if (status != STATUS_OK)
    goto out;
  envelope = field_load(content.payload, content.payload_len);
  status = envelope != NULL ? envelope_parse(envelope, is_reply, message) : STATUS_BAD_FORMAT;
  if (status == STATUS_OK && strcmp(content.kid, is_reply ? SERVER_KID : message->tid) != 0)
    status = STATUS_BAD_FORMAT;

out:
  json_decref(envelope);
  free(content.payload);
  if (status != STATUS_OK) {
    message_clear(message);
    *message = (struct message){0};
  }
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * Bodies that ask and tell what became of a promise. */
#include <string.h>

#include "epurse/inquiry.h"
#include "field.h"

json_t *inquiry_request_body(enum message_type type, const struct inquiry_request *request) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "promise", request->promise, sizeof request->promise);
  if (type == MESSAGE_LOAD_REVERSAL)
    field_put_boolean(&writer, "given_back", request->given_back);
  return field_done(&writer);
}

enum status inquiry_request_parse(enum message_type type, const json_t *body, struct inquiry_request *request) {
  struct field_reader reader = field_reader(body);

  *request = (struct inquiry_request){0};
  field_binary(&reader, "promise", request->promise, sizeof request->promise);
  if (type == MESSAGE_LOAD_REVERSAL)
    request->given_back = field_boolean(&reader, "given_back");
  return field_end(&reader);
}

static const char *const fate_words[] = {
    [FATE_NEVER_SEEN] = "never-seen", [FATE_HELD] = "held",         [FATE_CAPTURED] = "captured",
    [FATE_RELEASED] = "released",     [FATE_DECLINED] = "declined", [FATE_OWED] = "owed"};

json_t *inquiry_reply_body(const struct inquiry_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "promise_hash", reply->promise_hash, sizeof reply->promise_hash);
  field_put_text(&writer, "fate", fate_words[reply->fate]);
  if (reply->has_secret)
    field_put_binary(&writer, "secret", reply->secret, sizeof reply->secret);
  return field_done(&writer);
}

static enum fate fate_take(struct field_reader *reader) {
  char word[16];
  enum fate fate = FATE_NEVER_SEEN;

  field_text(reader, "fate", 1, word, sizeof word);
  while (fate <= FATE_OWED && strcmp(fate_words[fate], word) != 0)
    fate++;
  if (fate > FATE_OWED)
    field_refuse(reader, STATUS_BAD_FORMAT);
  return fate;
}

enum status inquiry_reply_parse(const json_t *body, struct inquiry_reply *reply) {
  struct field_reader reader = field_reader(body);

  *reply = (struct inquiry_reply){.has_secret = field_there(&reader, "secret")};
  field_binary(&reader, "promise_hash", reply->promise_hash, sizeof reply->promise_hash);
  reply->fate = fate_take(&reader);
  if (reply->has_secret)
    field_binary(&reader, "secret", reply->secret, sizeof reply->secret);
  return field_end(&reader);
}

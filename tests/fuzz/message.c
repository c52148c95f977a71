/* SPDX-License-Identifier: Apache-2.0
 * What stands inside signed messages: the payload is the input's, the signature is good, so that envelope and bodies
 * are reached. The first byte of an input: request or reply. */
#include <stdlib.h>
#include <string.h>

#include "letter.h"

static void *open_desk(void) {
  return letter_desk_new();
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct letter_desk *desk = context;
  struct message message;
  if (len == 0)
    return false;
  bool is_reply = data[0] % 2;
  char *jws = letter_sign(desk, is_reply, data + 1, len - 1);
  enum status status = letter_open(desk, is_reply, jws, strlen(jws), &message);
  fuzz_require(status == STATUS_OK || status == STATUS_BAD_FORMAT || status == STATUS_UNKNOWN_FIELD);
  bool taken = status == STATUS_OK && letter_body_take(&message, is_reply);
  message_clear(&message);
  free(jws);
  return taken;
}

static void seed(void *context, const struct message *message, bool is_reply) {
  const struct fuzz_sink *const *sink = context;
  json_t *envelope =
      json_pack("{s:i, s:s, s:s, s:I, s:I, s:O}", "v", 1, "type", message_word(message->type), "tid", message->tid,
                "seq", (json_int_t)message->seq, "time", (json_int_t)message->time, "body", message->body);
  uint8_t input[FUZZ_INPUT_MAX] = {is_reply};
  fuzz_require(envelope != NULL);
  if (is_reply)
    fuzz_require(json_object_set_new(envelope, "status", json_string(status_name(message->status))) == 0);
  size_t len = json_dumpb(envelope, (char *)input + 1, sizeof input - 1, JSON_COMPACT);
  fuzz_require(len < sizeof input);
  fuzz_seed(*sink, input, 1 + len);
  json_decref(envelope);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  letter_each(context, seed, &sink);
}

const struct fuzz_target fuzz_message = {
    .name = "message", .open = open_desk, .close = letter_desk_free, .take = take, .seeds = seeds};

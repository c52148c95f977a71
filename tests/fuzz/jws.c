/* SPDX-License-Identifier: Apache-2.0
 * Signed messages as they come off the line, before anything is believed. The first byte of an input: request or
 * reply. */
#include <stdlib.h>
#include <string.h>

#include "letter.h"

static void *open_desk(void) {
  return letter_desk_new();
}

static void message_check(const struct letter_desk *desk, const struct message *message, bool is_reply) {
  struct message again;
  char *jws = NULL;
  fuzz_require(strlen(message->tid) == TID_SIZE && message->seq > 0 && json_is_object(message->body));
  fuzz_require(message_seal(message, is_reply, is_reply ? desk->server : desk->terminal, &jws) == STATUS_OK);
  fuzz_require(letter_open(desk, is_reply, jws, strlen(jws), &again) == STATUS_OK);
  fuzz_require(again.type == message->type && again.seq == message->seq && again.time == message->time &&
               again.status == message->status && json_equal(again.body, message->body));
  message_clear(&again);
  free(jws);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct letter_desk *desk = context;
  struct message message;
  char kid[TID_SIZE + 1];
  if (len == 0)
    return false;
  bool is_reply = data[0] % 2;
  const char *jws = (const char *)data + 1;
  bool named = message_kid(jws, len - 1, kid) == STATUS_OK;
  fuzz_require(strlen(kid) <= TID_SIZE && named == (kid[0] != 0));
  if (letter_open(desk, is_reply, jws, len - 1, &message) != STATUS_OK) {
    fuzz_require(message.body == NULL);
    return false;
  }
  fuzz_require(named);
  message_check(desk, &message, is_reply);
  message_clear(&message);
  return true;
}

struct seeding {
  const struct letter_desk *desk;
  const struct fuzz_sink *sink;
  unsigned count;
};

/* A few kinds will do: the bodies are another target's. */
static void seed(void *context, const struct message *message, bool is_reply) {
  struct seeding *seeding = context;
  uint8_t input[FUZZ_INPUT_MAX];
  char *jws = NULL;
  if (seeding->count++ % 5 != 4)
    return;
  fuzz_require(message_seal(message, is_reply, is_reply ? seeding->desk->server : seeding->desk->terminal, &jws) ==
               STATUS_OK);
  size_t len = strlen(jws);
  fuzz_require(len < sizeof input);
  input[0] = is_reply;
  memcpy(input + 1, jws, len);
  fuzz_seed(seeding->sink, input, 1 + len);
  free(jws);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  struct seeding seeding = {context, sink, 0};
  letter_each(context, seed, &seeding);
}

const struct fuzz_target fuzz_jws = {
    .name = "jws", .open = open_desk, .close = letter_desk_free, .take = take, .seeds = seeds};

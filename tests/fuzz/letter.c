/* SPDX-License-Identifier: Apache-2.0
 * Signed messages for the fuzz targets. */
#include "letter.h"

#include <stdlib.h>
#include <string.h>

#include "keys/key_object.h"
#include "message/base64url.h"

#define HEADER_OF_TERMINAL "{\"alg\":\"ES256\",\"kid\":\"" LETTER_TID "\"}"
#define HEADER_OF_SERVER   "{\"alg\":\"ES256\",\"kid\":\"server\"}"

struct letter_desk *letter_desk_new(void) {
  struct letter_desk *desk = calloc(1, sizeof *desk);
  struct world_key terminal;
  fuzz_require(desk != NULL);
  world_make(&desk->world);
  world_key_make("terminal SIG", &terminal);
  fuzz_require(key_of_scalar(desk->world.server.secret, &desk->server) == STATUS_OK);
  fuzz_require(key_of_scalar(terminal.secret, &desk->terminal) == STATUS_OK);
  fuzz_require(message_verifier_new(key_public(desk->server), &desk->of_server) == STATUS_OK);
  fuzz_require(message_verifier_new(key_public(desk->terminal), &desk->of_terminal) == STATUS_OK);
  return desk;
}

void letter_desk_free(void *context) {
  struct letter_desk *desk = context;
  message_verifier_free(&desk->of_server);
  message_verifier_free(&desk->of_terminal);
  key_free(&desk->server);
  key_free(&desk->terminal);
  free(desk);
}

/* Appends a part in base64url, behind a dot where it is not the first. */
static char *part_append(char *text, const void *data, size_t len) {
  char *part = NULL;
  fuzz_require(base64url_encode(data, len, &part));
  size_t before = text != NULL ? strlen(text) + 1 : 0;
  char *longer = realloc(text, before + strlen(part) + 1);
  fuzz_require(longer != NULL);
  if (before > 0)
    longer[before - 1] = '.';
  memcpy(longer + before, part, strlen(part) + 1);
  free(part);
  return longer;
}

char *letter_sign(const struct letter_desk *desk, bool is_reply, const uint8_t *payload, size_t len) {
  const char *header = is_reply ? HEADER_OF_SERVER : HEADER_OF_TERMINAL;
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  char *text = part_append(part_append(NULL, header, strlen(header)), payload, len);
  fuzz_require(key_sign(is_reply ? desk->server : desk->terminal, (const uint8_t *)text, strlen(text), signature) ==
               STATUS_OK);
  return part_append(text, signature, sizeof signature);
}

enum status letter_open(const struct letter_desk *desk, bool is_reply, const char *jws, size_t len,
                        struct message *message) {
  return message_open(jws, len, is_reply, is_reply ? desk->of_server : desk->of_terminal, message);
}

/* SPDX-License-Identifier: Apache-2.0
 * Signed messages for the fuzz targets: keys of server and terminal, well-signed payloads, one body of each kind. */
#ifndef EPURSE_TESTS_FUZZ_LETTER_H
#define EPURSE_TESTS_FUZZ_LETTER_H

#include "epurse/message.h"
#include "target.h"
#include "world.h"

#define LETTER_TID "SHOP0001"

/* Who writes, and with which keys. */
struct letter_desk {
  struct world world;
  struct key *server, *terminal;
  struct message_verifier *of_server, *of_terminal;
};

struct letter_desk *letter_desk_new(void);
void letter_desk_free(void *desk);

/* A JWS of that side around any payload at all; malloc'd. */
char *letter_sign(const struct letter_desk *desk, bool is_reply, const uint8_t *payload, size_t len);

/* Opens what that side wrote. */
enum status letter_open(const struct letter_desk *desk, bool is_reply, const char *jws, size_t len,
                        struct message *message) EPURSE_MUST_USE;

/* Makes a good message of every kind there is a struct for, request or reply; `made` is called with each. The message
 * is released afterwards. */
typedef void letter_made(void *context, const struct message *message, bool is_reply);
void letter_each(const struct letter_desk *desk, letter_made *made, void *context);

/* Reads the body of a message as what it is, by the struct for it, and writes it again: the two must be equal. False:
 * refused, or there is no struct for it. */
bool letter_body_take(const struct message *message, bool is_reply);

#endif

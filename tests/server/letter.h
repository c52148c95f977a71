/* SPDX-License-Identifier: Apache-2.0
 * A station's message that is kept as it went over the line, so that it can come once more. */
#ifndef TESTS_SERVER_LETTER_H
#define TESTS_SERVER_LETTER_H

#include "world.h"

struct letter {
  const struct station *station; /* whose it is */
  enum message_type type;
  char *text;
  int64_t seq;
  struct answer answer; /* to it, when it came first */
};

/* Signs one, and keeps it back; by the station's clock, or the world's. `body` is taken over. */
void letter_write(struct letter *letter, struct station *station, enum message_type type, json_t *body, int64_t now);
/* Signs one and sends it. */
void letter_send(struct letter *letter, struct world *world, struct station *station, enum message_type type,
                 json_t *body);
/* It comes to a server, for the first time or once more; answer_clear releases what is said to it. */
void letter_deliver(const struct letter *letter, struct service *service, struct answer *answer);
/* What it is answered with. */
enum status letter_code(const struct letter *letter, struct service *service);
/* It is answered with what it was when it came first. */
void letter_assert_same(const struct letter *letter, struct service *service);
void letter_free(struct letter *letter);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A station's message that comes once more. */
#include "letter.h"

#include <stdlib.h>

void letter_write(struct letter *letter, struct station *station, enum message_type type, json_t *body, int64_t now) {
  *letter = (struct letter){.station = station, .type = type, .text = station_message(station, type, body, now)};
  letter->seq = station->seq;
}

void letter_send(struct letter *letter, struct world *world, struct station *station, enum message_type type,
                 json_t *body) {
  letter_write(letter, station, type, body, world->now);
  letter_deliver(letter, &world->service, &letter->answer);
}

void letter_deliver(const struct letter *letter, struct service *service, struct answer *answer) {
  struct station sender = *letter->station;

  sender.seq = letter->seq; /* the reply names it */
  station_send(&sender, service, letter->type, letter->text, answer);
}

enum status letter_code(const struct letter *letter, struct service *service) {
  struct answer answer;

  letter_deliver(letter, service, &answer);
  answer_clear(&answer);
  return answer.code;
}

void letter_assert_same(const struct letter *letter, struct service *service) {
  struct answer again;

  letter_deliver(letter, service, &again);
  ck_assert_int_eq(again.http, 200);
  ck_assert_str_eq(status_name(again.code), status_name(letter->answer.code));
  ck_assert(json_equal(again.body, letter->answer.body));
  answer_clear(&again);
}

void letter_free(struct letter *letter) {
  answer_clear(&letter->answer);
  free(letter->text);
}

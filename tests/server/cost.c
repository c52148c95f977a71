/* SPDX-License-Identifier: Apache-2.0
 * What a purchase and its confirmation cost the server in operations with public keys: a limit that no machine's load
 * moves. */
#include <stdlib.h>
#include <string.h>

#include "epurse/crypto.h"
#include "http/request.h"
#include "purse.h"
#include "server/routes.h"
#include "suites.h"

#define ROUNDS 3 /* purchases of one terminal, after the first */

/* What the two threads of a request did: the one that serves it, and the one that works with the ledger. */
struct cost {
  struct crypto_tally serving, writing;
};

static enum status attach(struct ledger *ledger, void *context) {
  (void)ledger;
  crypto_tally_attach(context);
  return STATUS_OK;
}

/* Asks, and adds to *cost what the server did for it. The message is made before, and read after. `alone`: an
 * authorisation may come without a signed reply around it. */
static void ask_counted(struct world *world, enum message_type type, json_t *body, bool alone, struct cost *cost,
                        struct answer *answer) {
  struct station *station = &world->pos;
  char *text = station_message(station, type, body, world->now);
  struct request request = {.method = "POST",
                            .path = message_path(type),
                            .content_type = MESSAGE_MEDIA_TYPE,
                            .body = text,
                            .body_len = strlen(text),
                            .takes_alone = alone,
                            .peer = &station->peer};
  struct reply reply;
  char copy[MESSAGE_MAX + 1] = "";

  ck_assert_int_eq(writer_read(world->service.writer, attach, &cost->writing), STATUS_OK);
  crypto_tally_attach(&cost->serving);
  routes_serve(&world->service, &request, &reply);
  crypto_tally_attach(NULL);
  ck_assert_int_eq(writer_read(world->service.writer, attach, NULL), STATUS_OK);
  ck_assert_uint_lt(reply.text_len, sizeof copy);
  memcpy(copy, reply.text, reply.text_len);
  station_read(station, type, reply.http_status, reply.content_type, copy, answer);
  ck_assert_int_eq(answer->code, STATUS_OK);
  reply_clear(&reply);
  free(text);
}

static void pay(struct world *world, struct purse *purse, struct cost *cost) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, 100, &world->pos);
  ask_counted(world, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin), true, cost, &answer);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, 5000);
}

static uint32_t verifications(const struct cost *cost) {
  return cost->serving.verifications + cost->writing.verifications;
}

static uint32_t signatures(const struct cost *cost) {
  return cost->serving.signatures + cost->writing.signatures;
}

static uint32_t agreements(const struct cost *cost) {
  return cost->serving.agreements + cost->writing.agreements;
}

/* The terminal's message and the card's promise; the authorisation, and nothing around it; the PIN under the
 * agreement that came with the first. */
START_TEST(purchase_in_the_steady_state) {
  struct world world;
  struct purse purse;
  struct cost first = {0}, cost = {0};

  begin(&world, &purse);
  pay(&world, &purse, &first);
  for (int i = 0; i < ROUNDS; i++)
    pay(&world, &purse, &cost);
  ck_assert_uint_eq(verifications(&cost), 2 * ROUNDS);
  ck_assert_uint_eq(signatures(&cost), 1 * ROUNDS);
  ck_assert_uint_eq(agreements(&cost), 0);
  ck_assert_uint_eq(cost.serving.key_pairs + cost.writing.key_pairs, 0);
  world_close(&world);
}
END_TEST

/* The terminal's message and the reply to it, however many payments they speak of: r is opened with a hash. */
START_TEST(confirmation_of_many) {
  struct world world;
  struct purse purse;
  struct cost cost = {0}, unused = {0};
  struct confirmations items = {0};
  struct answer answer;

  begin(&world, &purse);
  for (int i = 0; i < ROUNDS; i++) {
    struct confirmation *item = &items.items[items.count++];
    pay(&world, &purse, &unused);
    memcpy(item->cid, purse.cid, CID_SIZE);
    memcpy(item->secret, purse.last_secret, SECRET_SIZE);
    item->atc = purse.last_atc;
  }
  ask_counted(&world, MESSAGE_CONFIRMATION, confirmation_body(&items, false), true, &cost, &answer);
  answer_clear(&answer);
  ck_assert_uint_eq(verifications(&cost), 1);
  ck_assert_uint_eq(signatures(&cost), 1);
  ck_assert_uint_eq(agreements(&cost), 0);
  world_close(&world);
}
END_TEST

Suite *cost_suite(void) {
  Suite *suite = suite_create("cost");
  TCase *all = world_case("cost");

  tcase_add_test(all, purchase_in_the_steady_state);
  tcase_add_test(all, confirmation_of_many);
  suite_add_tcase(suite, all);
  return suite;
}

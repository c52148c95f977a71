/* SPDX-License-Identifier: Apache-2.0
 * Opening of a channel by SCP11a: requests that a card takes, answers that a terminal takes. The first byte of an input
 * chooses. */
#include <stdlib.h>
#include <string.h>

#include "epurse/scp.h"
#include "target.h"
#include "world.h"

struct parties {
  struct world world;
  struct world_key ephemeral; /* the terminal's */
  uint8_t request[SCP11_REQUEST_SIZE];
};

static void *open_parties(void) {
  struct parties *parties = malloc(sizeof *parties);
  fuzz_require(parties != NULL);
  world_make(&parties->world);
  world_key_make("ephemeral", &parties->ephemeral);
  scp11_request_encode(parties->ephemeral.point, parties->request);
  return parties;
}

static enum status finish(const struct parties *parties, const uint8_t *answer, size_t len, struct securemsg *host) {
  const struct scp11_host keys = {parties->world.pos.ecka.secret, parties->ephemeral.secret,
                                  parties->world.card_ecka.point};
  memset(host, 0, sizeof *host);
  return scp11_finish(&keys, parties->request, answer, len, host);
}

static bool request_take(const struct parties *parties, const uint8_t *request, size_t len) {
  const struct scp11_card keys = {.sd_private = parties->world.card_ecka.secret,
                                  .oce_static = parties->world.pos.ecka.point};
  struct securemsg card = {0}, host;
  uint8_t answer[SCP11_ANSWER_SIZE];
  enum status status = scp11_accept(&keys, request, len, answer, &card);
  fuzz_require(card.open == (status == STATUS_OK));
  if (status != STATUS_OK)
    return false;
  /* Ours alone can be finished: of every other one nobody here knows the secret half. */
  if (memcmp(request, parties->request, len) == 0) {
    fuzz_require(finish(parties, answer, sizeof answer, &host) == STATUS_OK);
    fuzz_require(memcmp(&card, &host, sizeof card) == 0);
  }
  return true;
}

static bool answer_take(const struct parties *parties, const uint8_t *answer, size_t len) {
  struct securemsg host;
  enum status status = finish(parties, answer, len, &host);
  fuzz_require(host.open == (status == STATUS_OK));
  return status == STATUS_OK;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  if (len == 0)
    return false;
  return data[0] % 2 == 0 ? request_take(context, data + 1, len - 1) : answer_take(context, data + 1, len - 1);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  const struct parties *parties = context;
  const struct scp11_card keys = {.sd_private = parties->world.card_ecka.secret,
                                  .oce_static = parties->world.pos.ecka.point};
  struct securemsg card;
  uint8_t request[1 + SCP11_REQUEST_SIZE] = {0}, answer[1 + SCP11_ANSWER_SIZE] = {1};
  memcpy(request + 1, parties->request, SCP11_REQUEST_SIZE);
  fuzz_seed(sink, request, sizeof request);
  fuzz_require(scp11_accept(&keys, parties->request, SCP11_REQUEST_SIZE, answer + 1, &card) == STATUS_OK);
  fuzz_seed(sink, answer, sizeof answer);
}

const struct fuzz_target fuzz_scp11 = {
    .name = "scp11", .open = open_parties, .close = free, .take = take, .seeds = seeds};

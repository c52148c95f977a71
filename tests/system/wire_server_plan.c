/* SPDX-License-Identifier: Apache-2.0
 * The list of attacks on the line to the server: message by message, everything that wire_proxy.h knows. */
#include <check.h>
#include <stdlib.h>

#include "wire_server.h"

#define PLAN_MAX 200000

struct maker {
  struct line_plan *plan;
  const struct line_tape *tape;
  const struct line_share *share;
  uint64_t *seed;
  unsigned at;
};

static void add(struct maker *maker, struct line_attack attack, unsigned share) {
  if (share > 1 && wire_random(maker->seed) % share != 0)
    return;
  ck_assert_uint_lt(maker->plan->count, PLAN_MAX);
  attack.at = maker->at;
  maker->plan->attacks[maker->plan->count++] = attack;
}

static void add_rest(struct maker *maker, struct line_attack attack) {
  add(maker, attack, maker->share->rest);
}

static void drops_and_repeats(struct maker *maker) {
  for (int again = 0; again < 2; again++) {
    add(maker, (struct line_attack){.kind = LINE_REQUEST_DROPPED, .lasting = again}, 1);
    add(maker, (struct line_attack){.kind = LINE_REPLY_DROPPED, .lasting = again}, 1);
    add(maker, (struct line_attack){.kind = LINE_REQUEST_REPEATED, .unseen = again}, 1);
  }
  if (maker->share->delays) {
    add(maker, (struct line_attack){.kind = LINE_REQUEST_DELAYED}, 1);
    add(maker, (struct line_attack){.kind = LINE_REPLY_DELAYED}, 1);
  }
  if (maker->at > 0)
    add(maker, (struct line_attack){.kind = LINE_REPLY_SWAPPED}, 1);
}

/* Older requests and replies, of this operation and of an earlier one. */
static void splices(struct maker *maker) {
  for (int recorded = 0; recorded < 2; recorded++) {
    unsigned count = recorded ? maker->tape->count : maker->at;
    for (unsigned from = 0; from < count; from++) {
      struct line_attack attack = {.recorded = recorded, .from = from};
      attack.kind = LINE_REQUEST_REPLACED;
      add(maker, attack, 1);
      attack.kind = LINE_REQUEST_PRECEDED;
      add(maker, attack, 1);
      attack.kind = LINE_REPLY_REPLACED;
      add(maker, attack, 1);
      attack.unseen = true;
      add(maker, attack, 1);
    }
  }
  for (int to = 0; to < MESSAGE_TYPE_COUNT; to++)
    add_rest(maker, (struct line_attack){.kind = LINE_REQUEST_MISLED, .to = (enum message_type)to});
}

/* Answers for the server. */
static void forgeries(struct maker *maker) {
  static const int codes[] = {200, 204, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503};
  for (int unseen = 0; unseen < 2; unseen++) {
    for (int status = 0; status < STATUS_COUNT; status++)
      add_rest(maker,
               (struct line_attack){.kind = LINE_REPLY_PROBLEM, .status = (enum status)status, .unseen = unseen});
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
      add_rest(maker, (struct line_attack){.kind = LINE_REPLY_STATUS, .code = codes[i], .unseen = unseen});
  }
}

static void alterations(struct maker *maker, enum line_kind altered, enum line_kind cut, size_t len, unsigned share) {
  const size_t lengths[] = {0, 1, len / 2, len - 1};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    add_rest(maker, (struct line_attack){.kind = cut, .offset = lengths[i]});
  for (size_t offset = 0; offset < len; offset++) {
    uint8_t bits = (uint8_t)(1u << (wire_random(maker->seed) % 8));
    add(maker, (struct line_attack){.kind = altered, .offset = offset, .bits = bits}, share);
  }
}

void line_plan_make(struct line_plan *plan, const struct line_tape *tape, const struct line_share *share,
                    uint64_t *seed) {
  struct maker maker = {.plan = plan, .tape = tape, .share = share, .seed = seed};
  plan->count = 0;
  plan->attacks = calloc(PLAN_MAX, sizeof *plan->attacks);
  ck_assert_ptr_nonnull(plan->attacks);
  for (maker.at = 0; maker.at < tape->count; maker.at++) {
    const struct line_item *item = &tape->items[maker.at];
    drops_and_repeats(&maker);
    splices(&maker);
    forgeries(&maker);
    alterations(&maker, LINE_REQUEST_ALTERED, LINE_REQUEST_CUT, item->request_len,
                maker.at == 0 ? share->first : share->bytes);
    alterations(&maker, LINE_REPLY_ALTERED, LINE_REPLY_CUT, item->reply_len, share->bytes);
  }
}

void line_plan_free(struct line_plan *plan) {
  free(plan->attacks);
  plan->attacks = NULL;
}

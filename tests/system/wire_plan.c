/* SPDX-License-Identifier: Apache-2.0
 * The list of attacks: message by message, everything that wire_reader.h knows. */
#include "wire_plan.h"

#include <check.h>
#include <stdlib.h>

#define PLAN_MAX 200000

struct maker {
  struct wire_plan *plan;
  const struct tape *tape;
  const struct wire_share *share;
  uint64_t *seed;
  unsigned at;
};

static void add(struct maker *maker, struct wire_attack attack, unsigned share) {
  if (share > 1 && wire_random(maker->seed) % share != 0)
    return;
  ck_assert_uint_lt(maker->plan->count, PLAN_MAX);
  attack.at = maker->at;
  attack.hides_reset = wire_random(maker->seed) % 2 == 0;
  maker->plan->attacks[maker->plan->count++] = attack;
}

static void add_rest(struct maker *maker, struct wire_attack attack) {
  add(maker, attack, maker->share->rest);
}

static void drops_and_repeats(struct maker *maker) {
  for (int lasting = 0; lasting < 2; lasting++) {
    add_rest(maker, (struct wire_attack){.kind = WIRE_COMMAND_DROPPED, .lasting = lasting});
    add_rest(maker, (struct wire_attack){.kind = WIRE_ANSWER_DROPPED, .lasting = lasting});
    add_rest(maker, (struct wire_attack){.kind = WIRE_COMMAND_REPEATED, .unseen = lasting});
  }
  add_rest(maker, (struct wire_attack){.kind = WIRE_COMMAND_LATE});
  add_rest(maker, (struct wire_attack){.kind = WIRE_CARD_RESET});
}

/* Splices: each message of this session so far, and each of an earlier one, in the place of this. */
static void splices(struct maker *maker) {
  for (int recorded = 0; recorded < 2; recorded++) {
    unsigned count = recorded ? maker->tape->count : maker->at;
    for (unsigned from = 0; from < count; from++) {
      struct wire_attack attack = {.recorded = recorded, .from = from};
      for (int kind = 0; kind < 3; kind++) {
        attack.kind = kind == 0 ? WIRE_COMMAND_REPLACED : kind == 1 ? WIRE_COMMAND_PRECEDED : WIRE_COMMAND_HELD;
        add_rest(maker, attack);
      }
      attack.kind = WIRE_ANSWER_REPLACED;
      add_rest(maker, attack);
      attack.unseen = true;
      add_rest(maker, attack);
    }
  }
}

/* Answers for the other side. */
static void forgeries(struct maker *maker) {
  static const uint16_t words[] = {0x0000, 0x6100, 0x6108, 0x6283, 0x6285, 0x6300, 0x63C0, 0x63C4, 0x6581, 0x6700,
                                   0x6982, 0x6983, 0x6985, 0x6988, 0x6A80, 0x6A82, 0x6A83, 0x6A84, 0x6A86, 0x6A88,
                                   0x6C00, 0x6D00, 0x6E00, 0x6F00, 0x9000, 0x9401, 0x9402, 0xFFFF};
  static const size_t noises[] = {1, 16, 34, 64, 239, 256};
  for (int unseen = 0; unseen < 2; unseen++) {
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
      add_rest(maker, (struct wire_attack){.kind = WIRE_ANSWER_FORGED, .sw = words[i], .unseen = unseen});
    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++)
      add_rest(maker, (struct wire_attack){.kind = WIRE_ANSWER_GARBAGE, .offset = noises[i], .unseen = unseen});
    add_rest(maker, (struct wire_attack){.kind = WIRE_ANSWER_FORGED, .sw = SW_OK, .unseen = unseen, .lasting = true});
    add_rest(maker,
             (struct wire_attack){
                 .kind = WIRE_ANSWER_FORGED, .sw = SW_CONDITIONS_NOT_SATISFIED, .unseen = unseen, .lasting = true});
  }
}

static void sizes(struct maker *maker, const struct tape_item *item) {
  const size_t commands[] = {0, 1, 4, 5, item->command_len / 2, item->command_len - 1, item->command_len + 1};
  const size_t answers[] = {0, 1, 2, item->answer_len / 2, item->answer_len - 1, item->answer_len + 1};
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    add_rest(maker, (struct wire_attack){.kind = WIRE_COMMAND_RESIZED, .offset = commands[i]});
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
    add_rest(maker, (struct wire_attack){.kind = WIRE_ANSWER_RESIZED, .offset = answers[i]});
}

static void alterations(struct maker *maker, enum wire_kind kind, size_t len) {
  for (size_t offset = 0; offset < len; offset++) {
    unsigned bit = (unsigned)(wire_random(maker->seed) % 8);
    for (unsigned i = 0; i < maker->share->bits; i++)
      add(maker, (struct wire_attack){.kind = kind, .offset = offset, .bits = (uint8_t)(1u << ((bit + i) % 8))},
          maker->share->bytes);
  }
}

void wire_plan_make(struct wire_plan *plan, const struct tape *tape, const struct wire_share *share, uint64_t *seed) {
  struct maker maker = {.plan = plan, .tape = tape, .share = share, .seed = seed};
  plan->count = 0;
  plan->attacks = calloc(PLAN_MAX, sizeof *plan->attacks);
  ck_assert_ptr_nonnull(plan->attacks);
  for (maker.at = 0; maker.at < tape->count; maker.at++) {
    const struct tape_item *item = &tape->items[maker.at];
    drops_and_repeats(&maker);
    splices(&maker);
    forgeries(&maker);
    sizes(&maker, item);
    alterations(&maker, WIRE_COMMAND_ALTERED, item->command_len);
    alterations(&maker, WIRE_ANSWER_ALTERED, item->answer_len);
  }
}

void wire_plan_free(struct wire_plan *plan) {
  free(plan->attacks);
  plan->attacks = NULL;
}

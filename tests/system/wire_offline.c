/* SPDX-License-Identifier: Apache-2.0
 * Payments off-line under attack, and on their way to the server later. */
#include <check.h>

#include "epurse/bytes.h"
#include "epurse/terminal_offline.h"
#include "wire_card.h"
#include "wire_judge.h"

#define AMOUNT 7
#define START  30000

static enum status pay_offline(struct stage *stage, struct outcome *outcome) {
  const struct payment payment = {.amount = {AMOUNT, 978}, .ask_pin = true, .offline = OFFLINE_USE_ONLY};
  stage->card.asked = 0;
  return purchase_run(stage->pos, &stage->wire.reader, &payment, &stage->card.dialogue, outcome);
}

/* The shop has its list, and the card begins to count anew. */
static void replenish_list(struct stage *stage) {
  static const struct stage *listed;
  const struct payment payment = {.amount = {AMOUNT, 978}, .ask_pin = true, .offline = OFFLINE_USE_AUTO};
  struct outcome outcome;
  if (listed == stage && bytes_u16(vcard_memory(stage->card.vcard)->offline_count) == 0)
    return;
  listed = stage;
  stage->card.asked = 0;
  ck_assert_int_eq(purchase_run(stage->pos, &stage->wire.reader, &payment, &stage->card.dialogue, &outcome), STATUS_OK);
}

static void judge_offline(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct outcome outcome;
  struct moved moved;
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  unsigned paid = moved_since(stage, before, &moved);
  judge_word(status, paid > 0);
  ck_assert_uint_le(paid, 1);
  if (!needs_contact(stage, before, dice))
    return;
  if (wants_again(status, dice) ||
      status == STATUS_OUTCOME_UNKNOWN) { /* else the same again would be that one, finished */
    enum status second = pay_offline(stage, &outcome);
    ck_assert_msg(second == STATUS_OK, "again: %s", status_name(second));
    paid = moved_since(stage, before, &moved);
    ck_assert_uint_eq(paid, 1);
  }
  contact_make(stage, dice);
  stage_recover(stage, stage->pos);
  ck_assert_uint_eq(moved_since(stage, before, &moved), paid + (dice & 2 ? 2 : 1));
  judge_books(stage, before);
}

const struct wire_operation wire_offline = {.name = "off-line",
                                            .money = START,
                                            .share = {8, 4},
                                            .replenish = replenish_list,
                                            .run = pay_offline,
                                            .judge = judge_offline};

/* ---- brought in ---- */

static void prepare_paid(struct stage *stage) {
  struct outcome outcome;
  ck_assert_int_eq(pay_offline(stage, &outcome), STATUS_OK);
}

static enum status bring_in(struct stage *stage, struct outcome *outcome) {
  struct recovery recovery;
  (void)outcome;
  return terminal_recover(stage->pos, &recovery);
}

/* Whatever was said then: it is booked once in the end. */
static void judge_brought(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct moved moved;
  ck_assert_int_eq(status, STATUS_OK);
  contact_make(stage, dice);
  stage_recover(stage, stage->pos);
  ck_assert_uint_eq(moved_since(stage, before, &moved), dice & 2 ? 3 : 2);
  judge_books(stage, before);
}

const struct wire_operation wire_bringing = {.name = "bringing in",
                                             .money = START,
                                             .share = {8, 4},
                                             .replenish = replenish_list,
                                             .prepare = prepare_paid,
                                             .run = bring_in,
                                             .judge = judge_brought};

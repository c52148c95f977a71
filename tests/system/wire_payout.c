/* SPDX-License-Identifier: Apache-2.0
 * Payouts under attack: what is handed out is what the card has lost, once, and only when the server has said so. */
#include <check.h>
#include <stdio.h>

#include "epurse/terminal_payout.h"
#include "flow_world.h"
#include "wire_card.h"
#include "wire_judge.h"

#define AMOUNT 7
#define START  30000
#define WHOLE  11 /* of a card that is closed */

static int64_t handed, handed_before; /* by the cashier, minor units */

static enum status hand_out(void *context, struct amount amount, int64_t deposit, bool again) {
  (void)context;
  ck_assert_int_eq(deposit, amount.minor == WHOLE ? FLOW_DEPOSIT : 0);
  ck_assert(!again); /* the cashier of this test always confirms at once */
  handed += amount.minor + deposit;
  return STATUS_OK;
}

static const struct payout_desk cashier = {NULL, hand_out};

static enum status pay_out(struct stage *stage, struct outcome *outcome) {
  const struct payment payment = {.amount = {AMOUNT, 978}};
  stage->card.asked = 0;
  return payout_run(stage->reload, &stage->wire.reader, &payment, &cashier, &stage->card.dialogue, outcome);
}

int64_t wire_payout_handed(void) {
  return handed;
}

static void note_drawer(struct stage *stage) {
  (void)stage;
  handed_before = handed;
}

/* What was said at first, against the card and the drawer. */
static void judge_said(enum status status, unsigned moved) {
  ck_assert_uint_le(moved, 1);
  if (status == STATUS_PAYOUT_OPEN)
    ck_assert_uint_eq(moved, 1);
  else
    judge_word(status, moved > 0);
  ck_assert_int_eq(handed - handed_before, status == STATUS_OK ? AMOUNT : 0);
}

static void judge_payout(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct outcome outcome;
  struct moved moved;
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  judge_said(status, moved_since(stage, before, &moved));
  if (!needs_contact(stage, before, dice))
    return;
  bool again = wants_again(status, dice) || status == STATUS_OUTCOME_UNKNOWN || status == STATUS_PAYOUT_OPEN;
  if (again) {
    enum status second = pay_out(stage, &outcome);
    ck_assert_msg(second == STATUS_OK, "again: %s", status_name(second));
    ck_assert_uint_eq(moved_since(stage, before, &moved), 1);
  }
  contact_make(stage, dice);
  stage_recover(stage, stage->reload);
  bool done = status == STATUS_OK || again;
  moved_since(stage, before, &moved);
  ck_assert_int_eq(moved.handed, done ? AMOUNT : 0);
  ck_assert_int_eq(handed - handed_before, moved.handed);
  judge_books(stage, before);
}

const struct wire_operation wire_payout = {
    .name = "payout", .money = START, .share = {8, 4}, .replenish = note_drawer, .run = pay_out, .judge = judge_payout};

/* ---- one that ends its card ---- */

static enum status close_card(struct stage *stage, struct outcome *outcome) {
  const struct payment payment = {.amount = {WHOLE, 978}, .closes = true};
  stage->card.asked = 0;
  return payout_run(stage->reload, &stage->wire.reader, &payment, &cashier, &stage->card.dialogue, outcome);
}

/* Another card each time: the one before is closed. */
static void replenish_close(struct stage *stage) {
  char name[64];
  flow_card_remove(&stage->card);
  snprintf(name, sizeof name, "%.32s-%u", stage->name, ++stage->cards);
  flow_card_issue(&stage->card, name, WHOLE);
  wire_open(&stage->wire, stage->card.inner);
  note_drawer(stage);
}

/* All that was on it and its deposit, once; and it is dead on both sides. */
static void judge_closed(const struct stage *stage) {
  const struct card_facts facts = stage_facts(stage);
  ck_assert_int_eq(handed - handed_before, WHOLE + FLOW_DEPOSIT);
  ck_assert_str_eq(facts.state, "CLOSED");
  ck_assert_int_eq(facts.balance + facts.held + facts.owed + facts.deposit, 0);
  ck_assert_uint_eq(stage_open_entries(stage->reload), 0);
}

static void judge_close(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct outcome outcome;
  struct moved moved;
  unsigned at_first = moved_since(stage, before, &moved);
  ck_assert_uint_le(at_first, 1);
  if (status == STATUS_PAYOUT_OPEN)
    ck_assert_uint_eq(at_first, 1);
  else
    judge_word(status, at_first > 0);
  ck_assert_int_eq(handed - handed_before, status == STATUS_OK ? WHOLE + FLOW_DEPOSIT : 0);
  if (status != STATUS_OK) {
    enum status second = close_card(stage, &outcome);
    ck_assert_msg(second == STATUS_OK, "again: %s", status_name(second));
  }
  stage_recover(stage, stage->reload);
  judge_closed(stage);
  enum status paid = stage_pay(stage, dice & 1 ? stage->pos : stage->pos2, 1, false, &outcome);
  /* one that has not heard of its end is empty */
  ck_assert_msg(paid == STATUS_CARD_BLOCKED || paid == STATUS_CARD_CLOSED || paid == STATUS_INSUFFICIENT_BALANCE,
                "a closed card: %s", status_name(paid));
  figures_row(stage->name)->contacts++;
}

const struct wire_operation wire_close = {.name = "closing payout",
                                          .money = WHOLE,
                                          .share = {16, 8},
                                          .replenish = replenish_close,
                                          .run = close_card,
                                          .judge = judge_close};

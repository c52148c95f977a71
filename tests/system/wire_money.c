/* SPDX-License-Identifier: Apache-2.0
 * Payments and loads under attack: what the terminal says of the money is true, and after the next contact every cent
 * is where it belongs. */
#include <check.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/terminal_refund.h"
#include "wire_card.h"
#include "wire_judge.h"

#define AMOUNT  7  /* of what is attacked */
#define CONTACT 1  /* of the honest contact */
#define LOAD    50 /* of a load: more than the contacts around it cost */
#define START   30000
#define EARN    10000 /* a payment that earns points */

static enum status purchase(struct stage *stage, struct outcome *outcome) {
  return stage_pay(stage, stage->pos, AMOUNT, false, outcome);
}

static enum status points_purchase(struct stage *stage, struct outcome *outcome) {
  return stage_pay(stage, stage->pos, AMOUNT, true, outcome);
}

static enum status load(struct stage *stage, struct outcome *outcome) {
  return stage_load(stage, LOAD, outcome);
}

unsigned moved_since(const struct stage *stage, const struct snapshot *before, struct moved *moved) {
  moved_between(&before->card, vcard_memory(stage->card.vcard), moved);
  return moved->transactions;
}

void pay_honestly(struct stage *stage, struct terminal *pos) {
  struct outcome outcome;
  enum status status = stage_pay(stage, pos, CONTACT, false, &outcome);
  ck_assert_msg(status == STATUS_OK, "the honest contact: %s", status_name(status));
  ck_assert(outcome.confirmed);
  figures_row(stage->name)->contacts++;
}

void contact_make(struct stage *stage, uint64_t dice) {
  if (dice & 2)
    pay_honestly(stage, stage->pos2);
  pay_honestly(stage, stage->pos);
}

bool wants_again(enum status status, uint64_t dice) {
  return status != STATUS_OK && (dice & 1) != 0;
}

bool needs_contact(const struct stage *stage, const struct snapshot *before, uint64_t dice) {
  return (dice >> 8) % 8 == 0 || !judge_same(stage, before);
}

static void judge_order(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice,
                        enum status (*run)(struct stage *, struct outcome *)) {
  struct outcome outcome;
  struct moved moved;
  unsigned at_first = moved_since(stage, before, &moved);
  judge_word(status, at_first > 0);
  ck_assert_uint_le(at_first, 1);
  if (!needs_contact(stage, before, dice))
    return;
  bool again = wants_again(status, dice);
  if (again) {
    enum status second = run(stage, &outcome);
    ck_assert_msg(second == STATUS_OK, "again: %s", status_name(second));
    ck_assert_uint_eq(moved_since(stage, before, &moved), 1); /* once, whatever the first attempt had come to */
  }
  contact_make(stage, dice);
  unsigned contacts = dice & 2 ? 2 : 1;
  unsigned all = moved_since(stage, before, &moved);
  if (status == STATUS_OK || again)
    ck_assert_uint_eq(all, 1 + contacts);
  else if (status != STATUS_OUTCOME_UNKNOWN && status != STATUS_TENDER_UNKNOWN)
    ck_assert_uint_eq(all, contacts); /* a failure stays one */
}

static void judge_purchase(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  judge_order(stage, before, status, dice, purchase);
  if (!judge_same(stage, before))
    judge_books(stage, before);
}

static void judge_points(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  judge_order(stage, before, status, dice, points_purchase);
  if (!judge_same(stage, before))
    judge_books(stage, before);
}

const struct wire_operation wire_purchase = {
    .name = "purchase", .money = START, .share = {1, 1}, .run = purchase, .judge = judge_purchase};

/* ---- with a PIN mistyped once ---- */

static void prepare_mistyped(struct stage *stage) {
  flow_card_type(&stage->card, (const char *const[]){"1111", HOLDER_PIN, NULL});
}

static void judge_mistyped(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  flow_card_type(&stage->card, (const char *const[]){HOLDER_PIN, NULL});
  judge_card(&before->card, vcard_memory(stage->card.vcard), 1);
  ck_assert_int_ne(status, STATUS_PIN_BLOCKED);
  judge_order(stage, before, status, dice | 1 << 8, purchase);
  judge_books(stage, before);
}

const struct wire_operation wire_mistyped = {.name = "mistyped PIN",
                                             .money = START,
                                             .mistyped = true,
                                             .share = {8, 4},
                                             .prepare = prepare_mistyped,
                                             .run = purchase,
                                             .judge = judge_mistyped};

/* ---- without a PIN ---- */

/* The PIN is asked for where somebody has the terminal believe that the card or the server wants it; the holder shows
 * it. */
static enum status no_pin_purchase(struct stage *stage, struct outcome *outcome) {
  const struct payment payment = {.amount = {AMOUNT, 978}};
  stage->card.asked = 0;
  return purchase_run(stage->pos, &stage->wire.reader, &payment, &stage->card.dialogue, outcome);
}

/* The terminal has heard what the issuer lets pass, and the card begins to count anew. */
static void replenish_no_pin(struct stage *stage) {
  if (stage->pos->no_pin_single < AMOUNT || bytes_u32(vcard_memory(stage->card.vcard)->no_pin_sum) > 0)
    pay_honestly(stage, stage->pos);
  ck_assert_uint_ge(stage->pos->no_pin_single, AMOUNT);
  ck_assert_uint_eq(bytes_u32(vcard_memory(stage->card.vcard)->no_pin_sum), 0);
}

/* The card has counted what it paid without the PIN, and nothing else. */
static void judge_no_pin(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct moved moved;
  const struct card_memory *memory = vcard_memory(stage->card.vcard);
  struct card_memory expected = before->card;
  unsigned paid = moved_since(stage, before, &moved);
  if (dice == 0) /* nobody attacks */
    ck_assert_uint_eq(stage->card.asked, 0);
  bytes_put_u32(expected.no_pin_sum, stage->card.asked == 0 ? paid * AMOUNT : 0);
  ck_assert_mem_eq(expected.no_pin_sum, memory->no_pin_sum, sizeof memory->no_pin_sum);
  judge_card(&expected, memory, 0);
  judge_order(stage, before, status, dice, no_pin_purchase);
  if (!judge_same(stage, before))
    judge_books(stage, before);
}

const struct wire_operation wire_no_pin = {.name = "without a PIN",
                                           .money = START,
                                           .share = {8, 4},
                                           .replenish = replenish_no_pin,
                                           .run = no_pin_purchase,
                                           .judge = judge_no_pin};

/* ---- with points ---- */

/* Points are earned by paying, and money by loading: outside the count. */
static void replenish_points(struct stage *stage) {
  const struct card_memory *memory = vcard_memory(stage->card.vcard);
  struct outcome outcome;
  if (bytes_u32(memory->points) > 2 * AMOUNT)
    return;
  ck_assert_int_eq(stage_load(stage, EARN, &outcome), STATUS_OK);
  ck_assert_int_eq(stage_pay(stage, stage->pos, EARN, false, &outcome), STATUS_OK);
}

const struct wire_operation wire_points = {.name = "points",
                                           .money = START,
                                           .share = {8, 4},
                                           .replenish = replenish_points,
                                           .run = points_purchase,
                                           .judge = judge_points};

/* ---- the re-tap of a torn purchase ---- */

/* Tears DEBIT, the last message of a purchase, before or behind the card. */
static void prepare_retap(struct stage *stage) {
  struct wire_attack tear = {.kind = WIRE_ANSWER_DROPPED, .at = 5, .lasting = true};
  struct outcome outcome;
  if (bytes_u32(vcard_memory(stage->card.vcard)->atc) % 2 == 0)
    tear.kind = WIRE_COMMAND_DROPPED;
  wire_arm(&stage->wire, &tear, NULL);
  enum status status = purchase(stage, &outcome);
  ck_assert_int_eq(status, STATUS_OUTCOME_UNKNOWN);
  stage_calm(stage);
}

/* A re-tap that is attacked leaves the transaction open, or ends it; in all, the card pays once. */
static void judge_retap(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct outcome outcome;
  struct moved moved;
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  if (status == STATUS_OK)
    ck_assert_uint_eq(moved_since(stage, before, &moved), 1);
  ck_assert_uint_le(moved_since(stage, before, &moved), 1);
  if (wants_again(status, dice)) {
    ck_assert_int_eq(purchase(stage, &outcome), STATUS_OK);
    ck_assert_uint_eq(moved_since(stage, before, &moved), 1);
  }
  contact_make(stage, dice);
  judge_books(stage, before);
}

const struct wire_operation wire_retap = {
    .name = "re-tap", .money = START, .share = {8, 4}, .prepare = prepare_retap, .run = purchase, .judge = judge_retap};

/* ---- a refund, in part ---- */

static struct sale sale; /* the newest */

static enum status refund(struct stage *stage, struct outcome *outcome) {
  const struct payment payment = {.amount = {AMOUNT, 978}};
  stage->card.asked = 0;
  return refund_run(stage->pos, &stage->wire.reader, &payment, &sale, &stage->card.dialogue, outcome);
}

/* Something to give back, more than once if it were let. */
static void replenish_sale(struct stage *stage) {
  struct outcome outcome;
  ck_assert_int_eq(stage_pay(stage, stage->pos, 3 * AMOUNT, false, &outcome), STATUS_OK);
  ck_assert_int_eq(sale_by_number(stage->pos, 0, &sale), STATUS_OK);
}

static void judge_refund(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  judge_order(stage, before, status, dice, refund);
  if (!judge_same(stage, before))
    judge_books(stage, before);
}

const struct wire_operation wire_refund = {.name = "refund",
                                           .money = START,
                                           .share = {8, 4},
                                           .unproven = STATUS_ABOVE_LIMIT, /* the balance is not read without a PIN */
                                           .replenish = replenish_sale,
                                           .run = refund,
                                           .judge = judge_refund};

/* ---- load ---- */

/* What the reload terminal does at its next start: a charge that has to be given back is, and the server told. */
static void recover(struct stage *stage) {
  struct recovery recovery;
  stage->reload->tender = &stage->bank.tender;
  ck_assert_int_eq(terminal_recover(stage->reload, &recovery), STATUS_OK);
  stage->reload->tender = NULL;
}

static void judge_load(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  struct outcome outcome;
  struct moved moved;
  judge_card(&before->card, vcard_memory(stage->card.vcard), 0);
  bool shops = (dice & 4) != 0 && status == STATUS_OUTCOME_UNKNOWN;
  if (shops)
    pay_honestly(stage, stage->pos); /* first: what was not credited is owed, and had by loading again */
  unsigned at_first = moved_since(stage, before, &moved) - shops;
  judge_word(status, at_first > 0);
  if (!needs_contact(stage, before, dice))
    return;
  bool again = wants_again(status, dice) || status == STATUS_OUTCOME_UNKNOWN || status == STATUS_TENDER_UNKNOWN;
  if (again) {
    enum status second =
        load(stage, &outcome); /* where r was lost, and a shop's promise told it, the server tells it */
    ck_assert_msg(second == STATUS_OK, "again: %s", status_name(second));
  }
  if (dice & 8)
    recover(stage);
  contact_make(stage, dice);
  recover(stage);
  moved_since(stage, before, &moved);
  ck_assert_int_eq(moved.loaded, status == STATUS_OK || again ? LOAD : 0);
  ck_assert_int_eq((int64_t)(stage->bank.charged - before->charged - (stage->bank.reversed - before->reversed)) * LOAD,
                   moved.loaded);
  judge_books(stage, before);
}

const struct wire_operation wire_load = {
    .name = "load", .money = 100, .share = {4, 2}, .run = load, .judge = judge_load};

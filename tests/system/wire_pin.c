/* SPDX-License-Identifier: Apache-2.0
 * A change of PIN under attack: in the end the card takes the old one or the new one, what the terminal says of it is
 * so, and the one that the card takes pays. */
#include <check.h>
#include <string.h>

#include "epurse/bytes.h"
#include "wire_card.h"
#include "wire_judge.h"

#define OTHER_PIN "86420"
#define CONTACT   1
/* What settling may cost: the terminal itself tries the new PIN on a card that still has the old one. */
#define SETTLE_TRIES 2

/* Which of the two the holder uses now; each change is to the other one. */
static bool other;

static const char *pin_of(bool which) {
  return which ? OTHER_PIN : HOLDER_PIN;
}

static bool card_takes(const struct stage *stage, bool which) {
  uint8_t block[PIN_BLOCK_SIZE];
  ck_assert_int_eq(pin_block_encode(pin_of(which), block), STATUS_OK);
  return memcmp(vcard_memory(stage->card.vcard)->pin_block, block, sizeof block) == 0;
}

static void type_right(struct stage *stage) {
  flow_card_type(&stage->card, (const char *const[]){pin_of(other), NULL});
}

static enum status change(struct stage *stage, struct outcome *outcome) {
  type_right(stage);
  stage->card.new_pin = pin_of(!other);
  return pin_change_run(stage->pos, &stage->wire.reader, 0, &stage->card.dialogue, outcome);
}

static void judge_pin(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  const struct card_memory *memory = vcard_memory(stage->card.vcard);
  struct card_memory expected = before->card;
  struct outcome outcome;
  bool changed = card_takes(stage, !other);
  ck_assert(changed || card_takes(stage, other));
  if (status != STATUS_OUTCOME_UNKNOWN)
    ck_assert_msg((status == STATUS_OK) == changed, "the terminal says %s, the card takes the %s PIN",
                  status_name(status), changed ? "new" : "old");
  memcpy(expected.pin_block, memory->pin_block, PIN_BLOCK_SIZE);
  bytes_put_u16(expected.pin_changes, (uint16_t)(bytes_u16(before->card.pin_changes) + changed));
  judge_card(&expected, memory, SETTLE_TRIES);
  ck_assert_mem_eq(memory->balance, before->card.balance, 4);
  other = card_takes(stage, true);
  type_right(stage);
  if (!changed && !(dice & 0x700) && memory->pin_tries_left == PIN_TRIES && judge_same(stage, before))
    return;
  enum status paid = stage_pay(stage, dice & 1 ? stage->pos : stage->pos2, CONTACT, false, &outcome);
  ck_assert_msg(paid == STATUS_OK, "paying with the PIN that the card takes: %s", status_name(paid));
  figures_row(stage->name)->contacts++;
  ck_assert_uint_eq(memory->pin_tries_left, PIN_TRIES);
  judge_books(stage, before);
}

const struct wire_operation wire_pin = {
    .name = "change of PIN", .money = 30000, .share = {4, 2}, .run = change, .judge = judge_pin};

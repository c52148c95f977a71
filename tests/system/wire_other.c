/* SPDX-License-Identifier: Apache-2.0
 * Reading, blocking and personalization under attack. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "epurse/bytes.h"
#include "flow_world.h"
#include "vcard/card_file.h"
#include "wire_card.h"
#include "wire_judge.h"

/* ---- reading ---- */

static struct balance told;
static struct log_record told_log[CARD_LOG_MAX];
static size_t told_count;

static enum status read_balance(struct stage *stage, struct outcome *outcome) {
  struct card_info info;
  (void)outcome;
  stage->card.asked = 0;
  return card_read_balance(stage->pos, &stage->wire.reader, &stage->card.dialogue, &told, &info);
}

static enum status read_log(struct stage *stage, struct outcome *outcome) {
  (void)outcome;
  stage->card.asked = 0;
  return card_read_log(stage->pos, &stage->wire.reader, &stage->card.dialogue, told_log, &told_count);
}

/* Nothing has changed, and what was read is what is there. */
static void judge_balance(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  (void)dice;
  ck_assert(judge_same(stage, before));
  if (status == STATUS_OK) {
    ck_assert_uint_eq(told.balance, bytes_u32(before->card.balance));
    ck_assert_uint_eq(told.points, bytes_u32(before->card.points));
  }
}

static void judge_log(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  (void)dice;
  ck_assert(judge_same(stage, before));
  if (status != STATUS_OK)
    return;
  ck_assert_uint_eq(told_count, bytes_u32(before->card.purchase_count) + bytes_u32(before->card.load_count));
  for (size_t i = 1; i < told_count; i++)
    ck_assert_uint_eq(told_log[i].atc + 1, told_log[i - 1].atc);
}

/* A log of ten lines: two answers long. */
static void replenish_log(struct stage *stage) {
  struct outcome outcome;
  while (bytes_u32(vcard_memory(stage->card.vcard)->purchase_count) < 9)
    ck_assert_int_eq(stage_pay(stage, stage->pos, 1, false, &outcome), STATUS_OK);
}

const struct wire_operation wire_balance = {
    .name = "balance", .money = 1000, .share = {1, 1}, .run = read_balance, .judge = judge_balance};
const struct wire_operation wire_log = {
    .name = "log", .money = 1000, .share = {4, 2}, .replenish = replenish_log, .run = read_log, .judge = judge_log};

/* ---- a block order on its way ---- */

/* The server blocks the card for good, so the test opens the card's body and turns its state back, to have it once
 * more. */
static void replenish_block(struct stage *stage) {
  struct card_memory image;
  struct card_file file;
  if (strcmp(stage_facts(stage).state, "BLOCKED") != 0)
    flow_block(stage->card.cid);
  if (vcard_memory(stage->card.vcard)->state == CARD_PERSONALISED)
    return;
  flow_card_release(&stage->card);
  ck_assert_int_eq(card_file_open(stage->card.path, &file, &image), STATUS_OK);
  image.state = CARD_PERSONALISED;
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
  flow_card_take(&stage->card);
  wire_open(&stage->wire, stage->card.inner);
}

static enum status pay_blocked(struct stage *stage, struct outcome *outcome) {
  return stage_pay(stage, stage->pos, 7, false, outcome);
}

/* It never pays, and is blocked at the latest at its next contact with anybody honest. */
static void judge_block(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  const struct card_memory *memory = vcard_memory(stage->card.vcard);
  struct outcome outcome;
  struct snapshot now;
  ck_assert_int_ne(status, STATUS_OK);
  ck_assert_int_ne(status, STATUS_OUTCOME_UNKNOWN);
  ck_assert(memory->state == CARD_PERSONALISED || memory->state == CARD_BLOCKED);
  enum status second = stage_pay(stage, dice & 1 ? stage->pos : stage->pos2, 7, false, &outcome);
  ck_assert_msg(second == STATUS_CARD_BLOCKED, "the honest contact: %s", status_name(second));
  figures_row(stage->name)->contacts++;
  ck_assert_uint_eq(memory->state, CARD_BLOCKED);
  ck_assert_mem_eq(memory->balance, before->card.balance, 4);
  stage_snapshot(stage, &now);
  ck_assert_int_eq(now.books.postings, before->books.postings);
  ck_assert_int_eq(now.books.incidents, before->books.incidents);
}

const struct wire_operation wire_block = {.name = "block order",
                                          .blocked = true,
                                          .money = 1000,
                                          .share = {8, 4},
                                          .replenish = replenish_block,
                                          .run = pay_blocked,
                                          .judge = judge_block};

/* ---- personalization ---- */

static enum status issue(struct stage *stage, struct outcome *outcome) {
  struct issue request = {.pin = HOLDER_PIN};
  stage->card.asked = 0;
  return personalize_run(stage->desk, &stage->wire.reader, &request, &stage->card.dialogue, outcome);
}

/* Whatever was done, the same raw card becomes a good card, under the number that the server knows it by. */
static void judge_issue(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice) {
  const struct card_memory *memory = vcard_memory(stage->card.vcard);
  struct outcome outcome;
  struct snapshot now;
  (void)dice;
  ck_assert_mem_eq(memory->chip_serial, before->card.chip_serial, CHIP_SERIAL_SIZE);
  if (status == STATUS_OK)
    ck_assert_uint_eq(memory->state, CARD_PERSONALISED);
  enum status second = issue(stage, &outcome);
  ck_assert_msg(second == (status == STATUS_OK ? STATUS_CARD_ALREADY_ISSUED : STATUS_OK) ||
                    second == STATUS_CARD_ALREADY_ISSUED,
                "again: %s", status_name(second));
  memcpy(stage->card.cid, outcome.cid, CID_SIZE);
  ck_assert_uint_eq(memory->state, CARD_PERSONALISED);
  ck_assert_str_eq(stage_facts(stage).state, "ISSUED");
  ck_assert_mem_eq(memory->parameters, outcome.cid, CID_SIZE);
  ck_assert_mem_eq(memory->master_public, stage->desk->master_public, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_mem_eq(memory->server_public, stage->desk->server.public_key, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(stage_load(stage, 50, &outcome), STATUS_OK);
  figures_row(stage->name)->contacts++;
  stage_snapshot(stage, &now);
  ck_assert_int_eq(now.books.outstanding - before->books.outstanding, 50 + FLOW_DEPOSIT); /* of the card that is new */
  ck_assert_int_eq(stage_facts(stage).balance, 50);
}

const struct wire_operation wire_issue = {
    .name = "personalization", .raw = true, .share = {40, 20}, .run = issue, .judge = judge_issue};

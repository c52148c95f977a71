/* SPDX-License-Identifier: Apache-2.0
 * The judge: sums and comparisons over both sides. */
#include "wire_judge.h"

#include <check.h>
#include <string.h>

#include "epurse/bytes.h"

/* Adds the records of a ring that came since. */
static void ring_sum(const uint8_t *ring, unsigned size, uint32_t from, uint32_t to, struct moved *moved) {
  struct log_record record;
  ck_assert_uint_le(from, to);
  ck_assert_uint_le(to - from, size);
  for (uint32_t i = from; i < to; i++) {
    ck_assert_int_eq(log_record_decode(ring + (i % size) * LOG_RECORD_SIZE, LOG_RECORD_SIZE, &record), STATUS_OK);
    bool pays = record.type == TRANSACTION_PURCHASE || record.type == TRANSACTION_OFFLINE_PURCHASE;
    moved->paid += pays ? record.amount : 0;
    moved->handed += record.type == TRANSACTION_PAYOUT ? record.amount : 0;
    moved->loaded += record.type == TRANSACTION_LOAD ? record.amount : 0;
    moved->given += record.type == TRANSACTION_REFUND ? record.amount : 0;
    moved->points += record.points;
    moved->transactions++;
  }
}

void moved_between(const struct card_memory *before, const struct card_memory *now, struct moved *moved) {
  memset(moved, 0, sizeof *moved);
  ring_sum(now->purchase_log[0], PURCHASE_LOG_RECORDS, bytes_u32(before->purchase_count),
           bytes_u32(now->purchase_count), moved);
  ring_sum(now->load_log[0], LOAD_LOG_RECORDS, bytes_u32(before->load_count), bytes_u32(now->load_count), moved);
  ck_assert_int_eq(bytes_u32(now->balance),
                   bytes_u32(before->balance) + moved->loaded + moved->given - moved->paid - moved->handed);
  ck_assert_int_eq(bytes_u32(now->points), bytes_u32(before->points) + moved->points);
}

void judge_card(const struct card_memory *before, const struct card_memory *now, unsigned mistyped) {
  struct card_memory other = *before;
  /* What a transaction may change; moved_between looks at the sums. */
  other.pin_tries_left = now->pin_tries_left;
  memcpy(other.pin_events, now->pin_events, sizeof other.pin_events);
  memcpy(other.latest_time, now->latest_time, sizeof other.latest_time);
  if (bytes_u16(before->offline_count) > 0 || memcmp(before->offline_promise, now->offline_promise, PROMISE_SIZE) != 0)
    memcpy(other.offline_count, now->offline_count,
           offsetof(struct card_memory, balance) - offsetof(struct card_memory, offline_count));
  memcpy(other.balance, now->balance, sizeof other - offsetof(struct card_memory, balance));
  ck_assert_mem_eq(&other, now, sizeof other);
  ck_assert_uint_ge(now->pin_tries_left + mistyped, before->pin_tries_left);
  ck_assert_uint_ge(bytes_u32(now->pin_events), bytes_u32(before->pin_events));
  ck_assert_int_ge(memcmp(now->latest_time, before->latest_time, MOMENT_SIZE), 0);
  ck_assert_uint_ge(bytes_u32(now->atc), bytes_u32(before->atc));
}

void judge_word(enum status status, bool moved) {
  if (status == STATUS_OUTCOME_UNKNOWN || status == STATUS_TENDER_UNKNOWN)
    return;
  ck_assert_msg((status == STATUS_OK) == moved, "the terminal says %s, and the card %s", status_name(status),
                moved ? "has moved" : "has not moved");
}

void judge_claim(const struct wire_attack *attack, enum status status, bool mistyped) {
  bool select = attack->at == 0;
  bool false_claim = status == STATUS_PIN_BLOCKED || status == STATUS_INSUFFICIENT_BALANCE ||
                     status == STATUS_INSUFFICIENT_POINTS || status == STATUS_ABOVE_LIMIT ||
                     status == STATUS_COUNTER_EXHAUSTED || (status == STATUS_WRONG_PIN && !mistyped) ||
                     ((status == STATUS_CARD_BLOCKED || status == STATUS_CARD_EXPIRED) && !select);
  ck_assert_msg(!false_claim, "the terminal claims %s", status_name(status));
}

void judge_books(const struct stage *stage, const struct snapshot *before) {
  struct snapshot now;
  struct moved moved;
  stage_snapshot(stage, &now);
  moved_between(&before->card, &now.card, &moved);
  struct card_facts facts = stage_facts(stage);
  ck_assert_str_eq(facts.state, "ISSUED");
  ck_assert_int_eq(facts.balance, bytes_u32(now.card.balance));
  ck_assert_int_eq(facts.points, bytes_u32(now.card.points));
  ck_assert_int_eq(facts.held, 0);
  ck_assert_int_eq(facts.owed, 0);
  ck_assert_int_eq(now.books.merchants_due - before->books.merchants_due, moved.paid);
  ck_assert_int_eq(now.books.tenders_due - before->books.tenders_due, moved.loaded + moved.given);
  ck_assert_int_eq(now.books.outstanding - before->books.outstanding,
                   moved.loaded + moved.given - moved.paid - moved.handed);
  ck_assert_int_eq(now.books.points - before->books.points, moved.points);
  ck_assert_int_eq(now.books.open_holds, before->books.open_holds);
  ck_assert_int_eq(now.books.incidents, before->books.incidents);
  ck_assert_uint_eq(stage_open_entries(stage->pos), 0);
  ck_assert_uint_eq(stage_open_entries(stage->pos2), 0);
  ck_assert_uint_eq(stage_open_entries(stage->reload), 0);
  ck_assert_uint_le(stage->bank.charged - stage->bank.reversed, stage->bank.confirmed); /* some are told twice */
}

bool judge_same(const struct stage *stage, const struct snapshot *before) {
  struct snapshot now;
  struct card_memory card = before->card;
  stage_snapshot(stage, &now);
  memcpy(card.pin_events, now.card.pin_events, sizeof card.pin_events);
  ck_assert_uint_ge(bytes_u32(now.card.pin_events), bytes_u32(before->card.pin_events));
  card.known_ca_version = now.card.known_ca_version; /* the terminal that came last is remembered, whatever it wanted */
  memcpy(card.known_hash, now.card.known_hash, sizeof card.known_hash);
  memcpy(card.known_agreed, now.card.known_agreed, sizeof card.known_agreed);
  return memcmp(&card, &now.card, sizeof now.card) == 0 && before->charged == now.charged &&
         memcmp(&before->books, &now.books, sizeof now.books) == 0 && stage_open_entries(stage->pos) == 0 &&
         stage_open_entries(stage->reload) == 0;
}

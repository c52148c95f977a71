/* SPDX-License-Identifier: Apache-2.0
 * The PIN: five tries, whatever is done to the power in between (R16). */
#include <string.h>

#include "epurse/bytes.h"

#include "bench.h"
#include "suites.h"

/* The answer is the card's signed word, whose it is and how many tries are left. */
static void tells_whose(const struct bench *bench, const struct terminal *terminal) {
  ck_assert_uint_eq(bench_pin_record(bench, terminal).kind, PIN_KIND_WRONG);
}

START_TEST(five_wrong_ones_block_for_good) {
  static const uint16_t answers[] = {0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x63C0};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  for (size_t i = 0; i < 5; i++) {
    ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), answers[i]);
    tells_whose(&bench, &bench.pos);
    ck_assert_uint_eq(bytes_u32(bench.card.memory.pin_events), i + 1);
  }
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench.host.answer.len, 0);
  bench_reset(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
}
END_TEST

START_TEST(tries_are_counted_over_sessions_and_resets) {
  struct bench bench;
  bench_make(&bench);
  for (unsigned left = PIN_TRIES - 1; left > 0; left--) {
    bench_reset(&bench);
    host_open(&bench.host, left % 2 ? &bench.pos : &bench.desk);
    ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), SW_WRONG_PIN | left);
  }
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK); /* the last try, and the right one */
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

START_TEST(a_wrong_pin_takes_the_verified_one_back) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_OK);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), 0x63C4);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(verified_in_this_session_alone) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(the_same_digits_and_more_are_another_pin) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, "12345"), 0x63C4);
  ck_assert_uint_eq(bench_verify(&bench, "1235"), 0x63C3);
  ck_assert_uint_eq(bench_verify(&bench, "0234"), 0x63C2);
}
END_TEST

START_TEST(what_is_no_pin_block_costs_no_try) {
  static const uint8_t blocks[][PIN_BLOCK_SIZE] = {
      {0x24, 0x12, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, /* no digit */
      {0x34, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, /* format 3 */
      {0x23, 0x12, 0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, /* three digits */
      {0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0}, /* filler */
  };
  uint8_t data[VERIFY_SIZE] = {0};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
    memcpy(data, blocks[i], PIN_BLOCK_SIZE);
    ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0, INS_VERIFY, 0, 0x80, data, sizeof data)), SW_WRONG_DATA);
  }
  ck_assert_uint_eq(bytes_u32(bench.card.memory.pin_events), 0);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

static const uint8_t no_block[PIN_BLOCK_SIZE] = {0x24, 0x12, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

static uint16_t ask_balance(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0));
}

START_TEST(what_is_no_pin_block_takes_the_verified_one_back) {
  uint8_t riding[INITIALIZE_MAX] = {0, 0, 0, 1, 0x03, 0xD2, 0}, verify[VERIFY_SIZE] = {0};
  static const uint8_t time[MOMENT_SIZE] = {0x20, 0x26, 0x06, 0x01, 0x12, 0x00, 0x00};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  memcpy(verify, no_block, PIN_BLOCK_SIZE);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(ask_balance(&bench), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0, INS_VERIFY, 0, 0x80, verify, sizeof verify)), SW_WRONG_DATA);
  ck_assert_uint_eq(ask_balance(&bench), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  memcpy(riding + 7, bench.pos.tid, TID_SIZE);
  memcpy(riding + 23, time, sizeof time);
  memcpy(riding + INITIALIZE_SIZE, no_block, PIN_BLOCK_SIZE);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_INITIALIZE, 1, 0, riding, sizeof riding)),
                    SW_WRONG_DATA);
  ck_assert_uint_eq(ask_balance(&bench), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

/* Neither block of a change takes back what was verified, where it is none. */
START_TEST(a_change_without_a_pin_block_leaves_the_verified_one) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  for (size_t wrong = 0; wrong < 2; wrong++) {
    uint8_t data[CHANGE_PIN_SIZE] = {0};
    ck_assert_int_eq(pin_block_encode(BENCH_PIN, data + PIN_BLOCK_SIZE * (1 - wrong)), STATUS_OK);
    memcpy(data + PIN_BLOCK_SIZE * wrong, no_block, PIN_BLOCK_SIZE);
    ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0, INS_CHANGE_REFERENCE_DATA, 0, 0x80, data, sizeof data)),
                      SW_WRONG_DATA);
    ck_assert_uint_eq(ask_balance(&bench), SW_OK);
  }
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

START_TEST(change_takes_the_old_one) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), 0x63C4);
  tells_whose(&bench, &bench.pos);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, 4);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "567890"), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_OK);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), 0x63C4);
  ck_assert_uint_eq(bench_verify(&bench, "567890"), SW_OK);
}
END_TEST

static uint16_t changes_promised(struct bench *bench, const char *pin) {
  struct promise promise;
  host_open(&bench->host, &bench->reload);
  ck_assert_uint_eq(
      bench_initialize(
          bench, &(struct bench_wish){.p1 = P1_INITIALIZE_LOAD, .amount = 1, .terminal = &bench->reload, .pin = pin}),
      SW_OK);
  ck_assert_int_eq(promise_decode(bench->promise, PROMISE_SIZE, &promise), STATUS_OK);
  return promise.pin_changes;
}

START_TEST(changes_are_counted_and_promised) {
  struct bench bench;
  bench_make(&bench);
  ck_assert_uint_eq(changes_promised(&bench, BENCH_PIN), 0);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), 0x63C4); /* no change */
  ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "567890"), SW_OK);
  ck_assert_uint_eq(bench_change(&bench, "567890", "567890"), SW_OK); /* to the same PIN: a change all the same */
  ck_assert_uint_eq(changes_promised(&bench, "567890"), 2);
  bench_reset(&bench);
  ck_assert_uint_eq(bench_info(&bench).pin_changes, 2);
}
END_TEST

/* It never goes round: at its end the PIN stays, and no try is taken. */
START_TEST(the_counter_of_changes_ends) {
  struct bench bench;
  bench_make(&bench);
  memset(((struct card_memory *)(void *)bench.ram.committed)->pin_changes, 0xFF, 2);
  bench_repower(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "567890"), SW_COUNTER_EXHAUSTED);
  ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), SW_COUNTER_EXHAUSTED);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
  ck_assert_uint_eq(changes_promised(&bench, BENCH_PIN), UINT16_MAX);
}
END_TEST

/* What a change begins and ends with, each signed, each with a number of its own. */
START_TEST(right_and_changed_are_signed) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  struct pin_record right = bench_pin_record(&bench, &bench.pos);
  ck_assert_uint_eq(right.kind, PIN_KIND_RIGHT);
  ck_assert_uint_eq(right.events, 1);
  ck_assert_uint_eq(right.pin_changes, 0);
  ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "567890"), SW_OK);
  struct pin_record changed = bench_pin_record(&bench, &bench.pos);
  ck_assert_uint_eq(changed.kind, PIN_KIND_CHANGED);
  ck_assert_uint_eq(changed.events, 3); /* the try, and the change */
  ck_assert_uint_eq(changed.pin_changes, 1);
}
END_TEST

/* Of the INITIALIZE that it rode along with; the right one needs none, the promise says it. */
START_TEST(a_wrong_riding_one_is_signed) {
  struct bench bench;
  bench_make(&bench);
  struct bench_wish request = {
      .p1 = P1_INITIALIZE_LOAD, .amount = 100, .terminal = &bench.reload, .pin = BENCH_WRONG_PIN};
  host_open(&bench.host, &bench.reload);
  ck_assert_uint_eq(bench_initialize(&bench, &request), 0x63C4);
  tells_whose(&bench, &bench.reload);
  request.pin = BENCH_PIN;
  ck_assert_uint_eq(bench_initialize(&bench, &request), SW_OK);
  ck_assert_uint_eq(bytes_u32(bench.card.memory.pin_events), 2);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), 0x63C4);
  ck_assert_uint_eq(bench_pin_record(&bench, &bench.reload).atc, 1);
}
END_TEST

/* Nor does the counter of events: at its end nothing is tried any more, and nothing is signed twice. */
START_TEST(the_counter_of_events_ends) {
  struct bench bench;
  bench_make(&bench);
  bytes_put_u32(((struct card_memory *)(void *)bench.ram.committed)->pin_events, UINT32_MAX - 2);
  bench_repower(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "567890"), SW_OK); /* just fits */
  ck_assert_uint_eq(bench_pin_record(&bench, &bench.pos).events, UINT32_MAX);
  ck_assert_uint_eq(bench_verify(&bench, "567890"), SW_COUNTER_EXHAUSTED);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), SW_COUNTER_EXHAUSTED);
  ck_assert_uint_eq(bench_change(&bench, "567890", BENCH_PIN), SW_COUNTER_EXHAUSTED);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

START_TEST(the_fifth_wrong_old_one_blocks) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  for (unsigned left = 4; left > 0; left--)
    ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), SW_WRONG_PIN | left);
  ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), SW_WRONG_PIN);
  tells_whose(&bench, &bench.desk);
  ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
}
END_TEST

START_TEST(a_wrong_old_one_takes_the_verified_one_back) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  ck_assert_uint_eq(bench_change(&bench, BENCH_WRONG_PIN, "567890"), 0x63C4);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(change_refuses_a_new_one_that_is_none) {
  uint8_t data[CHANGE_PIN_SIZE] = {0};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_int_eq(pin_block_encode(BENCH_WRONG_PIN, data), STATUS_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0, INS_CHANGE_REFERENCE_DATA, 0, 0x80, data, sizeof data)),
                    SW_WRONG_DATA);
  ck_assert_uint_eq(bench_info(&bench).pin_tries_left, PIN_TRIES);
}
END_TEST

/* Power cut at the n-th write or commit of VERIFY with a wrong PIN (try, event, commit; BLOCKED, commit): what the
 * thief has seen, he has paid for, and no number of an event stands for two. */
START_TEST(a_cut_gains_no_try) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 5; n++) {
      struct bench bench;
      bench_make(&bench);
      unsigned learnt = 0;
      for (unsigned guess = 0; guess < 20; guess++) {
        bench_repower(&bench);
        if (host_select(&bench.host) == SW_BLOCKED)
          break;
        host_meet(&bench.host, &bench.pos);
        ram_cut(&bench.ram, n, faults[f]);
        uint16_t sw = bench_verify(&bench, BENCH_WRONG_PIN);
        learnt += sw != 0; /* an answer before the power went */
      }
      ck_assert_uint_le(learnt, PIN_TRIES);
      bench_repower(&bench);
      /* cut before the first commit nothing is learnt, for ever; else the card is blocked by now */
      bool nothing_committed = n <= 2 || (n == 3 && faults[f] == RAM_BEFORE);
      ck_assert_uint_eq(host_select(&bench.host), nothing_committed ? SW_OK : SW_BLOCKED);
      ck_assert(!nothing_committed || learnt == 0);
      ck_assert_uint_eq(bytes_u32(bench.card.memory.pin_events), nothing_committed ? 0 : PIN_TRIES);
    }
}
END_TEST

/* The same with the right one: no cut leaves more tries than there were, and none makes a PIN wrong. */
START_TEST(a_cut_at_the_right_pin) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 5; n++) {
      struct bench bench;
      bench_make(&bench);
      host_open(&bench.host, &bench.pos);
      ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), 0x63C4);
      ram_cut(&bench.ram, n, faults[f]);
      ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), 0);
      bench_repower(&bench);
      bool restored = n == 5 && faults[f] == RAM_AFTER_COMMIT;
      bool taken = n > 3 || (n == 3 && faults[f] == RAM_AFTER_COMMIT);
      ck_assert_uint_eq(bench_info(&bench).pin_tries_left, restored ? 5 : taken ? 3 : 4);
      host_open(&bench.host, &bench.pos);
      ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
    }
}
END_TEST

/* The old PIN holds, or the new one; never neither, never both; and the counter says which. */
START_TEST(a_cut_while_changing) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  for (size_t f = 0; f < 2; f++)
    for (unsigned n = 1; n <= 8; n++) {
      struct bench bench;
      bench_make(&bench);
      host_meet(&bench.host, &bench.pos);
      ram_cut(&bench.ram, n, faults[f]);
      ck_assert_uint_eq(bench_change(&bench, BENCH_PIN, "4321"), 0);
      bench_repower(&bench);
      host_open(&bench.host, &bench.pos);
      bool changed = n == 8 && faults[f] == RAM_AFTER_COMMIT;
      bool taken = n > 3 || (n == 3 && faults[f] == RAM_AFTER_COMMIT);
      ck_assert_uint_eq(bytes_u16(bench.card.memory.pin_changes), changed ? 1 : 0);
      ck_assert_uint_eq(bytes_u32(bench.card.memory.pin_events), changed ? 2 : taken ? 1 : 0);
      ck_assert_uint_eq(bench_verify(&bench, changed ? BENCH_PIN : "4321") & 0xFFF0, SW_WRONG_PIN);
      ck_assert_uint_eq(bench_verify(&bench, changed ? "4321" : BENCH_PIN), SW_OK);
    }
}
END_TEST

START_TEST(a_torn_verdict_is_given_at_power_on) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  for (int i = 0; i < 4; i++)
    ck_assert_uint_ne(bench_verify(&bench, BENCH_WRONG_PIN), SW_OK);
  ram_cut(&bench.ram, 4, RAM_BEFORE); /* behind the commit of the last try, before the verdict */
  ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), 0);
  ram_power(&bench.ram);
  ram_cut(&bench.ram, 2, RAM_BEFORE); /* and once more while it is being given */
  ck_assert(!card_power_on(&bench.card, &bench.ram.port));
  bench_repower(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
}
END_TEST

SUITE_OF(pin, five_wrong_ones_block_for_good, tries_are_counted_over_sessions_and_resets,
         a_wrong_pin_takes_the_verified_one_back, verified_in_this_session_alone,
         the_same_digits_and_more_are_another_pin, what_is_no_pin_block_costs_no_try,
         what_is_no_pin_block_takes_the_verified_one_back, a_change_without_a_pin_block_leaves_the_verified_one,
         change_takes_the_old_one, changes_are_counted_and_promised, the_counter_of_changes_ends,
         right_and_changed_are_signed, a_wrong_riding_one_is_signed, the_counter_of_events_ends,
         the_fifth_wrong_old_one_blocks, a_wrong_old_one_takes_the_verified_one_back,
         change_refuses_a_new_one_that_is_none, a_cut_gains_no_try, a_cut_at_the_right_pin, a_cut_while_changing,
         a_torn_verdict_is_given_at_power_on)

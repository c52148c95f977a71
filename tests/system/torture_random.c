/* SPDX-License-Identifier: Apache-2.0
 * Random days: a few calls at any terminals, two or three faults anywhere in them, the card carried from one terminal
 * into the middle of another's work; all of it from a seed. */
#include <inttypes.h>
#include <stdio.h>

#include "torture_judge.h"
#include "torture_plan.h"
#include "torture_server.h"
#include "torture_thief.h"
#include "torture_way.h"

#define CALLS_LEAST 3
#define CALLS_MOST  7
#define PLACES_MOST 24 /* a fault waits at one of so many places of its call */

/* splitmix64: the same numbers everywhere. */
static uint64_t draw(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static unsigned pick(uint64_t *state, unsigned count) {
  return (unsigned)(draw(state) % count);
}

static struct call any_call(uint64_t *state) {
  static const enum till tills[] = {TILL_POS, TILL_POS, TILL_POS2, TILL_RELOAD, TILL_RELOAD, TILL_RELOAD2};
  static const int64_t amounts[] = {113, 227, 523, 523, 811}; /* the same one often: a second try, or the same again */
  struct call call = {.till = tills[pick(state, 6)], .verb = VERB_PAY, .amount = amounts[pick(state, 5)]};
  unsigned verb = pick(state, 14);
  if (call.till == TILL_RELOAD || call.till == TILL_RELOAD2) {
    call.verb = VERB_LOAD;
    call.cash = call.till == TILL_RELOAD2; /* a terminal has one tender */
  } else if (verb < 2) {
    call.verb = VERB_PAY_POINTS;
  }
  if (verb == 2)
    call.verb = VERB_RECOVER;
  if (verb == 3)
    call.verb = VERB_PIN;
  if (verb == 4)
    call.verb = VERB_BALANCE;
  call.mistyped = verb == 5;
  call.server_down = pick(state, 10) == 0;
  return call;
}

/* On two days of three the till of the sale that may be given back also does that, and lets pay without the PIN. */
static void widen(struct call *call, uint64_t seed, unsigned at) {
  uint64_t state = seed * CALLS_MOST + at;
  unsigned verb = pick(&state, 6);
  if (seed % 3 == 0 || call->verb != VERB_PAY || call->mistyped > 0)
    return;
  call->without_pin = verb < 3;
  if (call->till != TILL_POS || verb < 2)
    return;
  call->verb = verb == 2 ? VERB_OWE : VERB_REFUND;
  call->sale = TORTURE_SALE;
}

/* Then cards pay also while the server is away, and holders have their money paid out. */
static void widen_more(struct call *call, uint64_t seed, unsigned at) {
  uint64_t state = (seed ^ UINT64_C(0x0FF11E)) * CALLS_MOST + at;
  unsigned verb = pick(&state, 12);
  if (seed % 3 == 0)
    return;
  if (call->verb == VERB_PAY && verb < 5) {
    call->offline = verb < 3 ? OFFLINE_USE_ONLY : OFFLINE_USE_AUTO;
    call->server_down = call->server_down || pick(&state, 3) > 0;
  }
  if (call->verb != VERB_LOAD)
    return;
  if (verb < 5)
    call->verb = VERB_PAYOUT;
  else if (verb < 7)
    call->verb = verb == 5 ? VERB_CONFIRM : VERB_BACK;
}

/* On some of these days the holder wants no card any more, and all back. */
static bool is_last_day(uint64_t seed) {
  return seed % 3 != 0 && seed % 7 == 3;
}

/* On the same days a thief is about: he has his card do something, and sees to it now and then that the shop's r does
 * not reach the server. */
static void thief_comes(struct sequence *sequence, uint64_t seed, unsigned at) {
  static const enum till tills[] = {TILL_POS, TILL_POS, TILL_POS2, TILL_RELOAD2};
  uint64_t state = ~(seed * CALLS_MOST + at);
  struct call call = {.till = tills[pick(&state, 4)], .verb = VERB_PAY, .amount = 523, .whose = WHOSE_OPENED};
  if (seed % 3 == 0 || pick(&state, 2) == 0)
    return;
  if (call.till == TILL_RELOAD2) {
    call.verb = VERB_LOAD;
    call.cash = true;
  } else if (pick(&state, 3) == 0) {
    call.offline = OFFLINE_USE_ONLY;
    call.server_down = pick(&state, 2) == 0;
  }
  unsigned tear = pick(&state, 4);
  if (tear < 2)
    sequence_fault(sequence, tear == 0 ? FAULT_KILL_BEFORE_REQUEST : FAULT_LINE_DOWN, 2, 0);
  thief_call(sequence, (enum thief_act)pick(&state, THIEF_ACTS), &call);
}

static void any_faults(struct sequence *sequence, uint64_t *state, unsigned calls) {
  unsigned count = 2 + pick(state, 2);
  for (unsigned i = 0; i < count; i++) {
    enum fault_kind kind = (enum fault_kind)(1 + pick(state, FAULT_COUNT - 1));
    unsigned most = fault_place(kind) == PLACE_CARD_WRITE ? PLACES_MOST : fault_place(kind) == PLACE_APDU ? 10 : 6;
    unsigned nth = 1 + pick(state, most);
    sequence_fault(sequence, kind, nth, pick(state, calls));
  }
}

/* Whatever the last call came to, in the end the card is closed; with what it paid off-line, which a closing waits
 * for. */
static void close_day(struct sequence *sequence) {
  static const struct call close = {.till = TILL_RELOAD, .verb = VERB_CLOSE};
  static const struct call shops[] = {{.till = TILL_POS, .verb = VERB_RECOVER},
                                      {.till = TILL_POS2, .verb = VERB_RECOVER}};
  for (size_t i = 0; i < sizeof shops / sizeof shops[0]; i++)
    sequence_must(sequence, &shops[i]);
  sequence->fate = CARD_BLOCKED;
  sequence_must(sequence, &close);
}

/* The other customer, whose payment something may have torn, pays once more. */
static void other_comes_back(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 61, .whose = WHOSE_OTHER};
  bool came = false;
  for (size_t i = 0; i < torture->fault_count; i++)
    came = came || (torture->faults[i].kind == FAULT_OTHER_CUSTOMER && torture->faults[i].fired);
  if (came)
    sequence_must(sequence, &call);
}

/* Everything is started again and sees the card. */
static void settle(struct sequence *sequence) {
  static const enum till tills[] = {TILL_POS, TILL_POS2, TILL_RELOAD, TILL_RELOAD2};
  for (size_t i = 0; i < sizeof tills / sizeof tills[0]; i++) {
    bool reload = tills[i] == TILL_RELOAD || tills[i] == TILL_RELOAD2;
    struct call call = {.till = tills[i], .verb = VERB_RECOVER, .cash = tills[i] == TILL_RELOAD2};
    sequence_must(sequence, &call);
    call.verb = reload ? VERB_LOAD : VERB_PAY;
    call.amount = 17;
    sequence_must(sequence, &call);
    call.verb = VERB_RECOVER;
    if (reload && sequence->payouts)
      way_settle_payouts(sequence, &call);
    else if (sequence->offline)
      sequence_must(sequence, &call);
  }
}

bool random_run(uint64_t seed, bool verbose) {
  static const struct call clean = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 7};
  static struct sequence sequence;
  uint64_t state = seed;
  unsigned calls = CALLS_LEAST + pick(&state, CALLS_MOST - CALLS_LEAST + 1);
  sequence_begin(&sequence, WHOSE_HOLDER);
  any_faults(&sequence, &state, calls);
  for (unsigned i = 0; i < calls; i++) {
    struct call call = any_call(&state), inside = any_call(&state);
    widen(&call, seed, i);
    widen(&inside, seed, i + CALLS_MOST);
    widen_more(&call, seed, i);
    widen_more(&inside, seed, i + CALLS_MOST);
    if (is_last_day(seed) && i + 1 == calls)
      call = (struct call){.till = TILL_RELOAD, .verb = VERB_CLOSE};
    if (inside.till != call.till)
      call.inside = &inside;
    thief_comes(&sequence, seed, i);
    (void)sequence_call(&sequence, &call);
    if (call.inside != NULL) /* the note outlives this turn of the loop */
      sequence.events[sequence.count - 1].call.inside = NULL;
    if (pick(&state, 2) == 0)
      server_deliver_late(FAULT_REQUEST_LATE);
  }
  server_deliver_late(FAULT_REQUEST_LATE);
  if (is_last_day(seed))
    close_day(&sequence);
  sequence_must(&sequence, &clean);
  other_comes_back(&sequence);
  judge_contact(&sequence);
  server_deliver_late(FAULT_REQUEST_VERY_LATE);
  settle(&sequence);
  judge_settled(&sequence);
  sequence_end(&sequence);
  if (sequence.violations > 0 || verbose) {
    printf("# random, --seed %" PRIu64 " --rounds 1:\n", seed);
    sequence_print(&sequence);
  }
  return sequence.violations == 0;
}

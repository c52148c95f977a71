/* SPDX-License-Identifier: Apache-2.0
 * Every single fault of every operation: the first place, the second, and so on until the operation runs through
 * without meeting it; each followed by every legal way to go on. */
#include <stdio.h>
#include <string.h>

#include "torture_judge.h"
#include "torture_plan.h"
#include "torture_server.h"
#include "torture_till.h"

#define AMOUNT 523 /* of the operation; nothing else moves just that */
#define OTHER  311

static const struct call clean = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 7};
static const struct call elsewhere = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 101};
static const struct call load_elsewhere = {.till = TILL_RELOAD2, .verb = VERB_LOAD, .amount = 701, .cash = true};

/* ---- where operations begin ---- */

/* The card is pulled out of the last command, so that the authorisation is out and nobody knows. */
static void torn_by(struct sequence *sequence, const struct call *call, enum fault_kind kind, unsigned nth) {
  sequence_fault(sequence, kind, nth, 0);
  (void)sequence_call(sequence, call);
  if (!fault_all_fired())
    sequence_violation(sequence, "the engine: the prelude met no fault");
}

#define LAST_PURCHASE_APDU 6 /* DEBIT, behind SELECT, two certificates, MUTUAL AUTHENTICATE and INITIALIZE */
#define LAST_LOAD_APDU     6

static const struct call pay_call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT};
static const struct call load_call = {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT};

static void begin_torn_debit(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_ANSWER_LOST_AWAY, LAST_PURCHASE_APDU);
}
static void begin_torn_before_debit(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_COMMAND_LOST_AWAY, LAST_PURCHASE_APDU);
}
static void begin_torn_credit(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_ANSWER_LOST_AWAY, LAST_LOAD_APDU);
}
/* Killed with the charge made: the recovery gives it back. */
static void begin_charged(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_KILL_AFTER_TENDER, 1);
}
/* Paid for, not credited, and the card went shopping: it is owed. */
static void begin_owed(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_COMMAND_LOST_AWAY, LAST_LOAD_APDU);
  sequence_must(sequence, &elsewhere);
}

static const struct operation operations[] = {
    {"purchase", {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT}, NULL},
    {"points-purchase", {.till = TILL_POS, .verb = VERB_PAY_POINTS, .amount = AMOUNT}, NULL},
    {"load-bank", {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT}, NULL},
    {"load-cash", {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT, .cash = true}, NULL},
    {"personalization", {.till = TILL_DESK, .verb = VERB_ISSUE, .raw = true}, NULL},
    {"pin-change", {.till = TILL_POS, .verb = VERB_PIN}, NULL},
    {"finishing-a-debit", {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT}, begin_torn_debit},
    {"giving-a-debit-again", {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT}, begin_torn_before_debit},
    {"finishing-a-credit", {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT}, begin_torn_credit},
    {"giving-a-charge-back", {.till = TILL_RELOAD, .verb = VERB_RECOVER}, begin_charged},
    {"load-of-what-is-owed", {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT}, begin_owed},
};

const struct operation *operation_at(size_t index) {
  return index < sizeof operations / sizeof operations[0] ? &operations[index] : NULL;
}

/* ---- what people do after it ---- */

static struct call at(const struct call *first, enum verb verb, int64_t amount) {
  struct call call = *first;
  call.verb = verb;
  call.amount = amount;
  call.inside = NULL;
  return call;
}

static bool is_reload(enum till till) {
  return till == TILL_RELOAD || till == TILL_RELOAD2;
}

/* The same once more, where the display did not say that it is done: that is what it told its people to do. */
static void again(struct sequence *sequence, const struct call *first, bool server_down, bool *done) {
  struct call call = at(first, first->verb, first->amount);
  call.server_down = server_down;
  if (*done)
    return;
  if (server_down)
    *done = report_done(sequence_call(sequence, &call));
  else
    sequence_must(sequence, &call);
}

static void go_elsewhere(struct sequence *sequence, const struct call *first) {
  struct call call = is_reload(first->till) ? load_elsewhere : elsewhere;
  if (first->verb == VERB_ISSUE) {
    call = *first;
    call.till = TILL_DESK2;
    call.inside = NULL;
  }
  sequence_must(sequence, &call);
}

static void return_there(struct sequence *sequence, const struct call *first) {
  struct call call = at(first, is_reload(first->till) ? VERB_LOAD : VERB_PAY, OTHER);
  if (first->verb == VERB_ISSUE)
    return;
  sequence_must(sequence, &call);
}

static void go_on(struct sequence *sequence, const struct call *first, enum way way, bool done) {
  struct call recover = at(first, VERB_RECOVER, 0);
  if (first->verb == VERB_ISSUE && done && way != WAY_SERVER_DOWN)
    return; /* issued: the desk has nothing more to do with it */
  switch (way) {
  case WAY_AGAIN:
    again(sequence, first, false, &done);
    break;
  case WAY_RECOVER_AND_GO:
    sequence_must(sequence, &recover);
    go_elsewhere(sequence, first);
    break;
  case WAY_GO_AND_RETURN:
    if (first->verb == VERB_ISSUE) { /* give it up, begin anew */
      struct call void_call = at(first, VERB_VOID, 0);
      (void)sequence_call(sequence, &void_call);
      again(sequence, first, false, &done);
      break;
    }
    go_elsewhere(sequence, first);
    return_there(sequence, first);
    break;
  case WAY_SERVER_DOWN:
    recover.server_down = true;
    if (first->verb != VERB_ISSUE)
      (void)sequence_call(sequence, &recover);
    again(sequence, first, true, &done);
    again(sequence, first, false, &done);
    break;
  default:
    if (first->verb == VERB_ISSUE) { /* by the other desk */
      go_elsewhere(sequence, first);
      break;
    }
    return_there(sequence, first);
    break;
  }
}

/* Everything is started again, and the first terminal sees the card. */
static void settle(struct sequence *sequence, const struct call *first) {
  static const enum till tills[] = {TILL_POS, TILL_POS2, TILL_RELOAD, TILL_RELOAD2};
  for (size_t i = 0; i < sizeof tills / sizeof tills[0]; i++) {
    struct call call = {.till = tills[i], .verb = VERB_RECOVER, .raw = first->raw, .cash = first->cash};
    if (tills[i] == TILL_RELOAD2)
      call.cash = true;
    if (tills[i] == first->till || (is_reload(first->till) && tills[i] == TILL_RELOAD2))
      sequence_must(sequence, &call);
  }
  struct call last = at(first, is_reload(first->till) ? VERB_LOAD : VERB_PAY, 13);
  if (first->verb == VERB_ISSUE)
    last.till = TILL_POS;
  sequence_must(sequence, &last);
}

/* The same purchase or load was wanted once: it was made once, or not at all where its people gave it up. */
static void judge_once(struct sequence *sequence, const struct call *first, enum way way, bool done, bool refused) {
  uint8_t type = first->verb == VERB_LOAD  ? TRANSACTION_LOAD
                 : first->verb == VERB_PAY ? TRANSACTION_PURCHASE
                                           : TRANSACTION_POINTS_PURCHASE;
  if (first->verb != VERB_PAY && first->verb != VERB_PAY_POINTS && first->verb != VERB_LOAD)
    return;
  unsigned count = judge_count(sequence, type, first->amount);
  bool insisted = done || way == WAY_AGAIN || way == WAY_SERVER_DOWN;
  if (count > 1 || (insisted && count != 1) || (!insisted && refused && count != 0))
    sequence_violation(sequence, "wanted once, made %u times", count);
}

static void open_raw(struct sequence *sequence, const struct call *first) {
  const struct call load = {.till = TILL_RELOAD2, .verb = VERB_LOAD, .amount = 5000, .cash = true, .raw = true};
  if (first->verb == VERB_ISSUE)
    sequence_must(sequence, &load);
}

struct single {
  const struct operation *operation;
  struct fault fault;
  enum way way;
};

/* True: the fault happened. */
static bool run(const struct single *single, struct sequence *sequence) {
  struct call first = single->operation->call, inside = elsewhere, contact = clean;
  inside.raw = contact.raw = first.raw;
  if (single->way % 2 == 1)
    inside = load_elsewhere;
  if (first.verb == VERB_ISSUE)
    inside = (struct call){.till = TILL_DESK2, .verb = VERB_ISSUE, .raw = true};
  first.inside = &inside;
  sequence_begin(sequence, first.raw);
  if (single->operation->prelude != NULL)
    single->operation->prelude(sequence);
  sequence_fault(sequence, single->fault.kind, single->fault.nth, 0);
  const struct report report = *sequence_call(sequence, &first);
  bool fired = fault_all_fired(), done = report_done(&report);
  bool refused = report.returned && !done && report.status != STATUS_OUTCOME_UNKNOWN;
  server_deliver_late(FAULT_REQUEST_LATE);
  go_on(sequence, &first, single->way, done);
  server_deliver_late(FAULT_REQUEST_VERY_LATE);
  open_raw(sequence, &first);
  sequence_must(sequence, &contact);
  judge_contact(sequence);
  settle(sequence, &first);
  judge_settled(sequence);
  if (single->operation->prelude == NULL)
    judge_once(sequence, &first, single->way, done, refused);
  sequence_end(sequence);
  return fired;
}

/* Whether the fault can happen in it at all. */
static bool applies(const struct operation *operation, enum fault_kind kind) {
  bool by_hand = operation->call.cash;
  if (fault_place(kind) == PLACE_TENDER)
    return operation->call.verb == VERB_LOAD || operation->call.verb == VERB_RECOVER
               ? !by_hand || kind != FAULT_TENDER_LOST_AFTER
               : false;
  return true;
}

static void report_violation(const struct single *single, const struct sequence *sequence) {
  printf("# %s, %s number %u, way %d (--operation %s --fault %s --nth %u --way %d):\n", single->operation->name,
         fault_words(single->fault.kind), single->fault.nth, (int)single->way, single->operation->name,
         fault_words(single->fault.kind), single->fault.nth, (int)single->way);
  sequence_print(sequence);
}

/* All ways behind one place; true: there was such a place. */
static bool place_run(struct single *single, const struct single_choice *choice, struct plan_tally *tally) {
  static struct sequence sequence;
  bool fired = false;
  unsigned first = choice->way >= 0 ? (unsigned)choice->way : tally->points;
  unsigned ways = choice->way >= 0 ? 1 : choice->ways;
  for (unsigned i = 0; i < ways && (i == 0 || fired); i++) {
    single->way = (enum way)((first + i) % WAY_COUNT);
    fired = run(single, &sequence);
    tally->runs++;
    if (sequence.violations == 0)
      continue;
    tally->violated++;
    report_violation(single, &sequence);
  }
  tally->points += fired;
  return fired;
}

void single_run(const struct operation *operation, const struct single_choice *choice, struct plan_tally *tally) {
  for (enum fault_kind kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
    if ((choice->kind != FAULT_NONE && choice->kind != kind) || !applies(operation, kind))
      continue;
    bool more = true;
    for (unsigned nth = choice->nth != 0 ? choice->nth : 1; more; nth++) {
      struct single single = {.operation = operation, .fault = {.kind = kind, .nth = nth}};
      if (choice->budget != 0 && tally->violated >= choice->budget)
        return;
      more = place_run(&single, choice, tally) && choice->nth == 0;
    }
  }
}

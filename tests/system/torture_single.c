/* SPDX-License-Identifier: Apache-2.0
 * Every single fault of every operation: the first place, the second, and so on until the operation runs through
 * without meeting it; each followed by every legal way to go on. */
#include <stdio.h>
#include <string.h>

#include "torture_judge.h"
#include "torture_operation.h"
#include "torture_plan.h"
#include "torture_server.h"
#include "torture_till.h"

struct single {
  const struct operation *operation;
  struct fault fault;
  enum way way;
  unsigned places[PLACE_COUNT]; /* out: how many of each kind the operation came by */
};

/* The same purchase or load was wanted once: it was made once, or not at all where its people gave it up. */
static void judge_once(struct sequence *sequence, const struct single *single, bool done, bool refused) {
  const struct call *first = &single->operation->call;
  unsigned count = judge_count(sequence, first);
  bool insisted = done || single->way == WAY_AGAIN || single->way == WAY_SERVER_DOWN;
  bool given_up = !insisted && refused && single->operation->prelude == NULL;
  if (count > 1 || (insisted && count != 1) || (given_up && count != 0))
    sequence_violation(sequence, "wanted once, made %u times", count);
}

static void begin(const struct single *single, struct sequence *sequence) {
  const struct operation *operation = single->operation;
  sequence_begin(sequence, operation->call.whose);
  if (operation->prelude != NULL)
    operation->prelude(sequence);
  if (operation->fate != 0)
    sequence->fate = operation->fate;
  sequence->dies_alone = operation->call.gives_up;
}

/* True: the fault happened. */
static bool run(struct single *single, struct sequence *sequence) {
  struct call first = single->operation->call, inside;
  way_inside(&first, single->way, &inside);
  first.inside = &inside;
  begin(single, sequence);
  sequence_fault(sequence, single->fault.kind, single->fault.nth, 0);
  const struct report report = *sequence_call(sequence, &first);
  bool fired = fault_all_fired(), done = report_done(&report);
  memcpy(single->places, torture->reached, sizeof single->places);
  bool answered = !first.server_down; /* nobody else is answered either */
  if (single->fault.kind == FAULT_OTHER_CUSTOMER && fired && answered && !report_done(&torture->inside))
    sequence_violation(sequence, "the other customer could not pay");
  bool refused =
      report.returned && !done && report.status != STATUS_OUTCOME_UNKNOWN && report.status != STATUS_PAYOUT_OPEN;
  server_deliver_late(FAULT_REQUEST_LATE);
  way_go(sequence, &first, single->way, done);
  server_deliver_late(FAULT_REQUEST_VERY_LATE);
  way_contact(sequence, &first);
  judge_contact(sequence);
  way_settle(sequence, &first);
  judge_settled(sequence);
  if (torture->books.given_back > 0) /* elsewhere other amounts are loaded */
    sequence_violation(sequence, "a charge was given back, and the claim to it loaded at the same terminal");
  if (single->operation->once)
    judge_once(sequence, single, done, refused);
  sequence_end(sequence);
  return fired;
}

/* Whether the fault can happen in it at all. */
static bool applies(const struct operation *operation, enum fault_kind kind) {
  bool by_hand = operation->call.cash;
  if (kind == FAULT_OTHER_CUSTOMER && operation->call.whose == WHOSE_OTHER)
    return false;
  if (fault_place(kind) == PLACE_TENDER)
    return operation->call.verb == VERB_LOAD || operation->call.verb == VERB_RECOVER ||
                   operation->call.verb == VERB_PAYOUT || operation->call.verb == VERB_CLOSE
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

/* All ways behind one place. */
static void place_run(struct single *single, const struct single_choice *choice, struct plan_tally *tally) {
  static struct sequence sequence;
  bool fired = false;
  unsigned first = choice->way >= 0 ? (unsigned)choice->way : tally->points;
  unsigned ways = choice->way >= 0 ? 1 : choice->ways;
  for (unsigned i = 0; i < ways; i++) {
    single->way = (enum way)((first + i) % WAY_COUNT);
    fired = run(single, &sequence);
    if (!fired && choice->nth == 0)
      sequence_violation(&sequence, "the engine: the fault did not happen");
    tally->runs++;
    if (sequence.violations == 0)
      continue;
    tally->violated++;
    report_violation(single, &sequence);
  }
  tally->points += fired;
  tally->of_kind[single->fault.kind] += fired;
}

/* The operation undisturbed: how many places of each kind it has. False: it is violated already. */
static bool places_count(const struct operation *operation, unsigned places[PLACE_COUNT], struct plan_tally *tally) {
  static struct sequence sequence;
  struct single single = {.operation = operation};
  (void)run(&single, &sequence);
  memcpy(places, single.places, sizeof single.places);
  tally->runs++;
  if (sequence.violations == 0)
    return true;
  tally->violated++;
  report_violation(&single, &sequence);
  return false;
}

/* Of the whole row of faults, kind by kind and place by place, every so many-th is taken; where the row begins differs
 * from operation to operation. */
static bool is_taken(const struct single_choice *choice, const struct fault *fault, unsigned at) {
  if (choice->nth != 0)
    return fault->nth == choice->nth;
  return at % choice->stride == 0;
}

void single_run(const struct operation *operation, const struct single_choice *choice, struct plan_tally *tally) {
  unsigned places[PLACE_COUNT], at = choice->first;
  if (!places_count(operation, places, tally))
    return;
  for (enum fault_kind kind = FAULT_NONE + 1; kind < FAULT_COUNT; kind++) {
    if ((choice->kind != FAULT_NONE && choice->kind != kind) || !applies(operation, kind))
      continue;
    for (unsigned nth = 1; nth <= places[fault_place(kind)]; nth++) {
      struct single single = {.operation = operation, .fault = {.kind = kind, .nth = nth}};
      if (choice->budget != 0 && tally->violated >= choice->budget)
        return;
      if (is_taken(choice, &single.fault, at++))
        place_run(&single, choice, tally);
    }
  }
}

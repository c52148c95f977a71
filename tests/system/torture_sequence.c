/* SPDX-License-Identifier: Apache-2.0
 * A run: calls one after the other, what each came to, and what contradicted a promise of the design. */
#include "torture_sequence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "torture_server.h"
#include "torture_thief.h"
#include "torture_till.h"
#include "torture_world.h"

const char *verb_name(enum verb verb) {
  static const char *const names[] = {"pay",    "pay-points", "load",    "pin",    "balance",
                                      "issue",  "void",       "recover", "refund", "owe",
                                      "payout", "confirm",    "back",    "renew",  "close"};
  return names[verb];
}

void sequence_violation(struct sequence *sequence, const char *format, ...) {
  va_list arguments;
  if (sequence->violations < VIOLATIONS_MAX) {
    va_start(arguments, format);
    (void)vsnprintf(sequence->texts[sequence->violations], sizeof sequence->texts[0], format, arguments);
    va_end(arguments);
  }
  sequence->violations++;
}

void sequence_begin(struct sequence *sequence, enum whose whose) {
  memset(sequence, 0, sizeof *sequence);
  sequence->whose = whose;
  sequence->fate = CARD_PERSONALISED;
  thief_begin();
  if (!world_reset() || !server_start())
    sequence_violation(sequence, "the engine: the world cannot be put back");
}

void sequence_fault(struct sequence *sequence, enum fault_kind kind, unsigned nth, unsigned ahead) {
  if (kind == FAULT_NONE || torture->fault_count == FAULTS_MAX)
    return;
  torture->faults[torture->fault_count++] =
      (struct fault){.kind = kind, .nth = nth, .call = sequence->calls + ahead, .fired = false};
}

static void note(struct sequence *sequence, const struct call *call, const struct report *report, bool is_inside) {
  if (sequence->count == EVENTS_MAX) {
    sequence_violation(sequence, "the engine: too many calls");
    return;
  }
  sequence->events[sequence->count++] = (struct event){*call, *report, is_inside};
  if (report->odd)
    sequence_violation(sequence, "call %u: the terminal's process broke off by itself or hung", sequence->count);
}

/* What the holder types: the PIN that was told to hold, or one and then the other. */
static void remember_pins(const struct sequence *sequence, const struct call *call) {
  unsigned typed = 0;
  memset(torture->pins, 0, sizeof torture->pins);
  while (typed < call->mistyped)
    torture->pins[typed++] = TORTURE_WRONG_PIN;
  if (call->gives_up)
    return;
  torture->pins[typed++] =
      sequence->pin == PIN_IS_OLD || call->whose != sequence->whose ? TORTURE_PIN : TORTURE_NEW_PIN;
  if (sequence->pin == PIN_IS_EITHER)
    torture->pins[typed] = TORTURE_PIN;
}

static void learn_pin(struct sequence *sequence, const struct call *call, const struct report *report) {
  if (call->verb != VERB_PIN || call->whose != sequence->whose)
    return;
  if (report->returned && report->status == STATUS_OK)
    sequence->pin = PIN_IS_NEW;
  else if (!report->returned || report->status == STATUS_OUTCOME_UNKNOWN)
    sequence->pin = sequence->pin == PIN_IS_NEW ? PIN_IS_NEW : PIN_IS_EITHER;
}

static void note_kinds(struct sequence *sequence, const struct call *call) {
  sequence->offline = sequence->offline || call->offline != OFFLINE_USE_NEVER;
  sequence->payouts = sequence->payouts || call->verb == VERB_PAYOUT || call->verb == VERB_CLOSE;
  sequence->renewed = sequence->renewed || call->verb == VERB_RENEW;
}

const struct report *sequence_call(struct sequence *sequence, const struct call *call) {
  remember_pins(sequence, call);
  note_kinds(sequence, call);
  torture->clock++;
  till_run(call, sequence->calls++);
  if (torture->inside_did != NULL)
    note(sequence, torture->inside_did, &torture->inside, true);
  if (torture->inside_did != NULL)
    learn_pin(sequence, torture->inside_did, &torture->inside);
  if (torture->inside_did != NULL)
    note_kinds(sequence, torture->inside_did);
  note(sequence, call, &torture->report, false);
  learn_pin(sequence, call, &torture->report);
  return &torture->report;
}

/* A card that was issued before the answer got lost is not issued twice, and that is said. Nothing is done with a card
 * that is to die, but for what was begun before. */
static bool is_end(const struct sequence *sequence, const struct call *call, const struct report *report) {
  bool dead = report->status == STATUS_CARD_BLOCKED || report->status == STATUS_CARD_CLOSED ||
              report->status == STATUS_PIN_BLOCKED;
  if (!report->returned)
    return false;
  if (call->verb == VERB_RENEW) /* it says so itself, once it is dead */
    return report->status == STATUS_OK || report->status == STATUS_CARD_BLOCKED;
  if (call->verb == VERB_CLOSE)
    return report->status == STATUS_OK || dead;
  bool by_card = call->verb != VERB_RECOVER && call->verb != VERB_BACK && call->verb != VERB_CONFIRM;
  if (call->whose == sequence->whose && by_card && sequence->fate != CARD_PERSONALISED) {
    if (sequence->fate == CARD_EXPIRED)
      dead = report->status == STATUS_CARD_EXPIRED;
    return dead || (report->status == STATUS_OK && report->outcome.finished_before);
  }
  return report_ended(report) ||
         ((call->verb == VERB_ISSUE || call->verb == VERB_VOID) && report->status == STATUS_CARD_ALREADY_ISSUED);
}

void sequence_must(struct sequence *sequence, const struct call *call) {
  const struct report *report = sequence_call(sequence, call);
  if (!is_end(sequence, call, report))
    sequence_violation(sequence, "call %u, undisturbed, ended with %s", sequence->count,
                       report->returned ? status_name(report->status) : "death");
}

void sequence_end(struct sequence *sequence) {
  if (!server_stop())
    sequence_violation(sequence, "the server broke off by itself");
  if (torture->bank.full || torture->bank.zvt.full)
    sequence_violation(sequence, "the engine: no room for the bank");
}

/* ---- told ---- */

static void event_print(const struct event *event, unsigned number) {
  const struct call *call = &event->call;
  const struct report *report = &event->report;
  printf("#   %u%s %s %s %" PRId64 "%s%s%s: %s", number, event->is_inside ? " (inside the next)" : "",
         till_name(call->till), verb_name(call->verb), call->amount,
         call->cash                     ? " cash"
         : call->bank != BANK_SIMULATOR ? " by ZVT"
                                        : "",
         call->offline == OFFLINE_USE_ONLY   ? " off-line"
         : call->offline == OFFLINE_USE_AUTO ? " or off-line"
                                             : "",
         call->server_down ? ", server down" : "", report->returned ? status_name(report->status) : "killed");
  printf(", ATC %u to %u%s%s%s\n", report->atc, report->outcome.atc,
         call->whose == WHOSE_OTHER    ? ", the other card"
         : call->whose == WHOSE_OPENED ? ", the opened card"
                                       : "",
         report->outcome.finished_before ? ", finished" : "", report->outcome.confirmed ? ", confirmed" : "");
}

void sequence_print(const struct sequence *sequence) {
  for (size_t i = 0; i < torture->fault_count; i++)
    printf("#   fault: %s, number %u, in call %u%s\n", fault_words(torture->faults[i].kind), torture->faults[i].nth,
           torture->faults[i].call + 1, torture->faults[i].fired ? "" : ", did not happen");
  for (unsigned i = 0; i < sequence->count; i++)
    event_print(&sequence->events[i], i + 1);
  for (unsigned i = 0; i < sequence->violations && i < VIOLATIONS_MAX; i++)
    printf("#   VIOLATION: %s\n", sequence->texts[i]);
  fflush(stdout);
}

/* SPDX-License-Identifier: Apache-2.0
 * A run: calls one after the other, what each came to, and what contradicted a promise of the design. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_SEQUENCE_H
#define EPURSE_TESTS_SYSTEM_TORTURE_SEQUENCE_H

#include "torture.h"

#define EVENTS_MAX     64
#define VIOLATIONS_MAX 8

struct event {
  struct call call;
  struct report report;
  bool is_inside; /* done by another terminal in the middle of the one before */
};

/* What the holder knows of the PIN. */
enum pin_belief { PIN_IS_OLD, PIN_IS_NEW, PIN_IS_EITHER };

struct sequence {
  enum whose whose;     /* about this card */
  enum card_state fate; /* what is to become of it: CARD_PERSONALISED, CARD_BLOCKED, CARD_EXPIRED */
  bool dies_alone;      /* by its own hand, and the server hears of it or not */
  struct event events[EVENTS_MAX];
  unsigned count, calls;
  enum pin_belief pin;
  bool offline, payouts, renewed; /* there were some, or may have been */
  unsigned violations;
  char texts[VIOLATIONS_MAX][200];
};

/* Puts the world back to its beginning and starts the server. */
void sequence_begin(struct sequence *sequence, enum whose whose);
/* Adds a fault that waits in the call that comes `ahead` calls from now, 0: the next one. */
void sequence_fault(struct sequence *sequence, enum fault_kind kind, unsigned nth, unsigned ahead);
/* Does it; answers what came of it. The calls inside it are noted before it. */
const struct report *sequence_call(struct sequence *sequence, const struct call *call);
/* Does it, and it must end well: with OK; or with what a dead card ends with, where it is to die. */
void sequence_must(struct sequence *sequence, const struct call *call);
/* Stops the server. */
void sequence_end(struct sequence *sequence);

/* Something is not as was promised. */
void sequence_violation(struct sequence *sequence, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints all of it as TAP comments. */
void sequence_print(const struct sequence *sequence);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What goes wrong and where: faults that wait at the n-th card write, APDU, journal write, request, commit of the
 * server, tender question, receipt or display of a call. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_FAULT_H
#define EPURSE_TESTS_SYSTEM_TORTURE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* Where a fault can wait. Each is counted from the beginning of a call. */
enum fault_place {
  PLACE_NONE,
  PLACE_CARD_WRITE, /* a write or commit of the card's memory */
  PLACE_CARD_FILE,  /* a write of the card's file */
  PLACE_APDU,
  PLACE_JOURNAL, /* a write of the terminal's journal, sequence numbers too */
  PLACE_REQUEST, /* a question to the server */
  PLACE_COMMIT,  /* a commit of the server's database */
  PLACE_TENDER,  /* a line to the bank, a question to the operator */
  PLACE_RECEIPT, /* a receipt is put in its place */
  PLACE_DISPLAY, /* people are shown that it is done */
  PLACE_COUNT
};

enum fault_kind {
  FAULT_NONE,
#define FAULT(name, place, away, words) FAULT_##name,
#include "torture_faults.def"
#undef FAULT
  FAULT_COUNT
};

struct fault {
  enum fault_kind kind;
  unsigned nth;  /* 1: the first place */
  unsigned call; /* of a sequence: in which call it waits, from 0 */
  bool fired;
};
#define FAULTS_MAX 8

const char *fault_words(enum fault_kind kind);
enum fault_kind fault_by_words(const char *words); /* FAULT_NONE: no such */
enum fault_place fault_place(enum fault_kind kind);
bool fault_away(enum fault_kind kind);

/* Lays the counters down and arms those faults that wait in this call. */
void fault_arm(unsigned call);
/* Whether one of them does. */
bool fault_waits(void);
/* The call is over: whatever did not happen in it will not happen any more. */
void fault_disarm(void);
/* This place is reached: the fault that happens now, or FAULT_NONE. */
enum fault_kind fault_at(enum fault_place place);
/* The armed one of a place that counts for itself; *nth is set. FAULT_NONE: none. */
enum fault_kind fault_armed(enum fault_place place, unsigned *nth);
/* So many places were passed that count for themselves. */
void fault_passed(enum fault_place place, unsigned count);
/* It has happened. */
void fault_fired(enum fault_kind kind);
/* Whether all that wait in a sequence have happened. */
bool fault_all_fired(void);

/* This process is not to be disturbed any more. */
void fault_calm(void);
/* This process is killed here and now. */
#define TORTURE_KILLED 9
_Noreturn void fault_kill(void);

#endif

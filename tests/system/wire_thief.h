/* SPDX-License-Identifier: Apache-2.0
 * An opened card: a genuine one whose keys its thief has, and which says what he likes inside a channel that is
 * right. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_THIEF_H
#define EPURSE_TESTS_SYSTEM_WIRE_THIEF_H

#include "flow_card.h"

/* What it says from one APDU of a session on; `detail` says which of several. */
enum thief_lie {
  THIEF_POSES,        /* another card's number, counter, slot and log; detail: enum slot_state of that slot */
  THIEF_CERTIFICATES, /* another card's certificates */
  THIEF_RAISES,       /* more money and points */
  THIEF_FORKS,        /* what it held before, again and again */
  THIEF_DENIES,       /* that it has committed anything; its slot is aborted */
  THIEF_LOGS,         /* a transaction in its log that never was */
  THIEF_PIN,          /* another PIN is right; 1: no tries are left; 2: both */
  THIEF_REFUSES,      /* a status word, having done it all the same or not */
  THIEF_NOISE,        /* a bit of its answer, under a right MAC; detail: of which byte */
  THIEF_PROMISES,     /* a field of the promise, signed anew */
  THIEF_INFORMS,      /* a field of DF70, the proof, the balance */
  THIEF_RECORDS,      /* a field of the record of its PIN, signed anew, or one where there is none */
  THIEF_LIES
};
unsigned thief_details(enum thief_lie lie);
const char *thief_lie_name(enum thief_lie lie);

struct thief {
  struct flow_card *card;          /* borrowed, like all others */
  const struct card_memory *other; /* the card whose number it says */
  const uint8_t *other_cid;
  enum thief_lie lie;
  unsigned detail, from;     /* the n-th APDU of each session */
  const char *takes;         /* the PIN that is right for it; NULL: its holder's */
  struct card_memory before; /* its memory when the attack began */
  struct reader reader;      /* what the terminal gets */
  unsigned now;              /* APDUs of this session */
  uint8_t ins, p1, p2;       /* of the newest */
  bool told;                 /* anything that was not so */
};

/* From here on it lies, until thief_calm. Only one does at a time. */
void thief_arm(struct thief *thief);
void thief_calm(struct thief *thief);

#endif

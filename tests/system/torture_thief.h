/* SPDX-License-Identifier: Apache-2.0
 * An opened card among the others: its keys and memory are its thief's, who has it sign what suits him. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_THIEF_H
#define EPURSE_TESTS_SYSTEM_TORTURE_THIEF_H

#include "torture_sequence.h"

enum thief_act {
  THIEF_HONEST,  /* as any card */
  THIEF_DENIES,  /* promises that its last transaction was never done */
  THIEF_FORKS,   /* promises again what it has promised, of another hash */
  THIEF_RAISES,  /* promises a higher balance */
  THIEF_POSES,   /* says that it is the holder's card, and that what that did last was done */
  THIEF_RENEGES, /* the same, and that it was not done */
  THIEF_ACTS
};

/* A run begins: he has done nothing yet. */
void thief_begin(void);
/* He does that at the terminal of the call, whose card is his. */
void thief_call(struct sequence *sequence, enum thief_act act, const struct call *call);

/* After everything is settled, the books told: merchants have what their displays said, but for what is beyond the one
 * payment that the issuer bears; and that card has spent no more than it was loaded with, and the one. */
void thief_judge(struct sequence *sequence);

#endif

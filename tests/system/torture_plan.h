/* SPDX-License-Identifier: Apache-2.0
 * The plans of the engine: every single fault of every operation, each followed by every legal way to go on; and random
 * ones of several faults, from a seed. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_PLAN_H
#define EPURSE_TESTS_SYSTEM_TORTURE_PLAN_H

#include "torture_sequence.h"

/* How people go on after it. */
enum way {
  WAY_AGAIN,          /* the same again at the same terminal */
  WAY_RECOVER_AND_GO, /* the verb recover there, then the card goes to another terminal */
  WAY_GO_AND_RETURN,  /* the card goes to another terminal first, then comes back */
  WAY_SERVER_DOWN,    /* the same again and recover while nobody answers, then the same again */
  WAY_SOMETHING_ELSE, /* another amount at the same terminal */
  WAY_COUNT
};

struct operation {
  const char *name;
  struct call call;
  /* Brings about what the operation begins with; NULL: the beginning itself. */
  void (*prelude)(struct sequence *sequence);
};
const struct operation *operation_at(size_t index); /* NULL behind the last */

/* What is wanted of the single faults. */
struct single_choice {
  const char *operation; /* NULL: all */
  enum fault_kind kind;  /* FAULT_NONE: all */
  unsigned nth;          /* 0: all */
  unsigned ways;         /* so many of them for each fault, in turn */
  int way;               /* this one alone; -1: as `ways` says */
  unsigned budget;       /* stop after so many violated runs; 0: never */
};
struct plan_tally {
  unsigned points; /* places at which something went wrong */
  unsigned runs, violated;
};
/* Runs them; prints each violated run. */
void single_run(const struct operation *operation, const struct single_choice *choice, struct plan_tally *tally);

/* One round of the random plan; true: nothing was violated. */
bool random_run(uint64_t seed, bool verbose);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The plans of the engine: every single fault of every operation, each followed by every legal way to go on; and random
 * ones of several faults, from a seed. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_PLAN_H
#define EPURSE_TESTS_SYSTEM_TORTURE_PLAN_H

#include "torture_operation.h"
#include "torture_way.h"

/* What is wanted of the single faults. */
struct single_choice {
  const char *operation; /* NULL: all */
  enum fault_kind kind;  /* FAULT_NONE: all */
  unsigned nth;          /* 0: all */
  unsigned ways;         /* so many of them for each fault, in turn */
  unsigned stride;       /* of an operation's faults, in their row, every so many-th */
  unsigned first;        /* where in the row that begins */
  int way;               /* this one alone; -1: as `ways` says */
  unsigned budget;       /* stop after so many violated runs; 0: never */
};
struct plan_tally {
  unsigned points; /* places at which something went wrong */
  unsigned runs, violated;
  unsigned of_kind[FAULT_COUNT]; /* of the points */
};
/* Runs them; prints each violated run. */
void single_run(const struct operation *operation, const struct single_choice *choice, struct plan_tally *tally);

/* One round of the random plan; true: nothing was violated. */
bool random_run(uint64_t seed, bool verbose);

#endif

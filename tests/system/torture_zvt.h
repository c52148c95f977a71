/* SPDX-License-Identifier: Apache-2.0
 * A bank's terminal at the other end of a ZVT line: its memory, which outlives terminals of ours. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_ZVT_H
#define EPURSE_TESTS_SYSTEM_TORTURE_ZVT_H

#include <stdbool.h>
#include <stdint.h>

#define ZVT_DONE_MAX 96

struct zvt_account {
  unsigned count;
  struct zvt_done { /* receipt number: its place, from 1 */
    int64_t amount;
    unsigned original;          /* of what is given back: its receipt number; 0: a charge */
    bool given_back, by_itself; /* by itself: its line was lost while it waited for its goods */
  } done[ZVT_DONE_MAX];
  bool waits;  /* the last charge waits for its goods */
  bool stingy; /* what waits, and loses its line, stands: it is not taken back */
  bool full;   /* the engine's own room did not suffice */
};

/* What the bank keeps of all that was charged there, minor units. */
int64_t zvt_account_kept(const struct zvt_account *account);
/* Whether a charge of that amount was taken back by the terminal itself: the documented price of having it wait for
 * goods. */
bool zvt_account_took_back(const struct zvt_account *account, int64_t amount);

#endif

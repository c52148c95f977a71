/* SPDX-License-Identifier: Apache-2.0
 * The closings (Z) and shifts in a terminal's journal: what is kept of each, and which entries are counted in it. */
#ifndef EPURSE_JOURNAL_CLOSING_H
#define EPURSE_JOURNAL_CLOSING_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/reference.h"
#include "epurse/status.h"

struct journal; /* journal.h */
struct journal_entry;

/* Two chains are kept alike: the closings (Z), and the shifts that have ended. An entry is counted once in each. */
enum journal_chain { JOURNAL_CLOSINGS, JOURNAL_SHIFTS, JOURNAL_CHAINS };

/* A closing or shift as it is kept: what it says, with the hash of the one before in it, and the hash of that. */
#define JOURNAL_CLOSING_MAX 8192
struct journal_closing {
  int64_t number;
  char body[JOURNAL_CLOSING_MAX];
  uint8_t hash[32];
};
/* The next entry behind `after` that was counted in that one of the chain; 0: in none yet. STATUS_NOT_FOUND at the
 * end. */
enum status journal_next_counted(struct journal *journal, enum journal_chain chain, int64_t number, int64_t after,
                                 struct journal_entry *entry) EPURSE_MUST_USE;
/* That one of the chain; 0: the last. STATUS_NOT_FOUND. STATUS_STORE_FAILED: it is not what this program writes. */
enum status journal_closing_find(struct journal *journal, enum journal_chain chain, int64_t number,
                                 struct journal_closing *closing) EPURSE_MUST_USE;
/* Keeps it, with the entries that are counted in it: all of it, durable when it returns, or nothing. STATUS_INTERNAL:
 * it does not follow the last one, one of the entries is counted already, or it is a shift that has not begun. */
enum status journal_closing_keep(struct journal *journal, enum journal_chain chain,
                                 const struct journal_closing *closing, const int64_t *entries,
                                 size_t count) EPURSE_MUST_USE;
struct journal_closing_marks {
  int64_t last_number, astray;
};
/* For whoever audits: the highest number that was ever given, and how many are counted of which entry or closing is
 * missing. */
enum status journal_closing_marks(struct journal *journal, enum journal_chain chain,
                                  struct journal_closing_marks *marks) EPURSE_MUST_USE;

/* How a shift began; it is not in its chain before it ends. */
struct journal_shift {
  int64_t number, begun;         /* unix seconds */
  int64_t drawer_float;          /* what was counted into the drawer */
  char cashier[CASHIER_MAX + 1]; /* "": nobody said */
};
/* Begins the next one, and sets its number: `entries`, which are known by now and in no shift, will be in none. All of
 * it, durable when it returns, or nothing. STATUS_INTERNAL: one runs. */
enum status journal_shift_begin(struct journal *journal, struct journal_shift *shift, const int64_t *entries,
                                size_t count) EPURSE_MUST_USE;
/* How that one began; 0: the one that runs. STATUS_NOT_FOUND. */
enum status journal_shift_find(struct journal *journal, int64_t number, struct journal_shift *shift) EPURSE_MUST_USE;

#endif

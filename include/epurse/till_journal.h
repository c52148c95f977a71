/* SPDX-License-Identifier: Apache-2.0
 * What a till's terminal has done, by its journal: its totals since a moment, and the latest of it. */
#ifndef EPURSE_TILL_JOURNAL_H
#define EPURSE_TILL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/reference.h"
#include "epurse/status.h"
#include "epurse/till_kind.h"

struct till;

/* What this terminal has done since a moment, from its journal. */
struct till_total {
  unsigned count;
  int64_t amount; /* minor units */
};
struct till_totals {
  int64_t since, until;       /* unix seconds */
  struct till_total kinds[5]; /* by enum till_kind: what is done, in money; payouts with the cards' deposits */
  struct till_total points;   /* sales that were paid with points; not in kinds[TILL_SALE] */
  struct till_total offline;  /* of kinds[TILL_SALE], those by the card's promise only */
  struct till_total waiting;  /* of all, those that the server has not booked yet */
  unsigned held;              /* begun, and not known how they end */
};
/* Of what began since then, counted as a closing is (terminal_count.h). STATUS_STORE_FAILED. Reads the whole
 * journal. */
enum status till_totals(struct till *till, int64_t since, struct till_totals *totals) EPURSE_MUST_USE;

/* One that the card has done. */
struct till_entry {
  int64_t number, time; /* of the journal; unix seconds */
  enum till_kind kind;
  int64_t amount;                    /* minor units; with points the price, and no money moved */
  char reference[REFERENCE_MAX + 1]; /* "": none */
  bool points, offline;
  bool waiting; /* the server has not booked it yet */
};
/* The latest, newest first; at most `capacity`, which is not 0. STATUS_STORE_FAILED. Reads the whole journal. */
enum status till_recent(struct till *till, struct till_entry *rows, size_t capacity, size_t *count) EPURSE_MUST_USE;

#endif

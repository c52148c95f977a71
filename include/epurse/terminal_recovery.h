/* SPDX-License-Identifier: Apache-2.0
 * Recovery: what a terminal brings to an end without a card. */
#ifndef EPURSE_TERMINAL_RECOVERY_H
#define EPURSE_TERMINAL_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/must_use.h"
#include "epurse/terminal_offline.h"

struct terminal;

/* Of a program that lives on: a purchase is told to people first and to the server then, by terminal_confirm or with
 * those that follow at once. It waits in the journal as COMMITTED, and whoever dies meanwhile leaves it to the next
 * recovery. */
#define CONFIRM_WITHIN_MS 1000 /* so old, it is told before another purchase begins */
struct confirm_later {
  bool wanted;   /* set by the program, which calls terminal_confirm in time */
  int64_t since; /* CLOCK_MONOTONIC milliseconds, from 1: when the oldest began to wait; 0: none does */
  /* Called while a card is waited for: terminal_confirm, set with `wanted`. NULL: nobody is told meanwhile. */
  void (*while_waiting)(struct terminal *terminal);
};
/* Tells the server of what waits so, in one message for up to 32; where none does, nothing. What cannot be told stays
 * in the journal. Also in the midst of another purchase, while people are waited for. */
void terminal_confirm(struct terminal *terminal);

struct recovery {
  unsigned settled;               /* brought to an end now */
  unsigned open;                  /* still open: the card or the server is needed */
  unsigned brought;               /* receipts brought in again, to a ledger that had forgotten them */
  unsigned waiting;               /* terminal_recover: receipts that could not be yet */
  struct offline_brought offline; /* what was taken off-line, and brought in now */
};
/* Brings what the journal holds open to an end as far as it can without a card: confirmations, reversals. Also run at
 * the start of purchase_run and load_run. Loads that were charged need terminal->tender of the same kind; else they
 * stay open. STATUS_OK even where some do; STATUS_STORE_FAILED, STATUS_READER_BUSY: the journal cannot be worked on. */
enum status terminal_recover(struct terminal *terminal, struct recovery *recovery) EPURSE_MUST_USE;

#endif

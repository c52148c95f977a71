/* SPDX-License-Identifier: Apache-2.0
 * Recovery: what a terminal brings to an end without a card. */
#ifndef EPURSE_TERMINAL_RECOVERY_H
#define EPURSE_TERMINAL_RECOVERY_H

#include "epurse/must_use.h"
#include "epurse/terminal_offline.h"

struct terminal;

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

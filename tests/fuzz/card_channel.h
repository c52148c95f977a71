/* SPDX-License-Identifier: Apache-2.0
 * What inputs of the target card_channel are made of. */
#ifndef EPURSE_TESTS_FUZZ_CARD_CHANNEL_H
#define EPURSE_TESTS_FUZZ_CARD_CHANNEL_H

#include "target.h"

enum step_kind {
  STEP_COMMAND,     /* CLA INS P1 P2 Lc data */
  STEP_ROW,         /* a row of the card's table, then what its masks leave free of P1 P2, Lc, data */
  STEP_ORDER,       /* flags; CREDIT or DEBIT with the server's order for what lies in the slot, bent, then signed */
  STEP_BLOCK_ORDER, /* likewise */
  STEP_RESET,
  STEP_OPEN, /* a new session, of another terminal maybe: POS, RELOAD, desk, desk with a raw card */
  STEP_CUT,  /* power fails at the n-th write from now on */
  STEP_KINDS
};

/* Flags of an order. */
#define ORDER_CREDIT 0x01 /* CREDIT FOR LOAD, not DEBIT FOR PURCHASE */
#define ORDER_FORGED 0x02 /* not signed by the server, but by a terminal */

/* A seed for every row of the table and every outcome of a transaction; `context` is the struct channel_stage. */
void card_channel_seeds(void *context, const struct fuzz_sink *sink);

#endif

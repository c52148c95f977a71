/* SPDX-License-Identifier: Apache-2.0
 * The operations that are attacked between terminal and card. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_CARD_H
#define EPURSE_TESTS_SYSTEM_WIRE_CARD_H

#include "epurse/outcome.h"
#include "wire_stage.h"

struct wire_operation {
  const char *name;
  int64_t money;        /* what the card is loaded with first */
  bool mistyped;        /* the holder mistypes the PIN once */
  bool blocked;         /* the card has been reported lost */
  enum status unproven; /* a refusal that nobody could prove, and on which nothing rests; OK: none */
  bool raw;             /* needs a raw card each time */
  unsigned share[2];    /* in the short run: one of so many bytes, one of so many other attacks */
  /* Sees to it that there is enough for one more, outside the count; may be NULL. */
  void (*replenish)(struct stage *stage);
  /* Brings stage and card to where the operation begins; may be NULL. */
  void (*prepare)(struct stage *stage);
  enum status (*run)(struct stage *stage, struct outcome *outcome);
  /* With the wire calm again: looks, recovers as a cashier would, makes the honest contact where it is needed. */
  void (*judge)(struct stage *stage, const struct snapshot *before, enum status status, uint64_t dice);
};

/* What the cashier of the payouts has handed out so far, minor units. */
int64_t wire_payout_handed(void);

/* Records it once, plans, and runs every attack of the plan. */
void wire_operation_attack(const struct wire_operation *operation);

extern const struct wire_operation wire_purchase, wire_mistyped, wire_no_pin, wire_points, wire_retap, wire_load,
    wire_refund, /* wire_money.c */
    wire_payout, wire_close, wire_offline, wire_bringing, wire_balance, wire_log, wire_block, wire_issue,
    wire_pin; /* wire_other.c */

#endif

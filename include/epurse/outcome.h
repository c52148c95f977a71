/* SPDX-License-Identifier: Apache-2.0
 * How a transaction of a terminal ended. */
#ifndef EPURSE_OUTCOME_H
#define EPURSE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/amount.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/reference.h"

/* What happened; filled as far as it got, whatever the status. */
struct outcome {
  uint8_t cid[CID_SIZE]; /* zeros until the promise came */
  /* Of a purchase: the card that was there, as its promise says; where it made none, as its channel says, which proves
   * nothing and is for asking only; zeros: not asked. */
  uint8_t met[CID_SIZE];
  uint32_t atc;
  uint8_t type; /* enum transaction_type; 0 until it is done, or where it was done elsewhere */
  struct amount amount;
  int64_t balance_before, balance_after; /* minor units; -1 unknown; before: known after a refusal by the card too */
  int64_t points, points_after;          /* change; -1 unknown */
  uint8_t time[MOMENT_SIZE];             /* the server's */
  bool confirmed;                        /* the server has booked r; false: it waits in the journal */
  bool finished_before;                  /* this was the torn transaction of an earlier call, finished now */
  char tender_reference[TENDER_REFERENCE_MAX];
  char receipt_path[512]; /* "" where none was written */
  bool receipt_lost; /* there is one, and the folder did not take it: receipt_again, at the latest after a recovery */
  int64_t number;    /* of the entry in the journal; 0 where there is none yet */
  char reference[REFERENCE_MAX + 1]; /* "": none */
  unsigned tries_left;               /* after WRONG_PIN */
  bool offline;                      /* a payment by the card's promise only; its points are owed */
  bool owed;                         /* a refund without its card: to the card of `cid`, until a load brings it */
  bool without_pin;                  /* a payment for which the card did not want its PIN */
  bool sale_in_points;               /* a refund of what was paid with points: no money moved */
  int64_t wanted;  /* minor units, of a payment with up_to: of which amount is what the card had; else 0 */
  int64_t deposit; /* minor units, of the card: taken with its issue, or out beside the payout that ends it; 0: none */
  int64_t limit;   /* minor units, after the card's ABOVE_LIMIT: of a payment, for a load of the purse; else 0 */
};

#endif

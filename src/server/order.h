/* SPDX-License-Identifier: Apache-2.0
 * What purchases, loads and load inquiries have in common: a card's promise comes in, is believed or not, and gets one
 * answer for ever. */
#ifndef EPURSE_SERVER_ORDER_H
#define EPURSE_SERVER_ORDER_H

#include "epurse/ledger_card.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message.h"

struct ledger;
struct reply;
struct request;
struct service;
struct order;

/* Decides inside the ledger's transaction, on a promise that is new, in step and shown with the right PIN: books and
 * fills order->transaction, or answers what refuses it. */
typedef enum status order_decide(struct ledger *ledger, struct order *order);

struct order {
  struct service *service;
  const struct request *request;
  struct order_request body;
  struct promise promise;
  struct signed_promise offer; /* borrows promise and body */
  struct ledger_card card;     /* as it stood before this step */
  enum status pin;             /* STATUS_OK, STATUS_WRONG_PIN; STATUS_DECLINED: none that could be tried */
  bool pin_is_candidate;       /* with STATUS_OK: it is the one of a change under way */
  order_decide *decide;
  bool inquiry;                          /* nothing is booked and no decline is stored */
  struct ledger_transaction transaction; /* the answer; not for an inquiry */
  enum status status;                    /* what the terminal is told */
  int64_t owed;                          /* inquiry: minor units */
};

/* Serves an order from body to reply: decode, check type, terminal, signature and PIN; then, in one transaction,
 * idempotency, chain, settlement, decision. */
void order_serve(struct order *order, struct reply *reply);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What purchases, refunds, loads and load inquiries have in common: a card's promise comes in, is believed or not, and
 * gets one answer for ever. */
#ifndef EPURSE_SERVER_AUTHORISATION_REQUEST_H
#define EPURSE_SERVER_AUTHORISATION_REQUEST_H

#include "epurse/ledger_card.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message.h"

struct ledger;
struct reply;
struct request;
struct service;
struct authorisation_request;

/* Decides inside the ledger's transaction, on a promise that is new, in step and shown with the right PIN, or a payment
 * of a card that pays small sums without: books and
 * fills asked->transaction, or answers what refuses it. */
typedef enum status authorisation_decide(struct ledger *ledger, struct authorisation_request *asked);

struct authorisation_request {
  struct service *service;
  const struct request *request;
  struct transaction_request body;
  struct promise promise;
  struct signed_promise offer; /* borrows promise and body */
  struct ledger_card card;     /* as it stood before this step */
  enum status pin;             /* STATUS_OK, STATUS_WRONG_PIN; STATUS_DECLINED: none that could be tried */
  bool pin_is_candidate;       /* with STATUS_OK: it is the one of a change under way */
  bool no_pin;                 /* a refund: the card asks for none */
  authorisation_decide *decide;
  bool suspended; /* this promise's wrong PIN was the fifth */
  bool inquiry;   /* nothing is booked, and but for an end and a wrong PIN no decline is stored */
  struct ledger_transaction transaction; /* the answer; not for an inquiry */
  enum status status;                    /* what the terminal is told */
  int64_t owed;                          /* inquiry: minor units */
  uint32_t offline_lacking;              /* off-line payments of the card that nobody brought in */
};

/* Serves an asked from body to reply: decode, check type, terminal, signature and PIN; then, in one transaction,
 * idempotency, chain, settlement, decision. */
void authorisation_serve(struct authorisation_request *asked, struct reply *reply);

#endif

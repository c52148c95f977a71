/* SPDX-License-Identifier: Apache-2.0
 * What transaction inquiries and load reversals have in common: a card's promise comes in whole, is believed or not,
 * and what became of it is told. */
#ifndef EPURSE_SERVER_FATE_H
#define EPURSE_SERVER_FATE_H

#include "epurse/status.h"

struct ledger;
struct ledger_fate;
struct ledger_reversal;
struct reply;
struct request;
struct service;

/* Asks the ledger, inside its transaction: ledger_promise_inquire or ledger_load_reverse. */
typedef enum status fate_ask(struct ledger *ledger, const struct ledger_reversal *reversal, struct ledger_fate *fate);

/* Serves a message from body to reply: decode, check the card's signature; then, in one transaction, ask. */
void fate_serve(struct service *service, const struct request *request, fate_ask *ask, struct reply *reply);

#endif

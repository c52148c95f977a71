/* SPDX-License-Identifier: Apache-2.0
 * What a terminal is told about a card of which it has nothing signed: of so many in a day. */
#ifndef EPURSE_SERVER_CARD_ASKED_H
#define EPURSE_SERVER_CARD_ASKED_H

#include "epurse/ledger_limit.h"

struct request;
struct service;

/* The terminal of the request asks about that card; both are borrowed. */
struct ledger_asking card_asking(const struct service *service, const struct request *request,
                                 const uint8_t cid[CID_SIZE]);

/* `said` of what ought to be that card's signature. STATUS_CARD_UNKNOWN and STATUS_BAD_SIGNATURE tell apart which
 * numbers are cards, and anybody makes up what is answered so: they are told of as many cards as may be asked about
 * without one, and beyond that it is STATUS_CARDS_LIMIT. Any other is as it was. In a step of its own. */
enum status card_asked_unproved(struct service *service, const struct request *request, const uint8_t cid[CID_SIZE],
                                enum status said) EPURSE_MUST_USE;

#endif

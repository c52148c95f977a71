/* SPDX-License-Identifier: Apache-2.0
 * Bodies of messages that bound what can be lost: limits. Part of message.h: what it says of bodies holds here too. */
#ifndef EPURSE_MESSAGE_LIMIT_H
#define EPURSE_MESSAGE_LIMIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

/* LIMIT {"terminal"[,"of"],"allowed"}, {"merchant"[,"of"],"allowed"}: what a terminal may load in a day, or a merchant
 * owe for loads and refunds; with "of" "refunds" what they may give back of sales in a day, with "payouts" what a
 * terminal may pay out; from the next load on: minor units, 0: no limit, -1: the issuer's for all; with "cards-offline"
 * how much the cards that a desk makes from now on may pay off-line in all, 0: never, -1: as much as the issuer's;
 * without "allowed" nothing is changed
 * -> {"used","allowed"}, where it stands now. */
#define LIMIT_MESSAGE_DEFAULT (-1)
#define LIMIT_MESSAGE_ASK     (-2) /* without "allowed" */
struct limit_message {
  char tid[TID_SIZE + 1];          /* "": of a merchant */
  char merchant[MERCHANT_MAX + 1]; /* "": of a terminal */
  bool refunds;
  bool payouts;       /* of a terminal */
  bool cards_offline; /* of a desk */
  int64_t allowed;
};
/* Of the terminal where tid is not "", else of the merchant; without "allowed" for LIMIT_MESSAGE_ASK. */
json_t *limit_body(const struct limit_message *limit);
/* The other one of tid and merchant is "". STATUS_BAD_FORMAT: also an `allowed` below -1 or above 2^53. */
enum status limit_parse(const json_t *body, struct limit_message *limit) EPURSE_MUST_USE;
struct limit_reply {
  int64_t used, allowed; /* minor units; of a terminal: today's; 0 allowed: no limit, but of cards-offline: never */
};
/* Writes both numbers. */
json_t *limit_reply_body(const struct limit_reply *reply);
/* Takes both. STATUS_BAD_FORMAT: a negative one, or an `allowed` above 2^53. */
enum status limit_reply_parse(const json_t *body, struct limit_reply *reply) EPURSE_MUST_USE;

#endif

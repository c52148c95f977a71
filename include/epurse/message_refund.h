/* SPDX-License-Identifier: Apache-2.0
 * Bodies of a refund whose card is not there. Part of message.h: what it says of bodies holds here too. */
#ifndef EPURSE_MESSAGE_REFUND_H
#define EPURSE_MESSAGE_REFUND_H

#include <jansson.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/reference.h"
#include "epurse/status.h"

/* OWED_REFUND {"cid","atc","amount","wish"[,"reference"]}: the sale, how much of it, the terminal's name of this
 * refund, and its caller's: the same again is booked once. */
struct owed_refund {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint32_t amount; /* minor units */
  uint8_t wish[CRYPTO_SHA256_SIZE];
  char reference[REFERENCE_MAX + 1]; /* "": none */
};
/* Writes all of it. */
json_t *owed_refund_body(const struct owed_refund *refund);
/* Takes all of it. STATUS_BAD_FORMAT: also an amount of 0 or above INT32_MAX. */
enum status owed_refund_parse(const json_t *body, struct owed_refund *refund) EPURSE_MUST_USE;
/* -> {"cid"}: the card that it is owed to, the sale's or the one that replaced it. */
json_t *owed_refund_reply_body(const uint8_t cid[CID_SIZE]);
/* Takes the number, its Luhn digit included. */
enum status owed_refund_reply_parse(const json_t *body, uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;

#endif

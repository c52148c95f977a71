/* SPDX-License-Identifier: Apache-2.0
 * The bodies about off-line payments: what a terminal brings in when it reaches the server again. message.h has the
 * rules for all bodies. */
#ifndef EPURSE_MESSAGE_OFFLINE_H
#define EPURSE_MESSAGE_OFFLINE_H

#include "epurse/message.h"

/* OFFLINE_PAYMENT {"payments":[{"promise"}...]}: promises of type TRANSACTION_OFFLINE_PURCHASE, in any order, up to
 * OFFLINE_PAYMENT_MAX together; the same as often as one likes. The reply {"payments":[{"status"}...]} answers each in
 * its place: OK and OFFLINE_KNOWN: it is booked; OFFLINE_WAITS: bring it again; anything else: it is not booked, and
 * why. */
#define OFFLINE_PAYMENT_MAX 24
struct offline_payment {
  uint8_t promise[PROMISE_SIZE]; /* request only */
  enum status status;            /* reply only */
};
struct offline_payments {
  size_t count;
  struct offline_payment items[OFFLINE_PAYMENT_MAX];
};
/* `count` of them, at most OFFLINE_PAYMENT_MAX; with `is_reply` the status of each, else its promise. */
json_t *offline_payment_body(const struct offline_payments *payments, bool is_reply);
/* 1 to OFFLINE_PAYMENT_MAX of them, likewise; promises are not decoded. STATUS_BAD_FORMAT: none, more, an unknown
 * status. */
enum status offline_payment_parse(const json_t *body, bool is_reply, struct offline_payments *payments) EPURSE_MUST_USE;

#endif

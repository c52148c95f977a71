/* SPDX-License-Identifier: Apache-2.0
 * Payments without the server: the deny list fetched, the card's promise taken as the payment, brought in later. */
#ifndef EPURSE_TERMINAL_OFFLINE_PAY_H
#define EPURSE_TERMINAL_OFFLINE_PAY_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/terminal_offline.h"
#include "order.h"

/* Fetches what has changed of the deny list, where it is older than `seconds`. `make`: also where there is none yet;
 * else that is STATUS_OK. STATUS_OUT_OF_STEP: the server's is older than what was seen before, and is not taken. */
enum status offline_fetch(struct terminal *terminal, int64_t seconds, bool make) EPURSE_MUST_USE;

/* Settles, with the card in the session, what it may have paid here off-line without the terminal having its answer: by
 * the promise that it stores. *same as of order_finish_earlier. STATUS_OUTCOME_UNKNOWN: the card cannot be read. */
enum status offline_finish_earlier(struct order *order, const struct payment_request *request,
                                   bool *same) EPURSE_MUST_USE;

/* Takes the payment of a card in the session by its promise only, of `amount`, which may be less than the payment's.
 * `pin_shown`: this session has verified the PIN already. STATUS_OK: done, journalled, the receipt written.
 * STATUS_OUTCOME_UNKNOWN: the card may have paid; present it here again. Any other: it has not. */
enum status offline_pay(struct order *order, const struct payment *payment, struct amount amount,
                        bool pin_shown) EPURSE_MUST_USE;

/* Reads the promise of the card's last off-line payment, whoever took it, and brings it in: the server lacks some. */
void offline_bring_stored(struct order *order);

/* Brings one promise in, whoever took it. The server's word about it: STATUS_OK, booked; STATUS_OFFLINE_KNOWN: it was,
 * by another terminal; OFFLINE_WAITS; TERMINAL_REVOKED, CARD_FORKED, ...: it is not paid. STATUS_NO_SERVER. */
enum status offline_bring_one(struct terminal *terminal, const uint8_t promise[PROMISE_SIZE]) EPURSE_MUST_USE;

/* Brings in what is in the journal, many in one message, under its claim. STATUS_OK: the server has answered for all;
 * STATUS_NO_SERVER: what is left waits. */
enum status offline_bring(struct terminal *terminal, struct offline_brought *brought) EPURSE_MUST_USE;

#endif

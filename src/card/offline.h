/* SPDX-License-Identifier: Apache-2.0
 * Purchases without the server: the issuer's limits, one commit that is the payment, and a promise that stays readable
 * until the next one. */
#ifndef EPURSE_CARD_OFFLINE_H
#define EPURSE_CARD_OFFLINE_H

#include "epurse/card.h"

/* SW_ABOVE_LIMIT: more than the issuer's single amount, than its total since the last on-line commit, or one payment
 * too many since then. */
uint16_t offline_limits_refusal(const struct card *card, uint32_t amount, const struct parameters *parameters);

/* The payment: ATC, balance, log, counters and the promise, in one commit; what was PREPARED on-line ends without
 * effect, as by any later promise. The caller has checked all limits and sealed the record. */
uint16_t offline_commit(struct card *card, const struct promise *promise, const uint8_t record[PROMISE_SIZE]);

/* Stages the counters back to zero, with a commit on the server's order. */
void offline_begin_anew(struct card *card);

/* GET TRANSACTION PROOF of the last off-line purchase: its promise as it was signed. SW_END_OF_FILE, under
 * an R-MAC: there was none. */
uint16_t offline_get_promise(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif

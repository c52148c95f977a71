/* SPDX-License-Identifier: Apache-2.0
 * What a card has signed of its PIN, as a terminal brings it: the only evidence on which a wrong one is counted, a card
 * blocked or a PIN changed. */
#ifndef EPURSE_SERVER_PIN_PROOF_H
#define EPURSE_SERVER_PIN_PROOF_H

#include "epurse/record.h"

struct ledger;
struct request;
struct service;

struct pin_proof {
  struct pin_record said; /* by the card with the key that is registered for its number */
};

/* Checks a record: its form, that the sender is the terminal that it names, that the card is or was in use, and its
 * signature. STATUS_BAD_FORMAT, STATUS_NOT_PERMITTED, STATUS_CARD_UNKNOWN, STATUS_BAD_SIGNATURE. */
enum status pin_proof_open(struct service *service, const struct request *request,
                           const uint8_t record[PIN_RECORD_SIZE], struct pin_proof *proof) EPURSE_MUST_USE;

/* In a step of the ledger: counts it where its number is higher than the last one that was counted. */
enum status pin_proof_count(struct ledger *ledger, const struct pin_proof *proof, bool *counted) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Certificates for a new card's two keys, under the card CA. */
#ifndef EPURSE_SERVER_CERTIFY_H
#define EPURSE_SERVER_CERTIFY_H

#include "epurse/record.h"

struct certification_reply;
struct service;

/* Whether cards are made here at all: STATUS_NOT_ISSUING where the card CA's key is kept elsewhere. */
enum status certify_ready(const struct service *service) EPURSE_MUST_USE;

/* The last day of validity of a card that is made today. */
void certify_expiry(const struct service *service, uint8_t expiry[DATE_SIZE]);

/* Certifies both keys until reply->parameters.expiry: the SIG key under the CID, the ECKA key, which is shown in the
 * clear, under a random reference. Fills reply->card_sig and reply->card_ecka. STATUS_CRYPTO_FAILED. */
enum status certify_keys(const struct service *service, const struct card_request *keys,
                         struct certification_reply *reply) EPURSE_MUST_USE;

#endif

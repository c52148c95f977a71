/* SPDX-License-Identifier: Apache-2.0
 * What the server says to cards, signed with its SIG key: authorisations and block orders. */
#ifndef EPURSE_SERVER_SIGNER_H
#define EPURSE_SERVER_SIGNER_H

#include "epurse/ledger_transaction.h"

struct service;

/* The ledger's signer; it borrows the service. */
struct ledger_signer signer_of(struct service *service);

/* An order to block that card, of the server's present time. STATUS_CRYPTO_FAILED. */
enum status signer_block(struct service *service, const uint8_t cid[CID_SIZE],
                         uint8_t record[BLOCK_ORDER_SIZE]) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/load-reversals: the terminal gives a load's money back, or asks whether it may. */
#include "endpoints.h"
#include "epurse/ledger_transaction.h"
#include "fate.h"

void post_load_reversal(struct service *service, const struct request *request, struct reply *reply) {
  fate_serve(service, request, ledger_load_reverse, reply);
}

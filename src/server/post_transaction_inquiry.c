/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/transaction-inquiries: what became of a promise that this terminal, or another one of its merchant, holds. */
#include "endpoints.h"
#include "fate.h"

static enum status inquire(struct ledger *ledger, const struct ledger_reversal *reversal, struct ledger_fate *fate) {
  return ledger_promise_inquire(ledger, &reversal->inquiry, fate);
}

void post_transaction_inquiry(struct service *service, const struct request *request, struct reply *reply) {
  fate_serve(service, request, inquire, reply);
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/transaction-inquiries: what became of a promise that this terminal, or another one of its merchant, holds;
 * or its whole receipt, where this ledger has forgotten it. */
#include "endpoints.h"
#include "epurse/ledger_transaction.h"
#include "fate.h"

static enum status inquire(struct ledger *ledger, const struct ledger_reversal *reversal, struct ledger_fate *fate) {
  const struct ledger_inquiry *inquiry = &reversal->inquiry;

  return inquiry->receipt != NULL ? ledger_receipt_bring(ledger, inquiry, fate)
                                  : ledger_promise_inquire(ledger, inquiry, fate);
}

void post_transaction_inquiry(struct service *service, const struct request *request, struct reply *reply) {
  fate_serve(service, request, inquire, reply);
}

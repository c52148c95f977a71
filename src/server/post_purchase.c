/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/purchases: a card promised to pay; may it? */
#include "endpoints.h"
#include "order.h"
#include "signer.h"

static enum status authorise(struct ledger *ledger, struct order *order) {
  struct ledger_signer signer = signer_of(order->service);

  return ledger_purchase_authorise(ledger, &order->offer, &signer, &order->transaction);
}

void post_purchase(struct service *service, const struct request *request, struct reply *reply) {
  struct order order = {.service = service, .request = request, .decide = authorise};

  order_serve(&order, reply);
}

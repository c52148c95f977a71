/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/purchases: a card promised to pay; may it? */
#include "authorisation_request.h"
#include "endpoints.h"
#include "signer.h"

static enum status authorise(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_signer signer = signer_of(asked->service);

  return ledger_purchase_authorise(ledger, &asked->offer, &signer, &asked->transaction);
}

void post_purchase(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = authorise};

  authorisation_serve(&asked, reply);
}

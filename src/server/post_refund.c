/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/refunds: a card promised to take back what it paid here; may it? */
#include "authorisation_request.h"
#include "endpoints.h"
#include "epurse/moment.h"
#include "service.h"
#include "signer.h"

static enum status authorise(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_signer signer = signer_of(asked->service);
  int64_t window = (int64_t)asked->service->configuration.refund_days * SECONDS_PER_DAY;

  return ledger_refund_authorise(ledger, &asked->offer, window, &signer, &asked->transaction);
}

void post_refund(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = authorise, .no_pin = true};

  authorisation_serve(&asked, reply);
}

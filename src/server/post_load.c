/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/loads: the cardholder has paid; the card may be credited. */
#include <string.h>

#include "authorisation_request.h"
#include "endpoints.h"
#include "service.h"
#include "signer.h"
#include "tender_of.h"

static enum status authorise(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_signer signer = signer_of(asked->service);
  struct ledger_tender tender = tender_of(asked->body.tender_kind, asked->body.tender_reference);

  if (strcmp(asked->body.tender_kind, "simulator") == 0 && !asked->service->configuration.demonstration)
    return STATUS_TENDER_REFUSED;
  return ledger_load_authorise(ledger, &asked->offer, &tender, &signer, &asked->transaction);
}

void post_load(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = authorise};

  authorisation_serve(&asked, reply);
}

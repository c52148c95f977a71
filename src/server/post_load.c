/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/loads: the cardholder has paid; the card may be credited. */
#include <string.h>

#include "authorisation_request.h"
#include "endpoints.h"
#include "service.h"
#include "signer.h"

static struct ledger_tender tender_of(const struct transaction_request *body) {
  struct ledger_tender tender = {.kind = LEDGER_TENDER_BANK}; /* "manual", "simulator": a bank's reader */

  if (strcmp(body->tender_kind, "cash") == 0)
    tender.kind = LEDGER_TENDER_CASH;
  else if (strcmp(body->tender_kind, "owed") == 0)
    tender.kind = LEDGER_TENDER_OWED;
  memcpy(tender.reference, body->tender_reference, sizeof tender.reference);
  return tender;
}
_Static_assert(sizeof((struct ledger_tender *)0)->reference ==
                   sizeof((struct transaction_request *)0)->tender_reference,
               "a bank's reference is kept whole");

static enum status authorise(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_signer signer = signer_of(asked->service);
  struct ledger_tender tender = tender_of(&asked->body);

  if (strcmp(asked->body.tender_kind, "simulator") == 0 && !asked->service->configuration.demonstration)
    return STATUS_TENDER_REFUSED;
  return ledger_load_authorise(ledger, &asked->offer, &tender, &signer, &asked->transaction);
}

void post_load(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = authorise};

  authorisation_serve(&asked, reply);
}

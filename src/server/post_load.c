/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/loads: the cardholder has paid; the card may be credited. */
#include <string.h>

#include "endpoints.h"
#include "order.h"
#include "service.h"
#include "signer.h"

static struct ledger_tender tender_of(const struct order_request *body) {
  struct ledger_tender tender = {.kind = LEDGER_TENDER_BANK}; /* "manual", "simulator": a bank's reader */

  if (strcmp(body->tender_kind, "cash") == 0)
    tender.kind = LEDGER_TENDER_CASH;
  else if (strcmp(body->tender_kind, "owed") == 0)
    tender.kind = LEDGER_TENDER_OWED;
  memcpy(tender.reference, body->tender_reference, sizeof tender.reference);
  return tender;
}
_Static_assert(sizeof((struct ledger_tender *)0)->reference == sizeof((struct order_request *)0)->tender_reference,
               "a bank's reference is kept whole");

static enum status authorise(struct ledger *ledger, struct order *order) {
  struct ledger_signer signer = signer_of(order->service);
  struct ledger_tender tender = tender_of(&order->body);

  if (strcmp(order->body.tender_kind, "simulator") == 0 && !order->service->configuration.demonstration)
    return STATUS_TENDER_REFUSED;
  return ledger_load_authorise(ledger, &order->offer, &tender, &signer, &order->transaction);
}

void post_load(struct service *service, const struct request *request, struct reply *reply) {
  struct order order = {.service = service, .request = request, .decide = authorise};

  order_serve(&order, reply);
}

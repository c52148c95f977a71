/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/merchants: a new merchant. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"

_Static_assert(sizeof((struct ledger_merchant *)0)->name == sizeof((struct merchant_message *)0)->name,
               "a merchant's name is kept whole");

static enum status add(struct ledger *ledger, void *context) {
  return ledger_merchant_add(ledger, context);
}

void post_merchant(struct service *service, const struct request *request, struct reply *reply) {
  struct merchant_message body;
  struct ledger_merchant merchant = {0};

  reply->status = merchant_parse(request->message.body, &body);
  if (reply->status == STATUS_OK) {
    memcpy(merchant.id, body.id, sizeof merchant.id);
    memcpy(merchant.name, body.name, sizeof merchant.name);
    merchant.points_rate = (uint32_t)body.points_rate;
    reply->status = envelope_transact(service, request, add, &merchant);
  }
}

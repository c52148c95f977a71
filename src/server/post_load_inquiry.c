/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/load-inquiries: would a load be authorised, before the bank is asked? Settles what was before, books nothing
 * of its own. STATUS_EXISTS: this promise has been authorised already; a second charge would be one too many. */
#include "endpoints.h"
#include "order.h"

static enum status inquire(struct ledger *ledger, struct order *order) {
  struct ledger_card card;
  enum status status = ledger_load_check(ledger, &order->offer, LEDGER_TENDER_CASH);

  if (status == STATUS_OK)
    status = ledger_card_find(ledger, order->promise.cid, &card); /* settled by now */
  if (status == STATUS_OK)
    order->owed = card.owed;
  return status;
}

void post_load_inquiry(struct service *service, const struct request *request, struct reply *reply) {
  struct order order = {.service = service, .request = request, .decide = inquire, .inquiry = true};

  order_serve(&order, reply);
}

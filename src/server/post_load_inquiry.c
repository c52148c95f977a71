/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/load-inquiries: would a load be authorised, before the bank is asked? Settles what was before, books nothing
 * of its own. STATUS_EXISTS: this promise has been authorised already; a second charge would be one too many. */
#include "authorisation_request.h"
#include "endpoints.h"

static enum status inquire(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_card card;
  enum status status = ledger_card_find(ledger, asked->promise.cid, &card); /* settled by now */

  if (status != STATUS_OK)
    return status;
  asked->owed = card.owed;
  /* just what is owed is loaded as such (src/terminal/load.c): nobody pays, and no limit stands in the way */
  bool paid = card.owed == (int64_t)asked->promise.amount;
  return ledger_load_check(ledger, &asked->offer, paid ? LEDGER_TENDER_OWED : LEDGER_TENDER_CASH);
}

void post_load_inquiry(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = inquire, .inquiry = true};

  authorisation_serve(&asked, reply);
}

/* SPDX-License-Identifier: Apache-2.0
 * What a terminal is told about a card of which it has nothing signed: of so many in a day. */
#include "card_asked.h"

#include "http/request.h"
#include "service.h"
#include "writer.h"

struct ledger_asking card_asking(const struct service *service, const struct request *request,
                                 const uint8_t cid[CID_SIZE]) {
  return (struct ledger_asking){.tid = request->terminal.tid,
                                .cid = cid,
                                .day = service_day(service_now(service)),
                                .most = service->configuration.cards_asked_per_day};
}

static enum status ask(struct ledger *ledger, void *context) {
  return ledger_card_asked(ledger, context);
}

/* A number that is none of this issuer's tells nothing of any card. */
enum status card_asked_unproved(struct service *service, const struct request *request, const uint8_t cid[CID_SIZE],
                                enum status said) {
  if (said != STATUS_CARD_UNKNOWN && said != STATUS_BAD_SIGNATURE)
    return said;
  struct ledger_asking asking = card_asking(service, request, cid);
  enum status status = writer_transact(service->writer, ask, &asking);
  return status == STATUS_OK || status == STATUS_CARD_UNKNOWN ? said : status;
}

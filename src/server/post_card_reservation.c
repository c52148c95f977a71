/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-reservations: a number for a blank card; the same chip gets the same number again,
 * and no other desk gets it. */
#include "certify.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_desk.h"
#include "epurse/message_desk.h"
#include "http/request.h"
#include "service.h"

struct reservation {
  struct ledger_desk desk;
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t cid[CID_SIZE];
};

static enum status reserve(struct ledger *ledger, void *context) {
  struct reservation *reservation = context;

  return ledger_desk_reserve(ledger, &reservation->desk, reservation->chip_serial, reservation->cid);
}

void post_card_reservation(struct service *service, const struct request *request, struct reply *reply) {
  const struct configuration *configuration = &service->configuration;
  struct reservation reservation = {.desk = {.tid = request->terminal.tid,
                                             .per_day = configuration->desk_reservations_per_day,
                                             .open = configuration->desk_reservations_open,
                                             .now = service_now(service)}};

  reply->status = certify_ready(service);
  if (reply->status == STATUS_OK)
    reply->status = reservation_parse(request->message.body, reservation.chip_serial);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, reserve, &reservation);
  if (reply->status == STATUS_OK)
    reply_ok(reply, reservation_reply_body(reservation.cid));
}

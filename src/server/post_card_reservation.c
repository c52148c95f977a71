/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-reservations: a number for a blank card; the same chip gets the same number again. */
#include "endpoints.h"
#include "envelope.h"

struct reservation {
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t cid[CID_SIZE];
  int64_t now;
};

static enum status reserve(struct ledger *ledger, void *context) {
  struct reservation *reservation = context;

  return ledger_card_reserve(ledger, reservation->chip_serial, reservation->now, reservation->cid);
}

void post_card_reservation(struct service *service, const struct request *request, struct reply *reply) {
  struct reservation reservation = {.now = service_now(service)};

  reply->status = reservation_parse(request->message.body, reservation.chip_serial);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, reserve, &reservation);
  if (reply->status == STATUS_OK)
    reply_ok(reply, reservation_reply_body(reservation.cid));
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/confirmations: cards gave their secrets; the holds become bookings. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_transaction.h"
#include "http/request.h"
#include "service.h"

struct booking {
  struct confirmations *items;
  const uint8_t *tid; /* who brings them */
  size_t at;          /* which one is being booked */
  int64_t now;
};

/* STATUS_LEDGER_BROKEN must take the step back with all that it holds. It is noted for its item, and the step runs
 * again without it; nothing else can come of an item that was refused for that once. */
static enum status confirm_all(struct ledger *ledger, void *context) {
  struct booking *booking = context;

  for (booking->at = 0; booking->at < booking->items->count; booking->at++) {
    struct confirmation *item = &booking->items->items[booking->at];
    struct ledger_confirmation confirmation = {.atc = item->atc, .tid = booking->tid, .now = booking->now};
    if (item->status == STATUS_LEDGER_BROKEN)
      continue;
    memcpy(confirmation.cid, item->cid, CID_SIZE);
    memcpy(confirmation.secret, item->secret, SECRET_SIZE);
    enum status status = ledger_confirm(ledger, &confirmation, NULL);
    if (status == STATUS_STORE_FAILED || status == STATUS_NO_MEMORY || status == STATUS_LEDGER_BROKEN)
      return status;
    item->status = status;
  }
  return STATUS_OK;
}

static enum status transact(struct service *service, const struct request *request, struct booking *booking) {
  struct ledger_hint hints[CONFIRMATION_MAX];
  const struct ledger_job job = {
      .step = confirm_all, .context = booking, .hints = hints, .hint_count = booking->items->count};

  for (size_t i = 0; i < booking->items->count; i++) {
    const struct confirmation *item = &booking->items->items[i];
    hints[i] = (struct ledger_hint){.cid = item->cid, .atc = item->atc};
  }
  hints[0].tid = request->terminal.tid;
  hints[0].numbered = envelope_numbers(request);
  return envelope_transact_job(service, request, &job);
}

void post_confirmation(struct service *service, const struct request *request, struct reply *reply) {
  struct confirmations items;
  struct booking booking = {.items = &items, .tid = request->terminal.tid, .now = service_now(service)};

  reply->status = confirmation_parse(request->message.body, false, &items);
  if (reply->status != STATUS_OK)
    return;
  reply->status = transact(service, request, &booking);
  while (reply->status == STATUS_LEDGER_BROKEN && booking.at < items.count &&
         items.items[booking.at].status != STATUS_LEDGER_BROKEN) {
    items.items[booking.at].status = STATUS_LEDGER_BROKEN;
    log_line(&service->log, LOG_ERROR, "late-proof", "tid=%s atc=%lu", request->message.tid,
             (unsigned long)items.items[booking.at].atc);
    reply->status = transact(service, request, &booking);
  }
  if (reply->status == STATUS_OK)
    reply_ok(reply, confirmation_body(&items, true));
}

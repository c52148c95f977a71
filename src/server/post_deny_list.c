/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/deny-lists: which cards a terminal must not take off-line, and what else it needs to take the others. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_deny.h"
#include "epurse/message_deny.h"
#include "http/request.h"
#include "service.h"
#include "watch.h"

struct reading {
  const struct service *service;
  const uint8_t *tid;
  int64_t after, latest;
  struct ledger_denial denials[DENY_PAGE_MAX];
  size_t count;
  struct ledger_offline_allowance allowance;
};

static enum status look(struct ledger *ledger, void *context) {
  struct reading *reading = context;
  /* it books money: not where the ledger contradicts itself, whose file stays as it was found */
  enum status status = watch_alarmed(reading->service) ? STATUS_OK : service_offline_lapse(reading->service, ledger);

  if (status == STATUS_OK)
    status =
        ledger_deny_list(ledger, reading->after, reading->denials, DENY_PAGE_MAX, &reading->count, &reading->latest);
  return status == STATUS_OK ? ledger_offline_allowance(ledger, reading->tid, &reading->allowance) : status;
}

static void fill(const struct service *service, const struct reading *reading, struct deny_page *page) {
  const struct keyring_certificate *ca = &service->keyring.card_ca_certificate, *old = &service->keyring.card_ca_old;

  *page =
      (struct deny_page){.number = reading->count > 0 ? reading->denials[reading->count - 1].number : reading->latest,
                         .latest = reading->latest,
                         .issuer = service->configuration.issuer,
                         .cards = reading->count,
                         .card_ca_len = ca->len + old->len,
                         .sum = reading->allowance.sum,
                         .count = reading->allowance.count};
  memcpy(page->card_ca, ca->data, ca->len);
  memcpy(page->card_ca + ca->len, old->data, old->len);
  for (size_t i = 0; i < reading->count; i++)
    page->card[i] = reading->denials[i].serial | (reading->denials[i].denied ? 0 : DENY_CARD_LIFTED);
}

void post_deny_list(struct service *service, const struct request *request, struct reply *reply) {
  struct reading reading = {.service = service, .tid = request->terminal.tid};
  struct deny_page page;

  reply->status = deny_list_parse(request->message.body, &reading.after);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, look, &reading);
  if (reply->status != STATUS_OK)
    return;
  fill(service, &reading, &page);
  reply_ok(reply, deny_page_body(&page));
}

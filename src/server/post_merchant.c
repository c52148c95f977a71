/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/merchants and /v1/merchant-changes: a new merchant, and other terms for one that is known. */
#include <string.h>

#include "approval.h"
#include "endpoints.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"

_Static_assert(sizeof((struct ledger_merchant *)0)->name == sizeof((struct merchant_message *)0)->name,
               "a merchant's name is kept whole");

_Static_assert(sizeof((struct ledger_merchant *)0)->iban == sizeof((struct merchant_message *)0)->iban &&
                   sizeof((struct ledger_merchant *)0)->bic == sizeof((struct merchant_message *)0)->bic,
               "where it is paid out is kept whole");

/* What the message says about payment; the rest stays. */
static void take_terms(const struct merchant_message *body, struct ledger_merchant *merchant) {
  if (body->fee_rate >= 0)
    merchant->fee_rate = (uint32_t)body->fee_rate;
  if (body->iban[0] != '\0') { /* another account is of another bank */
    memcpy(merchant->iban, body->iban, sizeof merchant->iban);
    memcpy(merchant->bic, body->bic, sizeof merchant->bic);
  } else if (body->bic[0] != '\0') {
    memcpy(merchant->bic, body->bic, sizeof merchant->bic);
  }
}

static enum status add(struct ledger *ledger, void *context) {
  const struct merchant_message *body = context;
  struct ledger_merchant merchant = {.points_rate = (uint32_t)body->points_rate};

  memcpy(merchant.id, body->id, sizeof merchant.id);
  memcpy(merchant.name, body->name, sizeof merchant.name);
  take_terms(body, &merchant);
  return ledger_merchant_add(ledger, &merchant);
}

static enum status change(struct ledger *ledger, void *context) {
  const struct merchant_message *body = context;
  struct ledger_merchant merchant;
  enum status status = ledger_merchant_terms(ledger, body->id, &merchant);

  take_terms(body, &merchant);
  return status == STATUS_OK ? ledger_merchant_change(ledger, &merchant) : status;
}

/* A merchant may owe so much from its first day, for loads and for sales that it gives back after they were paid out to
 * an account that its administrator chose: two add it. A name that is taken is refused at once, by the step. */
static enum status add_takes_two(struct ledger *ledger, void *context, bool *needed) {
  const struct merchant_message *body = context;
  struct ledger_merchant known;
  enum status status = ledger_merchant_terms(ledger, body->id, &known);

  *needed = status == STATUS_NOT_FOUND;
  return *needed ? STATUS_OK : status;
}

void post_merchant(struct service *service, const struct request *request, struct reply *reply) {
  struct merchant_message body;

  reply->status = merchant_parse(request->message.body, &body);
  if (reply->status == STATUS_OK)
    approval_transact(service, request,
                      &(struct approval_step){.step = add, .context = &body, .question = add_takes_two}, reply);
}

void post_merchant_change(struct service *service, const struct request *request, struct reply *reply) {
  struct merchant_message body;

  reply->status = merchant_change_parse(request->message.body, &body);
  if (reply->status == STATUS_OK)
    approval_transact(service, request, &(struct approval_step){.step = change, .context = &body}, reply);
  log_line(&service->log, LOG_WARNING, "merchant-change", "tid=%s code=%s", request->message.tid,
           status_name(reply->status));
}

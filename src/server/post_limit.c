/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/limits: how much one terminal or one merchant can load, give back or pay out before a person looks, told or
 * changed. */
#include <string.h>

#include "approval.h"
#include "endpoints.h"
#include "epurse/certificate.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_limit.h"
#include "http/request.h"
#include "service.h"

_Static_assert(LIMIT_MESSAGE_DEFAULT == LEDGER_LIMIT_DEFAULT, "the message says it as the ledger does");

_Static_assert(LIMIT_MESSAGE_DEFAULT == LEDGER_OFFLINE_ISSUERS && LEDGER_OFFLINE_NEVER == 0, "also of a desk's cards");

struct limiting {
  struct limit_message body;
  int64_t issuers; /* what the issuer's cards may pay off-line in all */
  int64_t day;
  struct ledger_limit now; /* where it stands then */
};

static enum status change_refunds(struct ledger *ledger, struct limiting *limiting) {
  const struct limit_message *body = &limiting->body;
  const uint8_t *tid = (const uint8_t *)body->tid;
  enum status status = STATUS_OK;

  if (body->tid[0] == '\0') {
    if (body->allowed != LIMIT_MESSAGE_ASK)
      status = ledger_merchant_refund_limit(ledger, body->merchant, body->allowed);
    return status == STATUS_OK
               ? ledger_merchant_refund_limit_read(ledger, body->merchant, limiting->day, &limiting->now)
               : status;
  }
  if (body->allowed != LIMIT_MESSAGE_ASK)
    status = ledger_terminal_refund_limit(ledger, tid, body->allowed);
  return status == STATUS_OK ? ledger_terminal_refund_limit_read(ledger, tid, limiting->day, &limiting->now) : status;
}

static enum status change_payouts(struct ledger *ledger, struct limiting *limiting) {
  const struct limit_message *body = &limiting->body;
  const uint8_t *tid = (const uint8_t *)body->tid;
  enum status status = STATUS_OK;

  if (body->allowed != LIMIT_MESSAGE_ASK)
    status = ledger_terminal_payout_limit(ledger, tid, body->allowed);
  return status == STATUS_OK ? ledger_terminal_payout_limit_read(ledger, tid, limiting->day, &limiting->now) : status;
}

static enum status is_desk(struct ledger *ledger, const uint8_t *tid) {
  struct ledger_terminal terminal;
  enum status status = ledger_terminal_find(ledger, tid, &terminal);

  return status == STATUS_OK && terminal.role != ROLE_PERSO ? STATUS_NOT_PERMITTED : status;
}

static enum status read_cards(struct ledger *ledger, struct limiting *limiting) {
  const uint8_t *tid = (const uint8_t *)limiting->body.tid;
  int64_t total = LEDGER_OFFLINE_NEVER;
  enum status status = is_desk(ledger, tid);

  if (status == STATUS_OK)
    status = ledger_desk_offline_limit_read(ledger, tid, &total);
  limiting->now = (struct ledger_limit){
      .allowed = total == LEDGER_OFFLINE_ISSUERS || total > limiting->issuers ? limiting->issuers : total};
  return status;
}

static enum status change_cards(struct ledger *ledger, struct limiting *limiting) {
  const struct limit_message *body = &limiting->body;
  const uint8_t *tid = (const uint8_t *)body->tid;
  enum status status = is_desk(ledger, tid);

  if (status == STATUS_OK && body->allowed != LIMIT_MESSAGE_ASK)
    status = ledger_desk_offline_limit(ledger, tid, body->allowed);
  return status == STATUS_OK ? read_cards(ledger, limiting) : status;
}

static enum status read_now(struct ledger *ledger, struct limiting *limiting) {
  const struct limit_message *body = &limiting->body;
  const uint8_t *tid = (const uint8_t *)body->tid;

  if (body->cards_offline)
    return read_cards(ledger, limiting);
  if (body->payouts)
    return ledger_terminal_payout_limit_read(ledger, tid, limiting->day, &limiting->now);
  if (body->tid[0] == '\0')
    return body->refunds ? ledger_merchant_refund_limit_read(ledger, body->merchant, limiting->day, &limiting->now)
                         : ledger_merchant_limit_read(ledger, body->merchant, &limiting->now);
  return body->refunds ? ledger_terminal_refund_limit_read(ledger, tid, limiting->day, &limiting->now)
                       : ledger_terminal_limit_read(ledger, tid, limiting->day, &limiting->now);
}

/* To ask and to lower is for one; what the issuer's default is by now nobody looks up: it counts as more. */
static enum status raises(struct ledger *ledger, void *context, bool *needed) {
  struct limiting *limiting = context;
  int64_t wanted = limiting->body.allowed;
  enum status status = read_now(ledger, limiting);
  int64_t allowed = limiting->now.allowed;

  if (limiting->body.cards_offline) { /* nothing is none here; and the issuer's limits may rise later */
    *needed = wanted == LEDGER_OFFLINE_ISSUERS || wanted > allowed;
    return status;
  }
  *needed = wanted != LIMIT_MESSAGE_ASK && allowed != LEDGER_LIMIT_NONE &&
            (wanted == LEDGER_LIMIT_DEFAULT || wanted == LEDGER_LIMIT_NONE || wanted > allowed);
  return status;
}

static enum status change(struct ledger *ledger, void *context) {
  struct limiting *limiting = context;
  const struct limit_message *body = &limiting->body;
  const uint8_t *tid = (const uint8_t *)body->tid;
  enum status status = STATUS_OK;

  if (body->cards_offline)
    return change_cards(ledger, limiting);
  if (body->refunds)
    return change_refunds(ledger, limiting);
  if (body->payouts)
    return change_payouts(ledger, limiting);
  if (body->tid[0] == '\0') {
    if (body->allowed != LIMIT_MESSAGE_ASK)
      status = ledger_merchant_limit(ledger, body->merchant, body->allowed);
    return status == STATUS_OK ? ledger_merchant_limit_read(ledger, body->merchant, &limiting->now) : status;
  }
  if (body->allowed != LIMIT_MESSAGE_ASK)
    status = ledger_terminal_limit(ledger, tid, body->allowed);
  return status == STATUS_OK ? ledger_terminal_limit_read(ledger, tid, limiting->day, &limiting->now) : status;
}

void post_limit(struct service *service, const struct request *request, struct reply *reply) {
  struct limiting limiting = {0};

  reply->status = limit_parse(request->message.body, &limiting.body);
  if (reply->status != STATUS_OK)
    return;
  limiting.issuers = service->configuration.offline.total;
  limiting.day = service_day(service_now(service));
  approval_transact(service, request, &(struct approval_step){.step = change, .context = &limiting, .question = raises},
                    reply);
  if (reply->status == STATUS_OK) {
    const struct limit_reply filled = {.used = limiting.now.used, .allowed = limiting.now.allowed};
    reply_ok(reply, limit_reply_body(&filled));
  }
  if (limiting.body.allowed == LIMIT_MESSAGE_ASK)
    return;
  log_line(&service->log, LOG_WARNING, "limit-change", "tid=%s of=%s%s allowed=%lld code=%s", request->message.tid,
           limiting.body.tid[0] != '\0' ? limiting.body.tid : limiting.body.merchant,
           limiting.body.refunds         ? " refunds"
           : limiting.body.payouts       ? " payouts"
           : limiting.body.cards_offline ? " cards-offline"
                                         : "",
           (long long)limiting.body.allowed, status_name(reply->status));
}

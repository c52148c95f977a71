/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/settlements and /v1/settlement-lists: closes a batch; the batches that were closed, a page at a time. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/settlement.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"
#include "settlement_body.h"

#define PAGE_MAX 24 /* of the longest rows: they fit MESSAGE_MAX */

struct closing {
  const struct service *service;
  int64_t now;
  struct ledger_settlement closed;
};

static enum status close_batch(struct ledger *ledger, void *context) {
  struct closing *closing = context;

  enum status status = service_offline_lapse(closing->service, ledger);
  return status == STATUS_OK ? ledger_settlement_close(ledger, closing->now, &closing->closed) : status;
}

void post_settlement(struct service *service, const struct request *request, struct reply *reply) {
  struct closing closing = {.service = service, .now = service_now(service)};

  if (json_object_size(request->message.body) != 0) {
    reply->status = STATUS_UNKNOWN_FIELD;
    return;
  }
  reply->status = envelope_transact(service, request, close_batch, &closing);
  log_line(&service->log, LOG_INFO, "settlement", "tid=%s number=%lld code=%s", request->message.tid,
           (long long)closing.closed.number, status_name(reply->status));
  if (reply->status == STATUS_OK)
    reply_ok(reply, settlement_body(&closing.closed));
}

/* ---- the list ---- */

struct page {
  struct list_page asked;
  size_t count;
  struct ledger_settlement settlements[PAGE_MAX];
};

static enum status read_page(struct ledger *ledger, void *context) {
  struct page *page = context;

  return ledger_settlement_list(ledger, page->asked.after, page->settlements, (size_t)page->asked.limit, &page->count);
}

static json_t *row(const void *context, size_t index) {
  return settlement_body(&((const struct page *)context)->settlements[index]);
}

void post_settlement_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {.count = 0};

  reply->status = list_page_parse(request->message.body, PAGE_MAX, &page.asked);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_page, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("settlements", page.count, row, &page));
}

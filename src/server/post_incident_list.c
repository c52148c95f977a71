/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/incident-lists: what needs a person, by number, a page at a time. Its evidence stays in the ledger. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_incident.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"

#define PAGE_MAX 40 /* of the longest rows: they fit MESSAGE_MAX */

struct page {
  struct list_page asked;
  size_t count;
  struct ledger_incident rows[PAGE_MAX];
};

static enum status read_page(struct ledger *ledger, void *context) {
  struct page *page = context;

  return ledger_incident_list(ledger, page->asked.after, page->rows, (size_t)page->asked.limit, &page->count);
}

static const char *kind_name(uint8_t kind) {
  switch (kind) {
  case LEDGER_INCIDENT_FORK:
    return "fork";
  case LEDGER_INCIDENT_LATE_PROOF:
    return "late-proof";
  case LEDGER_INCIDENT_REVERSED_CREDIT:
    return "reversed-credit";
  case LEDGER_INCIDENT_LOST:
    return "lost";
  case LEDGER_INCIDENT_LATE_OFFLINE:
  default:
    return "late-offline";
  }
}

static json_t *row_body(const void *context, size_t index) {
  const struct ledger_incident *row = &((const struct page *)context)->rows[index];
  char cid[2 * CID_SIZE + 1];

  cid_print(row->cid, cid);
  return json_pack("{s:I, s:s, s:s, s:I, s:I}", "number", (json_int_t)row->number, "kind", kind_name(row->kind), "cid",
                   cid, "atc", (json_int_t)row->atc, "at", (json_int_t)row->at);
}

void post_incident_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {.count = 0};

  reply->status = list_page_parse(request->message.body, PAGE_MAX, &page.asked);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_page, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("incidents", page.count, row_body, &page));
}

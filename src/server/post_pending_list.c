/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/pending-lists: what waits for an end, open holds, what cards are owed, payouts, a page at a time. */
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_pending.h"
#include "facts.h"
#include "http/request.h"
#include "list_body.h"

#define PAGE_MAX 24 /* of the longest rows: they fit MESSAGE_MAX */

struct page {
  bool owed, paid_out;
  bool from_start;
  uint8_t after[CID_SIZE];
  size_t limit, count;
  struct ledger_hold *rows;
};

static enum status parse(json_t *body, struct page *page) {
  const char *state = NULL, *after = NULL;
  json_int_t limit = 0;

  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:s, s:s, s:I !}", "state", &state, "after", &after, "limit", &limit) != 0)
    return STATUS_UNKNOWN_FIELD;
  page->owed = strcmp(state, "owed") == 0;
  page->paid_out = strcmp(state, "paid-out") == 0;
  if (limit < 1 || (!page->owed && !page->paid_out && strcmp(state, "held") != 0))
    return STATUS_BAD_FORMAT;
  page->limit = limit < PAGE_MAX ? (size_t)limit : PAGE_MAX;
  page->from_start = after[0] == '\0';
  return page->from_start ? STATUS_OK : cid_parse(after, page->after);
}

/* A card has one open hold at most, so that its number tells where the next page begins. */
static enum status read_page(struct ledger *ledger, void *context) {
  struct page *page = context;
  struct ledger_hold after = {.atc = UINT32_MAX};

  memcpy(after.cid, page->after, CID_SIZE);
  if (page->owed)
    return ledger_owed_list(ledger, page->from_start ? NULL : page->after, page->rows, page->limit, &page->count);
  if (page->paid_out)
    return ledger_payout_list(ledger, page->from_start ? NULL : &after, page->rows, page->limit, &page->count);
  return ledger_hold_list(ledger, page->from_start ? NULL : &after, page->rows, page->limit, &page->count);
}

static json_t *row_body(const void *context, size_t index) {
  const struct ledger_hold *row = &((const struct page *)context)->rows[index];
  char cid[2 * CID_SIZE + 1], tid[TID_SIZE + 1] = "";
  const char *type = row->type == TRANSACTION_LOAD              ? "load"
                     : row->type == TRANSACTION_REFUND          ? "refund"
                     : row->type == TRANSACTION_PAYOUT          ? "payout"
                     : row->type == TRANSACTION_POINTS_PURCHASE ? "points-purchase"
                                                                : "purchase";

  cid_print(row->cid, cid);
  memcpy(tid, row->tid, TID_SIZE);
  return json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:s}", "cid", cid, "atc", (json_int_t)row->atc,
                   "type", type, "amount", (json_int_t)row->amount, "tid", tid, "merchant", row->merchant, "card",
                   facts_state_name(row->card_state), "reversed", row->reversed ? 1 : 0, "since",
                   (json_int_t)row->created_at, "reference", row->reference);
}

void post_pending_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {.count = 0};

  reply->status = parse(request->message.body, &page);
  if (reply->status != STATUS_OK)
    return;
  page.rows = calloc(page.limit, sizeof *page.rows);
  reply->status = page.rows == NULL ? STATUS_NO_MEMORY : envelope_transact(service, request, read_page, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("pending", page.count, row_body, &page));
  free(page.rows);
}

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
#include "service.h"
#include "writer.h"

#define PAGE_MAX   24    /* of the longest rows: they fit MESSAGE_MAX */
#define LOOK_CARDS 20000 /* a hundredth of a second, if nothing is found */

struct page {
  bool owed, paid_out;
  struct ledger_look begin, look;
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
  return after[0] == '\0' ? STATUS_OK : cid_parse(after, page->begin.after);
}

/* A card has one open hold at most, so that its number tells where the next page begins. */
static enum status read_slice(struct ledger *ledger, void *context) {
  struct page *page = context;
  struct ledger_hold *rows = &page->rows[page->count];
  struct ledger_look look = page->look;
  size_t room = page->limit - page->count, count = 0;
  enum status status = page->owed       ? ledger_owed_list(ledger, &look, rows, room, &count)
                       : page->paid_out ? ledger_payout_list(ledger, &look, rows, room, &count)
                                        : ledger_hold_list(ledger, &look, rows, room, &count);

  if (status != STATUS_OK)
    return status;
  page->look = look;
  page->count += count;
  return STATUS_OK;
}

/* A step that writes may run more than once. */
static enum status read_first(struct ledger *ledger, void *context) {
  struct page *page = context;

  page->look = page->begin;
  page->count = 0;
  return read_slice(ledger, context);
}

/* Payments come in between. */
static enum status read_page(struct service *service, const struct request *request, struct page *page) {
  enum status status = envelope_transact(service, request, read_first, page);

  while (status == STATUS_OK && !page->look.ended && page->count < page->limit)
    status = writer_read(service->reader, read_slice, page);
  return status;
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
  struct page page = {.begin = {.cards = LOOK_CARDS}};

  reply->status = parse(request->message.body, &page);
  if (reply->status != STATUS_OK)
    return;
  page.rows = calloc(page.limit, sizeof *page.rows);
  reply->status = page.rows == NULL ? STATUS_NO_MEMORY : read_page(service, request, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("pending", page.count, row_body, &page));
  free(page.rows);
}

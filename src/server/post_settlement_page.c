/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/settlement-lines, /v1/settlement-captures and /v1/settlement-transfers: what a closed batch says of each
 * merchant, its purchases, and the payouts to bank accounts that it orders, a page at a time. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/settlement.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"
#include "settlement_body.h"

#define LINES_MAX     16 /* of the longest rows: they fit MESSAGE_MAX */
#define CAPTURES_MAX  28
#define TRANSFERS_MAX 28

/* ---- lines ---- */

struct line_page {
  json_int_t number, limit;
  const char *after; /* borrowed from the request */
  int exported;      /* they leave the house: unknown accounts are settled first */
  size_t count;
  struct ledger_settlement settlement;
  struct ledger_settlement_line lines[LINES_MAX];
};

static enum status parse_lines(json_t *body, struct line_page *page) {
  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:I, s:s, s:I, s?b !}", "number", &page->number, "after", &page->after, "limit", &page->limit,
                  "exported", &page->exported) != 0)
    return STATUS_UNKNOWN_FIELD;
  if (page->limit < 1 || strlen(page->after) > MERCHANT_MAX)
    return STATUS_BAD_FORMAT;
  page->limit = page->limit < LINES_MAX ? page->limit : LINES_MAX;
  return STATUS_OK;
}

static enum status read_lines(struct ledger *ledger, void *context) {
  struct line_page *page = context;
  const struct ledger_line_place place = {page->number, page->after};
  enum status status = ledger_settlement_find(ledger, page->number, &page->settlement);

  if (status == STATUS_OK && page->exported)
    status = ledger_settlement_accounts_fix(ledger, page->number);
  if (status == STATUS_OK)
    status = ledger_settlement_lines(ledger, &place, page->lines, (size_t)page->limit, &page->count);
  return status;
}

static json_t *line_row(const void *context, size_t index) {
  return settlement_line_body(&((const struct line_page *)context)->lines[index]);
}

static json_t *lines_body(const struct line_page *page, uint32_t issuer) {
  return json_pack("{s:o, s:I, s:o}", "settlement", settlement_body(&page->settlement), "issuer", (json_int_t)issuer,
                   "lines", list_rows(page->count, line_row, page));
}

void post_settlement_lines(struct service *service, const struct request *request, struct reply *reply) {
  struct line_page page = {.count = 0};

  reply->status = parse_lines(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_lines, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, lines_body(&page, service->configuration.issuer));
}

/* ---- captures ---- */

struct capture_page {
  json_int_t number, after, limit;
  size_t count;
  struct ledger_capture captures[CAPTURES_MAX];
};

static enum status parse_captures(json_t *body, struct capture_page *page) {
  if (json_unpack(body, "{s:I, s:I, s:I !}", "number", &page->number, "after", &page->after, "limit", &page->limit) !=
      0)
    return STATUS_UNKNOWN_FIELD;
  if (page->limit < 1 || page->after < 0)
    return STATUS_BAD_FORMAT;
  page->limit = page->limit < CAPTURES_MAX ? page->limit : CAPTURES_MAX;
  return STATUS_OK;
}

static enum status read_captures(struct ledger *ledger, void *context) {
  struct capture_page *page = context;
  struct ledger_settlement settlement;
  enum status status = ledger_settlement_find(ledger, page->number, &settlement);

  if (status != STATUS_OK)
    return status;
  struct ledger_capture_range range = {settlement.first_capture - 1, settlement.last_capture};
  if (page->after > range.after)
    range.after = page->after;
  return ledger_capture_list(ledger, &range, page->captures, (size_t)page->limit, &page->count);
}

static json_t *capture_row(const void *context, size_t index) {
  return settlement_capture_body(&((const struct capture_page *)context)->captures[index]);
}

void post_settlement_captures(struct service *service, const struct request *request, struct reply *reply) {
  struct capture_page page = {.count = 0};

  reply->status = parse_captures(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_captures, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("captures", page.count, capture_row, &page));
}

/* ---- transfers ---- */

struct transfer_page {
  json_int_t number, after, limit;
  size_t count;
  struct ledger_settlement_transfer transfers[TRANSFERS_MAX];
};

static enum status parse_transfers(json_t *body, struct transfer_page *page) {
  if (json_unpack(body, "{s:I, s:I, s:I !}", "number", &page->number, "after", &page->after, "limit", &page->limit) !=
      0)
    return STATUS_UNKNOWN_FIELD;
  if (page->limit < 1 || page->after < 0)
    return STATUS_BAD_FORMAT;
  page->limit = page->limit < TRANSFERS_MAX ? page->limit : TRANSFERS_MAX;
  return STATUS_OK;
}

static enum status read_transfers(struct ledger *ledger, void *context) {
  struct transfer_page *page = context;
  const struct ledger_transfer_place place = {page->number, page->after};
  struct ledger_settlement settlement;
  enum status status = ledger_settlement_find(ledger, page->number, &settlement);

  if (status != STATUS_OK)
    return status;
  return ledger_settlement_transfers(ledger, &place, page->transfers, (size_t)page->limit, &page->count);
}

static json_t *transfer_row(const void *context, size_t index) {
  return settlement_transfer_body(&((const struct transfer_page *)context)->transfers[index]);
}

void post_settlement_transfers(struct service *service, const struct request *request, struct reply *reply) {
  struct transfer_page page = {.count = 0};

  reply->status = parse_transfers(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_transfers, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("transfers", page.count, transfer_row, &page));
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/deposit-lists: what desks took as deposits of cards, and what went back, by terminal, a page at a time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_deposit.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"

#define PAGE_MAX 40 /* of the longest rows: they fit MESSAGE_MAX */

struct page {
  struct ledger_deposit_span span;
  char after[TID_SIZE + 1]; /* "": from the start */
  size_t limit, count;
  struct ledger_deposit_sums rows[PAGE_MAX];
};

/* When a day of the issuer's time zone begins. */
static int64_t day_begin(struct tm day) {
  day.tm_isdst = -1;
  return (int64_t)mktime(&day);
}

/* Of one day, or of all, with "". */
static enum status span_take(const char *text, struct ledger_deposit_span *span) {
  struct tm day = {0};
  char again[16] = "";

  *span = (struct ledger_deposit_span){0, INT64_MAX};
  if (text[0] == '\0')
    return STATUS_OK;
  if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3)
    return STATUS_BAD_FORMAT;
  day.tm_year -= 1900;
  day.tm_mon--;
  struct tm next = day, same = day;
  next.tm_mday++;
  *span = (struct ledger_deposit_span){day_begin(day), day_begin(next)};
  same.tm_isdst = -1;
  same.tm_hour = 12;
  if (mktime(&same) == (time_t)-1 || strftime(again, sizeof again, "%Y-%m-%d", &same) == 0)
    return STATUS_BAD_FORMAT;
  return strcmp(text, again) == 0 ? STATUS_OK : STATUS_BAD_FORMAT; /* no 31st of February */
}

static enum status parse(json_t *body, struct page *page) {
  const char *day = NULL, *after = NULL;
  json_int_t limit = 0;

  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:s, s:s, s:I !}", "day", &day, "after", &after, "limit", &limit) != 0)
    return STATUS_UNKNOWN_FIELD;
  if (limit < 1 || (after[0] != '\0' && strlen(after) != TID_SIZE))
    return STATUS_BAD_FORMAT;
  page->limit = limit < PAGE_MAX ? (size_t)limit : PAGE_MAX;
  memcpy(page->after, after, strlen(after) + 1);
  return span_take(day, &page->span);
}

static enum status read_page(struct ledger *ledger, void *context) {
  struct page *page = context;
  const uint8_t *after = page->after[0] == '\0' ? NULL : (const uint8_t *)page->after;

  return ledger_deposit_list(ledger, &page->span, after, page->rows, page->limit, &page->count);
}

static json_t *row_body(const void *context, size_t index) {
  const struct ledger_deposit_sums *row = &((const struct page *)context)->rows[index];
  char tid[TID_SIZE + 1] = "";

  memcpy(tid, row->tid, TID_SIZE);
  return json_pack("{s:s, s:I, s:I, s:I, s:I}", "tid", tid, "cards", (json_int_t)row->cards, "taken",
                   (json_int_t)row->taken, "given_back", (json_int_t)row->given_back, "transferred",
                   (json_int_t)row->transferred);
}

void post_deposit_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {.count = 0};

  reply->status = parse(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, read_page, &page);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("deposits", page.count, row_body, &page));
}

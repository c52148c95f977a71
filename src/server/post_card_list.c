/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-lists: cards in order of their numbers, a page at a time. */
#include <stdlib.h>

#include "endpoints.h"
#include "envelope.h"
#include "facts.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"

#define PAGE_MAX 24 /* of the longest facts: they fit MESSAGE_MAX */

struct page {
  bool from_start;
  uint8_t after[CID_SIZE];
  size_t limit;
};

static enum status parse(json_t *body, struct page *page) {
  const char *after = NULL;
  json_int_t limit = 0;

  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:s, s:I !}", "after", &after, "limit", &limit) != 0)
    return STATUS_UNKNOWN_FIELD;
  if (limit < 1)
    return STATUS_BAD_FORMAT;
  page->limit = limit < PAGE_MAX ? (size_t)limit : PAGE_MAX;
  page->from_start = after[0] == '\0';
  return page->from_start ? STATUS_OK : cid_parse(after, page->after);
}

struct listing {
  const struct page *page;
  uint16_t currency;
  struct ledger_card *cards;
  size_t count;
};

static enum status list_cards(struct ledger *ledger, void *context) {
  struct listing *listing = context;
  const struct page *page = listing->page;

  return ledger_card_list(ledger, page->from_start ? NULL : page->after, listing->cards, page->limit, &listing->count);
}

static json_t *row(const void *context, size_t index) {
  const struct listing *listing = context;
  struct card_facts facts = facts_of(&listing->cards[index], listing->currency);

  return card_facts_body(&facts);
}

void post_card_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {0};
  struct listing listing = {.page = &page, .currency = service->configuration.currency};

  reply->status = parse(request->message.body, &page);
  if (reply->status != STATUS_OK)
    return;
  listing.cards = calloc(page.limit, sizeof *listing.cards);
  reply->status = listing.cards == NULL ? STATUS_NO_MEMORY : envelope_transact(service, request, list_cards, &listing);
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("cards", listing.count, row, &listing));
  free(listing.cards);
}

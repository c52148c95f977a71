/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminal-lists: terminals in order of their names, a page at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/x509.h"
#include "http/request.h"

#define PAGE_MAX 64 /* of the longest rows: they fit MESSAGE_MAX */

struct page {
  char after[TID_SIZE + 1]; /* "": from the start */
  size_t limit;
};

static enum status parse(json_t *body, struct page *page) {
  const char *after = NULL;
  json_int_t limit = 0;

  /* '!' refuses what is not named here */
  if (json_unpack(body, "{s:s, s:I !}", "after", &after, "limit", &limit) != 0)
    return STATUS_UNKNOWN_FIELD;
  if (limit < 1 || (after[0] != '\0' && strlen(after) != TID_SIZE))
    return STATUS_BAD_FORMAT;
  page->limit = limit < PAGE_MAX ? (size_t)limit : PAGE_MAX;
  memcpy(page->after, after, strlen(after) + 1);
  return STATUS_OK;
}

struct listing {
  const struct page *page;
  struct ledger_terminal terminals[PAGE_MAX];
  size_t count;
};

static enum status list_terminals(struct ledger *ledger, void *context) {
  struct listing *listing = context;
  const struct page *page = listing->page;
  const uint8_t *after = page->after[0] == '\0' ? NULL : (const uint8_t *)page->after;

  return ledger_terminal_list(ledger, after, listing->terminals, page->limit, &listing->count);
}

static json_t *row(const struct ledger_terminal *terminal) {
  const uint8_t *day = terminal->expiry;
  char tid[TID_SIZE + 1] = "", expiry[11];

  memcpy(tid, terminal->tid, TID_SIZE);
  snprintf(expiry, sizeof expiry, "%02x%02x-%02x-%02x", (unsigned)day[0], (unsigned)day[1], (unsigned)day[2],
           (unsigned)day[3]);
  return json_pack("{s:s, s:s, s:s, s:s, s:b}", "tid", tid, "role", role_name(terminal->role), "merchant",
                   terminal->merchant, "expiry", expiry, "revoked", terminal->revoked ? 1 : 0);
}

static json_t *page_body(const struct ledger_terminal *terminals, size_t count) {
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++) {
    if (json_array_append_new(list, row(&terminals[i])) != 0) {
      json_decref(list);
      return NULL;
    }
  }
  return json_pack("{s:o}", "terminals", list);
}

void post_terminal_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {0};
  struct listing listing = {.page = &page};

  reply->status = parse(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, list_terminals, &listing);
  if (reply->status == STATUS_OK)
    reply_ok(reply, page_body(listing.terminals, listing.count));
}

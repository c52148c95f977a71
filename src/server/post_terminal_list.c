/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminal-lists: terminals in order of their names, a page at a time. */
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/moment.h"
#include "epurse/x509.h"
#include "http/request.h"
#include "list_body.h"
#include "service.h"

#define PAGE_MAX 40 /* of the longest rows: they fit MESSAGE_MAX */

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
  int64_t silent_before; /* unix seconds: not heard of since */
};

static enum status list_terminals(struct ledger *ledger, void *context) {
  struct listing *listing = context;
  const struct page *page = listing->page;
  const uint8_t *after = page->after[0] == '\0' ? NULL : (const uint8_t *)page->after;

  return ledger_terminal_list(ledger, after, listing->terminals, page->limit, &listing->count);
}

/* A till that may take cards off-line, and has not been heard of for silent_days, may have payments that nobody knows
 * of. */
static json_t *row(const void *context, size_t index) {
  const struct listing *listing = context;
  const struct ledger_terminal *terminal = &listing->terminals[index];
  bool silent = terminal->offline && terminal->heard_at != 0 && terminal->heard_at < listing->silent_before;
  uint8_t moment[MOMENT_SIZE];
  char tid[TID_SIZE + 1] = "", expiry[11], heard[21] = "";

  memcpy(tid, terminal->tid, TID_SIZE);
  date_print(terminal->expiry, expiry);
  if (terminal->heard_at != 0) {
    moment_from_unix(terminal->heard_at, moment);
    moment_print(moment, heard);
  }
  return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:b}", "tid", tid, "role", role_name(terminal->role),
                   "merchant", terminal->merchant, "expiry", expiry, "revoked", terminal->revoked ? 1 : 0, "heard_at",
                   heard, "offline", (int)terminal->offline, "silent", (int)silent);
}

void post_terminal_list(struct service *service, const struct request *request, struct reply *reply) {
  struct page page = {0};
  struct listing listing = {.page = &page};

  reply->status = parse(request->message.body, &page);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, list_terminals, &listing);
  listing.silent_before = service_now(service) - (int64_t)service->configuration.silent_days * SECONDS_PER_DAY;
  if (reply->status == STATUS_OK)
    reply_ok(reply, list_body("terminals", listing.count, row, &listing));
}

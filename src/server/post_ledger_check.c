/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/ledger-checks: the ledger computed anew and compared with itself. */
#include <string.h>

#include "backup.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_totals.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"
#include "watch.h"

#define FINDINGS_MAX  32 /* told; the rest is counted: the reply stays below MESSAGE_MAX */
#define FINDING_BYTES 200

struct findings {
  json_t *list;
  json_int_t count;
};

static void note(void *context, const char *line) {
  struct findings *findings = context;

  if (findings->count++ < FINDINGS_MAX)
    json_array_append_new(findings->list, json_stringn_nocheck(line, strnlen(line, FINDING_BYTES)));
}

static json_t *check_body(const struct findings *findings, const struct ledger_totals *totals) {
  json_int_t cards = 0;

  for (size_t i = LEDGER_CARD_RESERVED; i <= LEDGER_CARD_RETIRED; i++)
    cards += (json_int_t)totals->cards[i];
  if (findings->count > FINDINGS_MAX)
    json_array_append_new(findings->list, json_sprintf("and %lld more", (long long)(findings->count - FINDINGS_MAX)));
  return json_pack("{s:O, s:I, s:I, s:I}", "findings", findings->list, "postings", (json_int_t)totals->postings,
                   "cards", cards, "open", (json_int_t)totals->open_holds);
}

void post_ledger_check(struct service *service, const struct request *request, struct reply *reply) {
  struct findings findings = {.list = json_array()};
  struct ledger_totals totals;

  if (json_object_size(request->message.body) != 0)
    reply->status = STATUS_UNKNOWN_FIELD;
  else
    reply->status = envelope_accept(service, request);
  if (reply->status == STATUS_OK) {
    reply->status = backup_check(service->backup, &totals, note, &findings);
    reply->body = check_body(&findings, &totals);
    if (findings.count > 0)
      watch_alarm(service, json_string_value(json_array_get(findings.list, 0)));
    log_line(&service->log, reply->status == STATUS_OK ? LOG_INFO : LOG_ERROR, "ledger-check", "findings=%lld code=%s",
             (long long)findings.count, status_name(reply->status));
  }
  json_decref(findings.list);
}

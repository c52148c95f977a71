/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/settlement-resumptions: after a restoration, which settlement went out of the house last. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_incarnation.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"

struct resumption {
  json_int_t exported;
  int64_t next;
  enum status told; /* STATUS_EXISTS: before */
};

static enum status resume(struct ledger *ledger, void *context) {
  struct resumption *resumption = context;

  resumption->told = ledger_settlement_resume(ledger, resumption->exported, &resumption->next);
  return resumption->told == STATUS_EXISTS ? STATUS_OK : resumption->told;
}

static enum status parse(json_t *body, struct resumption *resumption) {
  /* '!' refuses what is not named here; the ledger knows which numbers there can be */
  return json_unpack(body, "{s:I !}", "exported", &resumption->exported) == 0 ? STATUS_OK : STATUS_UNKNOWN_FIELD;
}

void post_settlement_resumption(struct service *service, const struct request *request, struct reply *reply) {
  struct resumption resumption = {.told = STATUS_OK};

  reply->status = parse(request->message.body, &resumption);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, resume, &resumption);
  if (reply->status == STATUS_OK)
    reply->status = resumption.told;
  log_line(&service->log, LOG_INFO, "settlement-resumption", "tid=%s exported=%lld code=%s", request->message.tid,
           (long long)resumption.exported, status_name(reply->status));
  if (reply->status == STATUS_OK)
    reply_ok(reply, json_pack("{s:I}", "next", (json_int_t)resumption.next));
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-replacements: what a blocked card had goes to a new one. */
#include <string.h>

#include "approval.h"
#include "endpoints.h"
#include "epurse/ledger_card.h"
#include "epurse/moment.h"
#include "http/request.h"
#include "service.h"

struct replacing {
  struct ledger_replacing what;
  struct ledger_replacement done;
};

static enum status replace(struct ledger *ledger, void *context) {
  struct replacing *replacing = context;

  return ledger_card_replace(ledger, &replacing->what, &replacing->done);
}

static json_t *done_body(const struct ledger_replacement *done) {
  const struct replacement_reply reply = {.at = done->at,
                                          .balance = done->balance,
                                          .owed = done->owed,
                                          .points = done->points,
                                          .settled_atc = done->settled_atc};

  return replacement_reply_body(&reply);
}

void post_card_replacement(struct service *service, const struct request *request, struct reply *reply) {
  struct replacing replacing = {.what = {.now = service_now(service)}};
  struct replacement_message body;
  char cid[LOG_CID_SIZE];

  reply->status = replacement_parse(request->message.body, &body);
  if (reply->status != STATUS_OK)
    return;
  memcpy(replacing.what.cid, body.cid, CID_SIZE);
  memcpy(replacing.what.new_cid, body.new_cid, CID_SIZE);
  replacing.what.window = (int64_t)service->configuration.replacement_days * SECONDS_PER_DAY;
  approval_transact(service, request, &(struct approval_step){.step = replace, .context = &replacing}, reply);
  log_cid(body.cid, cid);
  log_line(&service->log, LOG_WARNING, "card-replacement", "tid=%s cid=%s code=%s", request->message.tid, cid,
           status_name(reply->status));
  if (reply->status == STATUS_OK)
    reply_ok(reply, done_body(&replacing.done));
  else if (reply->status == STATUS_REPLACEMENT_TOO_EARLY)
    reply->body = json_pack("{s:I}", "earliest", (json_int_t)replacing.done.earliest);
}

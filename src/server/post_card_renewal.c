/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/card-renewals: a new card has at once what is sure of an old one's money, and the rest later. A desk is
 * believed what the card has signed; all else waits for administrators. */
#include <string.h>

#include "approval.h"
#include "endpoints.h"
#include "epurse/ledger_renewal.h"
#include "epurse/message_renewal.h"
#include "epurse/moment.h"
#include "http/request.h"
#include "service.h"

struct renewing {
  struct ledger_renewing what;
  struct ledger_renewal done;
};

/* What the card may have paid off-line is in its certificate. */
static enum status renew(struct ledger *ledger, void *context) {
  struct renewing *renewing = context;
  struct ledger_card old;
  struct certificate certificate = {0};
  enum status status = ledger_card_find(ledger, renewing->what.cid, &old);

  if (status == STATUS_OK && old.certified)
    status = certificate_decode(old.certification.sig_certificate, old.certification.sig_certificate_len, &certificate);
  renewing->what.offline_total = certificate.offline.total;
  return status == STATUS_OK ? ledger_card_renew(ledger, &renewing->what, &renewing->done) : status;
}

static json_t *done_body(const struct ledger_renewal *done) {
  const struct renewal_reply reply = {.at = done->at,
                                      .balance = done->balance,
                                      .owed = done->owed,
                                      .points = done->points,
                                      .kept = done->kept,
                                      .points_kept = done->points_kept,
                                      .rest_at = done->rest_at};

  return renewal_reply_body(&reply);
}

void post_card_renewal(struct service *service, const struct request *request, struct reply *reply) {
  struct renewing renewing = {.what = {.now = service_now(service)}};
  const struct approval_step step = {.step = renew, .context = &renewing, .approved = &renewing.what.approved};
  struct replacement_message body;
  char cid[LOG_CID_SIZE];

  reply->status = replacement_parse(request->message.body, &body);
  if (reply->status != STATUS_OK)
    return;
  memcpy(renewing.what.cid, body.cid, CID_SIZE);
  memcpy(renewing.what.new_cid, body.new_cid, CID_SIZE);
  renewing.what.window = (int64_t)service->configuration.replacement_days * SECONDS_PER_DAY;
  renewing.what.desk = request->terminal.role == ROLE_PERSO ? request->terminal.tid : NULL;
  approval_transact(service, request, &step, reply);
  log_cid(body.cid, cid);
  log_line(&service->log, LOG_WARNING, "card-renewal", "tid=%s cid=%s code=%s", request->message.tid, cid,
           status_name(reply->status));
  if (reply->status == STATUS_OK)
    reply_ok(reply, done_body(&renewing.done));
}

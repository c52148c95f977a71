/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminal-revocations: a terminal was stolen or is taken out of use; its next message is refused, over a
 * connection that is open already too. The administrator's own terminal does not lock itself out. What the answer says
 * of the administrators that are left is for a person to read: a stolen key is revoked whoever is left. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_approval.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_desk.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"
#include "terminal_cache.h"

struct revoking {
  char tid[TID_SIZE + 1];
  int64_t now;
  struct revocation_reply left;
};

static enum status revoke(struct ledger *ledger, void *context) {
  struct revoking *revoking = context;
  const uint8_t *tid = (const uint8_t *)revoking->tid;
  enum status status = ledger_terminal_revoke(ledger, tid);

  if (status == STATUS_OK)
    status = ledger_approvals_needed(ledger, &revoking->left.needed);
  return status == STATUS_OK ? ledger_approval_others(ledger, tid, revoking->now, &revoking->left.administrators)
                             : status;
}

void post_terminal_revocation(struct service *service, const struct request *request, struct reply *reply) {
  struct revoking revoking = {.now = service_now(service)};

  reply->status = revocation_parse(request->message.body, revoking.tid);
  if (reply->status == STATUS_OK && strcmp(revoking.tid, request->message.tid) == 0)
    reply->status = STATUS_NOT_PERMITTED;
  if (reply->status != STATUS_OK)
    return;
  reply->status = envelope_transact(service, request, revoke, &revoking);
  terminal_cache_forget(service->terminal_cache);
  log_line(&service->log, LOG_WARNING, "terminal-revocation", "tid=%s revoked=%s code=%s", request->message.tid,
           revoking.tid, status_name(reply->status));
  if (reply->status == STATUS_OK)
    reply_ok(reply, revocation_reply_body(&revoking.left));
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminal-revocations: a terminal was stolen or is taken out of use; its next message is refused, over a
 * connection that is open already too. The administrator's own terminal does not lock itself out. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_desk.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"
#include "terminal_cache.h"

struct revoking {
  char tid[TID_SIZE + 1];
};

static enum status revoke(struct ledger *ledger, void *context) {
  const struct revoking *revoking = context;

  return ledger_terminal_revoke(ledger, (const uint8_t *)revoking->tid);
}

void post_terminal_revocation(struct service *service, const struct request *request, struct reply *reply) {
  struct revoking revoking;

  reply->status = revocation_parse(request->message.body, revoking.tid);
  if (reply->status == STATUS_OK && strcmp(revoking.tid, request->message.tid) == 0)
    reply->status = STATUS_NOT_PERMITTED;
  if (reply->status != STATUS_OK)
    return;
  reply->status = envelope_transact(service, request, revoke, &revoking);
  terminal_cache_forget(service->terminal_cache);
  log_line(&service->log, LOG_WARNING, "terminal-revocation", "tid=%s revoked=%s code=%s", request->message.tid,
           revoking.tid, status_name(reply->status));
}

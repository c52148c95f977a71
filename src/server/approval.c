/* SPDX-License-Identifier: Apache-2.0
 * Steps that need a second administrator: one way in for the first one's message and for the other's word. */
#include "approval.h"

#include <stdlib.h>

#include "envelope.h"
#include "epurse/ledger_approval.h"
#include "epurse/message_approval.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"

struct guarded {
  const struct approval_step *step;
  const struct ledger_approval_decision *decision;
  struct ledger_approval_asking asking;
  int64_t number; /* that it waits under; 0: it was done */
};

/* With the word of another administrator; of what a desk asked for it is the first one's. */
static enum status run_given(struct ledger *ledger, struct guarded *guarded, int64_t administrators) {
  const struct approval_step *step = guarded->step;
  bool by_desk = false;
  enum status status = ledger_approval_decide(ledger, guarded->decision);

  if (status == STATUS_OK && step->approved != NULL && administrators > 1)
    status = ledger_approval_by_desk(ledger, guarded->decision->number, &by_desk);
  if (status == STATUS_OK && by_desk)
    return ledger_approval_ask(ledger, &guarded->asking, &guarded->number);
  if (step->approved != NULL)
    *step->approved = true;
  return status == STATUS_OK ? step->step(ledger, step->context) : status;
}

/* What a desk asks for: done where it needs nobody's word. */
static enum status run_attempt(struct ledger *ledger, struct guarded *guarded) {
  const struct approval_step *step = guarded->step;

  *step->approved = false;
  enum status status = step->step(ledger, step->context);
  return status == STATUS_APPROVAL_WAITS ? ledger_approval_ask(ledger, &guarded->asking, &guarded->number) : status;
}

static enum status run(struct ledger *ledger, void *context) {
  struct guarded *guarded = context;
  const struct approval_step *step = guarded->step;
  int64_t administrators = 0;
  bool needed = false;
  enum status status = ledger_approvals_needed(ledger, &administrators);

  guarded->number = 0;
  if (status == STATUS_OK && guarded->decision != NULL)
    return run_given(ledger, guarded, administrators);
  if (status == STATUS_OK && step->approved != NULL)
    return run_attempt(ledger, guarded);
  needed = administrators > 1 || step->always;
  if (status == STATUS_OK && needed && step->question != NULL)
    status = step->question(ledger, step->context, &needed);
  if (status != STATUS_OK)
    return status;
  if (needed)
    return ledger_approval_ask(ledger, &guarded->asking, &guarded->number);
  return step->step(ledger, step->context);
}

enum status approval_transact(struct service *service, const struct request *request, const struct approval_step *step,
                              struct reply *reply) {
  char *body = json_dumps(request->message.body, JSON_COMPACT | JSON_SORT_KEYS);
  struct guarded guarded = {.step = step,
                            .decision = request->approval,
                            .asking = {.tid = request->terminal.tid,
                                       .type = message_word(request->message.type),
                                       .body = body,
                                       .now = service_now(service)}};

  reply->status = body == NULL ? STATUS_NO_MEMORY : envelope_transact(service, request, run, &guarded);
  free(body);
  if (reply->status != STATUS_OK || guarded.number == 0)
    return reply->status;
  log_line(&service->log, LOG_WARNING, "approval-waits", "tid=%s number=%lld type=%s", request->message.tid,
           (long long)guarded.number, message_word(request->message.type));
  reply_ok(reply, approval_waits_body(guarded.number));
  if (reply->status == STATUS_OK)
    reply->status = STATUS_APPROVAL_WAITS;
  return reply->status;
}

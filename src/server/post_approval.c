/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/approvals: a second administrator gives or refuses what waits; what is given is done at once, by the
 * endpoint that it was asked of. POST /v1/approval-lists: what waits, and what became of it. POST /v1/approval-rules:
 * how many administrators it takes. */
#include <stdio.h>
#include <string.h>

#include "approval.h"
#include "clock.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_approval.h"
#include "epurse/message_approval.h"
#include "http/log.h"
#include "http/request.h"
#include "service.h"
#include "watch.h"
#include "writer.h"

_Static_assert(APPROVAL_TYPE_MAX == LEDGER_APPROVAL_TYPE_MAX && APPROVAL_BODY_MAX == LEDGER_APPROVAL_BODY_MAX,
               "what waits is told whole");

static const struct {
  enum message_type type;
  route_handler *handler;
} doers[] = {
    {MESSAGE_MERCHANT_CHANGE, post_merchant_change},   {MESSAGE_LIMIT, post_limit},
    {MESSAGE_CARD_REPLACEMENT, post_card_replacement}, {MESSAGE_TERMINAL, post_terminal},
    {MESSAGE_TERMINAL_RENEWAL, post_terminal_renewal}, {MESSAGE_APPROVAL_RULE, post_approval_rule},
    {MESSAGE_CARD_RENEWAL, post_card_renewal},         {MESSAGE_MERCHANT, post_merchant},
};
#define DOER_COUNT (sizeof doers / sizeof doers[0])

struct finding {
  struct approval_query query;
  int64_t now;
  bool found;
  struct ledger_approval approval;
};

static enum status find(struct ledger *ledger, void *context) {
  struct finding *finding = context;

  return ledger_approval_find(ledger, finding->query.after, &finding->approval);
}

/* The message that waited comes to its endpoint once more, with the word of another administrator. */
static void give(struct service *service, const struct request *request,
                 const struct ledger_approval_decision *decision, struct reply *reply) {
  struct finding finding = {.query = {.after = decision->number}};
  struct request waited = *request;
  size_t i = 0;

  reply->status = writer_transact(service->writer, find, &finding);
  if (reply->status != STATUS_OK)
    return;
  while (i < DOER_COUNT && strcmp(message_word(doers[i].type), finding.approval.type) != 0)
    i++;
  waited.message.body = json_loads(finding.approval.body, JSON_REJECT_DUPLICATES, NULL);
  waited.approval = decision;
  reply->status = i < DOER_COUNT && waited.message.body != NULL ? STATUS_OK : STATUS_LEDGER_BROKEN;
  if (reply->status == STATUS_OK) {
    waited.message.type = doers[i].type;
    doers[i].handler(service, &waited, reply);
  }
  json_decref(waited.message.body);
}

static enum status refuse(struct ledger *ledger, void *context) {
  const struct ledger_approval_decision *decision = context;

  return ledger_approval_decide(ledger, decision);
}

void post_approval(struct service *service, const struct request *request, struct reply *reply) {
  struct approval_message body;
  struct ledger_approval_decision decision = {
      .hash = body.hash, .tid = request->terminal.tid, .now = service_now(service)};

  reply->status = approval_parse(request->message.body, &body);
  if (reply->status == STATUS_OK && body.give && watch_alarmed(service))
    reply->status = STATUS_LEDGER_STOPPED;
  if (reply->status == STATUS_OK && body.give)
    reply->status = clock_look(service); /* it may be of a replacement, and lapses itself */
  if (reply->status != STATUS_OK)
    return;
  decision.number = body.number;
  decision.give = body.give;
  if (body.give)
    give(service, request, &decision, reply);
  else
    reply->status = envelope_transact(service, request, refuse, &decision);
  log_line(&service->log, LOG_WARNING, "approval", "tid=%s number=%lld give=%s code=%s", request->message.tid,
           (long long)body.number, body.give ? "yes" : "no", status_name(reply->status));
}

static enum status look(struct ledger *ledger, void *context) {
  struct finding *finding = context;
  enum status status =
      ledger_approval_next(ledger, finding->query.after, finding->query.waiting, finding->now, &finding->approval);

  finding->found = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static const char *state_word(const struct ledger_approval *approval, int64_t now) {
  switch (approval->state) {
  case LEDGER_APPROVAL_GIVEN:
    return "given";
  case LEDGER_APPROVAL_REFUSED:
    return "refused";
  default:
    return ledger_approval_lapsed(approval, now) ? "lapsed" : "waits";
  }
}

static json_t *facts(const struct finding *finding) {
  const struct ledger_approval *approval = &finding->approval;
  struct approval_facts facts = {.number = approval->number,
                                 .asked_at = approval->asked_at,
                                 .lapses = approval->asked_at + LEDGER_APPROVAL_SECONDS,
                                 .decided_at = approval->decided_at};

  if (!finding->found)
    return approval_facts_body(NULL);
  memcpy(facts.type, approval->type, sizeof facts.type);
  memcpy(facts.body, approval->body, sizeof facts.body);
  memcpy(facts.hash, approval->hash, sizeof facts.hash);
  memcpy(facts.asked_by, approval->asked_by, TID_SIZE);
  memcpy(facts.decided_by, approval->decided_by, TID_SIZE);
  (void)snprintf(facts.state, sizeof facts.state, "%s", state_word(approval, finding->now));
  return approval_facts_body(&facts);
}

void post_approval_list(struct service *service, const struct request *request, struct reply *reply) {
  struct finding finding = {.now = service_now(service)};

  reply->status = approval_query_parse(request->message.body, &finding.query);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, look, &finding);
  if (reply->status == STATUS_OK)
    reply_ok(reply, facts(&finding));
}

struct ruling {
  int64_t needed;
  int64_t approval; /* by which it is done; 0: none */
  const uint8_t *tid;
  int64_t now;
};

/* A change takes two, whichever way; a second one whom nobody is must not be waited for. */
static enum status changes(struct ledger *ledger, void *context, bool *needed) {
  const struct ruling *ruling = context;
  int64_t present = 0, others = 0;
  enum status status = ledger_approvals_needed(ledger, &present);

  *needed = present != ruling->needed;
  if (status == STATUS_OK && *needed)
    status = ledger_approval_others(ledger, ruling->tid, ruling->now, &others);
  return status == STATUS_OK && *needed && others == 0 ? STATUS_APPROVAL_OWN : status;
}

static enum status rule(struct ledger *ledger, void *context) {
  const struct ruling *ruling = context;

  return ruling->approval != 0 ? ledger_approvals_change(ledger, ruling->needed, ruling->approval) : STATUS_OK;
}

void post_approval_rule(struct service *service, const struct request *request, struct reply *reply) {
  struct ruling ruling = {.tid = request->terminal.tid, .now = service_now(service)};

  reply->status = approval_rule_parse(request->message.body, &ruling.needed);
  if (reply->status != STATUS_OK)
    return;
  ruling.approval = request->approval != NULL ? request->approval->number : 0;
  approval_transact(service, request,
                    &(struct approval_step){.step = rule, .context = &ruling, .question = changes, .always = true},
                    reply);
  if (reply->status == STATUS_OK)
    reply_ok(reply, json_object());
}

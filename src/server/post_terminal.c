/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminals: a new terminal with the keys that the issuer certified. Told twice, it is there once; the same
 * name with other keys is refused, for the terminal that has it would be locked out.
 * POST /v1/terminal-renewals: new keys and another last day for a terminal that is known; from then on its old keys are
 * nobody's. Its name, role and merchant stay. Where the terminal itself has asked for it, its present key says so. */
#include <string.h>

#include "approval.h"
#include "endpoints.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message_desk.h"
#include "http/request.h"
#include "service.h"
#include "terminal_cache.h"

struct registration {
  const char *request; /* of the terminal itself; "": none */
  struct ledger_terminal terminal;
  struct ledger_merchant merchant; /* its, read in the same step */
};

static enum status add(struct ledger *ledger, void *context) {
  struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  enum status status = ledger_terminal_add(ledger, terminal);

  return status == STATUS_OK ? ledger_merchant_terms(ledger, terminal->merchant, &registration->merchant) : status;
}

/* The terminal itself asked for these keys, under the one that it is known by. Asked and answered already: the answer
 * may have been lost, and nobody looks at the request any more; renewal_takes_two sees to it that nothing is gained
 * so. */
static enum status asked_for(const struct ledger_terminal *known, const struct registration *registration) {
  const struct ledger_terminal *terminal = &registration->terminal;
  struct message_verifier *verifier = NULL;
  struct terminal_message asked;
  struct message message = {0};

  if (ledger_terminal_same_keys(known, terminal))
    return STATUS_OK;
  enum status status = message_verifier_new(known->sig_public, &verifier);
  if (status == STATUS_OK)
    status = message_open(registration->request, strlen(registration->request), false, verifier, &message);
  if (status == STATUS_OK)
    status = terminal_parse(message.body, &asked);
  if (status == STATUS_OK &&
      (message.type != MESSAGE_TERMINAL_RENEWAL || asked.request[0] != '\0' ||
       memcmp(asked.tid, terminal->tid, TID_SIZE) != 0 || memcmp(message.tid, terminal->tid, TID_SIZE) != 0 ||
       memcmp(asked.ecka_public, terminal->ecka_public, sizeof asked.ecka_public) != 0 ||
       memcmp(asked.sig_public, terminal->sig_public, sizeof asked.sig_public) != 0))
    status = STATUS_BAD_SIGNATURE;
  message_clear(&message);
  message_verifier_free(&verifier);
  return status;
}

static enum status renew(struct ledger *ledger, void *context) {
  struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  struct ledger_terminal known;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);

  if (status == STATUS_OK && (known.role != terminal->role || strcmp(known.merchant, terminal->merchant) != 0))
    status = STATUS_EXISTS;
  if (status == STATUS_OK && registration->request[0] != '\0')
    status = asked_for(&known, registration);
  if (status == STATUS_OK)
    status = ledger_terminal_renew(ledger, terminal);
  return status == STATUS_OK ? ledger_merchant_terms(ledger, terminal->merchant, &registration->merchant) : status;
}

/* What loads cards, makes them or administers is added by two: one alone would load what nobody paid for, at as many
 * terminals as he likes. What only takes payments is one's. A name that is taken is refused at once, by the step. */
static enum status add_takes_two(struct ledger *ledger, void *context, bool *needed) {
  struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  struct ledger_terminal known;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);

  *needed = status == STATUS_NOT_FOUND && terminal->role != ROLE_POS;
  if (status == STATUS_NOT_FOUND)
    status = ledger_merchant_terms(ledger, terminal->merchant, &registration->merchant);
  return status;
}

/* And given keys that it has not asked for by two, or a later day for those that it has: asked_for takes those as they
 * are. */
static enum status renewal_takes_two(struct ledger *ledger, void *context, bool *needed) {
  const struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  struct ledger_terminal known;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);
  bool later = status == STATUS_OK && ledger_terminal_same_keys(&known, terminal) &&
               memcmp(terminal->expiry, known.expiry, sizeof known.expiry) > 0;

  *needed = terminal->role == ROLE_ADMIN || (terminal->role != ROLE_POS && (registration->request[0] == '\0' || later));
  return status;
}

static void serve(struct service *service, const struct request *request, struct approval_step step,
                  struct reply *reply) {
  struct terminal_message body;
  struct registration registration = {0};
  struct ledger_terminal *terminal = &registration.terminal;

  reply->status = terminal_parse(request->message.body, &body);
  if (reply->status == STATUS_OK && step.step == add && body.request[0] != '\0')
    reply->status = STATUS_UNKNOWN_FIELD; /* a new terminal has no key yet to ask with */
  if (reply->status != STATUS_OK)
    return;
  memcpy(terminal->tid, body.tid, TID_SIZE);
  terminal->role = body.role;
  memcpy(terminal->merchant, body.merchant, sizeof terminal->merchant);
  memcpy(terminal->ecka_public, body.ecka_public, sizeof terminal->ecka_public);
  memcpy(terminal->sig_public, body.sig_public, sizeof terminal->sig_public);
  memcpy(terminal->expiry, body.expiry, DATE_SIZE);
  registration.request = body.request;
  step.context = &registration;
  approval_transact(service, request, &step, reply);
  terminal_cache_forget(service->terminal_cache);
  if (reply->status == STATUS_OK)
    reply_ok(reply, json_pack("{s:s}", "merchant_name", registration.merchant.name));
}

void post_terminal(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, (struct approval_step){.step = add, .question = add_takes_two}, reply);
}

void post_terminal_renewal(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, (struct approval_step){.step = renew, .question = renewal_takes_two}, reply);
}

/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/terminals: a new terminal with the keys that the issuer certified. Told twice, it is there once; the same
 * name with other keys is refused, for the terminal that has it would be locked out.
 * POST /v1/terminal-renewals: new keys and another last day for a terminal that is known; from then on its old keys are
 * nobody's. Its name, role and merchant stay. */
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_merchant.h"

struct registration {
  struct ledger_terminal terminal;
  struct ledger_merchant merchant; /* its, read in the same step */
};

static bool same(const struct ledger_terminal *a, const struct ledger_terminal *b) {
  return a->role == b->role && strcmp(a->merchant, b->merchant) == 0 &&
         memcmp(a->ecka_public, b->ecka_public, sizeof a->ecka_public) == 0 &&
         memcmp(a->sig_public, b->sig_public, sizeof a->sig_public) == 0 &&
         memcmp(a->expiry, b->expiry, sizeof a->expiry) == 0;
}

static enum status add(struct ledger *ledger, void *context) {
  struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  struct ledger_terminal known;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);

  if (status == STATUS_OK && !same(&known, terminal))
    status = STATUS_EXISTS;
  if (status == STATUS_NOT_FOUND)
    status = ledger_terminal_add(ledger, terminal);
  return status == STATUS_OK ? ledger_merchant_find(ledger, terminal->merchant, &registration->merchant) : status;
}

static enum status renew(struct ledger *ledger, void *context) {
  struct registration *registration = context;
  const struct ledger_terminal *terminal = &registration->terminal;
  struct ledger_terminal known;
  enum status status = ledger_terminal_find(ledger, terminal->tid, &known);

  if (status == STATUS_OK && (known.role != terminal->role || strcmp(known.merchant, terminal->merchant) != 0))
    status = STATUS_EXISTS;
  if (status == STATUS_OK)
    status = ledger_terminal_renew(ledger, terminal);
  return status == STATUS_OK ? ledger_merchant_find(ledger, terminal->merchant, &registration->merchant) : status;
}

static void serve(struct service *service, const struct request *request, ledger_step *step, struct reply *reply) {
  struct terminal_message body;
  struct registration registration = {0};
  struct ledger_terminal *terminal = &registration.terminal;

  reply->status = terminal_parse(request->message.body, &body);
  if (reply->status != STATUS_OK)
    return;
  memcpy(terminal->tid, body.tid, TID_SIZE);
  terminal->role = body.role;
  memcpy(terminal->merchant, body.merchant, sizeof terminal->merchant);
  memcpy(terminal->ecka_public, body.ecka_public, sizeof terminal->ecka_public);
  memcpy(terminal->sig_public, body.sig_public, sizeof terminal->sig_public);
  memcpy(terminal->expiry, body.expiry, DATE_SIZE);
  reply->status = envelope_transact(service, request, step, &registration);
  terminal_cache_forget(service->terminal_cache);
  if (reply->status == STATUS_OK)
    reply_ok(reply, json_pack("{s:s}", "merchant_name", registration.merchant.name));
}

void post_terminal(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, add, reply);
}

void post_terminal_renewal(struct service *service, const struct request *request, struct reply *reply) {
  serve(service, request, renew, reply);
}

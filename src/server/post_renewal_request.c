/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/renewal-requests: a terminal asks for certificates of keys that it made, before its present ones end, and is
 * given the answer when there is one; the same question as often as it likes. POST /v1/renewal-lists: who waits, for
 * the administrator, whose CA signs off-line. POST /v1/renewal-answers: what it signed. */
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_terminal_renewal.h"
#include "epurse/message_desk.h"
#include "epurse/message_terminal_renewal.h"
#include "http/log.h"
#include "http/peer.h"
#include "http/request.h"
#include "service.h"

/* One object as the ledger keeps it. */
static enum status text_of(json_t *body, char text[LEDGER_RENEWAL_TEXT_MAX + 1]) {
  size_t len = body != NULL ? json_dumpb(body, text, LEDGER_RENEWAL_TEXT_MAX, JSON_COMPACT | JSON_SORT_KEYS) : 0;

  text[len <= LEDGER_RENEWAL_TEXT_MAX ? len : 0] = '\0';
  if (body == NULL)
    return STATUS_NO_MEMORY;
  return len > 0 && len <= LEDGER_RENEWAL_TEXT_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

/* What the terminal sealed: its own next keys, with the name, role and merchant that it has. */
static enum status asked_check(const struct request *request, const char *sealed, struct terminal_message *asked) {
  const struct ledger_terminal *terminal = &request->terminal;
  struct message message = {0};
  enum status status = message_open(sealed, strlen(sealed), false, request->peer->verifier, &message);

  if (status == STATUS_OK)
    status = terminal_parse(message.body, asked);
  if (status == STATUS_OK &&
      (message.type != MESSAGE_TERMINAL_RENEWAL || asked->request[0] != '\0' ||
       memcmp(asked->tid, terminal->tid, TID_SIZE) != 0 || memcmp(message.tid, terminal->tid, TID_SIZE) != 0 ||
       asked->role != terminal->role || strcmp(asked->merchant, terminal->merchant) != 0))
    status = STATUS_NOT_PERMITTED;
  if (status == STATUS_OK && memcmp(asked->sig_public, terminal->sig_public, sizeof asked->sig_public) == 0)
    status = STATUS_BAD_FORMAT; /* it has that one */
  message_clear(&message);
  return status;
}

static enum status ask(struct ledger *ledger, void *context) {
  return ledger_terminal_renewal_ask(ledger, context);
}

void post_renewal_request(struct service *service, const struct request *request, struct reply *reply) {
  struct renewal_request body;
  struct terminal_message asked;
  struct ledger_terminal_renewal renewal = {.asked_at = service_now(service)};

  reply->status = renewal_request_parse(request->message.body, &body);
  if (reply->status == STATUS_OK)
    reply->status = asked_check(request, body.sealed, &asked);
  if (reply->status == STATUS_OK)
    reply->status = text_of(request->message.body, renewal.request);
  if (reply->status != STATUS_OK)
    return;
  memcpy(renewal.tid, request->terminal.tid, TID_SIZE);
  memcpy(renewal.ecka_public, asked.ecka_public, sizeof renewal.ecka_public);
  memcpy(renewal.sig_public, asked.sig_public, sizeof renewal.sig_public);
  reply->status = envelope_transact(service, request, ask, &renewal);
  if (reply->status == STATUS_OK && renewal.answer[0] != '\0')
    reply_ok(reply, json_loads(renewal.answer, JSON_REJECT_DUPLICATES, NULL));
}

struct looking {
  const uint8_t *after; /* NULL: from the first */
  bool found;
  struct ledger_terminal_renewal renewal;
};

static enum status look(struct ledger *ledger, void *context) {
  struct looking *looking = context;
  enum status status = ledger_terminal_renewal_next(ledger, looking->after, &looking->renewal);

  looking->found = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void post_renewal_list(struct service *service, const struct request *request, struct reply *reply) {
  const char *after = NULL;
  struct looking looking = {.after = NULL};

  if (json_unpack(request->message.body, "{s:s !}", "after", &after) != 0) { /* '!' refuses what is not named here */
    reply->status = STATUS_UNKNOWN_FIELD;
    return;
  }
  if (after[0] != '\0' && strlen(after) != TID_SIZE) {
    reply->status = STATUS_BAD_FORMAT;
    return;
  }
  looking.after = after[0] != '\0' ? (const uint8_t *)after : NULL;
  reply->status = envelope_transact(service, request, look, &looking);
  if (reply->status != STATUS_OK || !looking.found)
    return;
  json_t *found = json_loads(looking.renewal.request, JSON_REJECT_DUPLICATES, NULL);
  (void)json_object_set_new(found, "tid", json_stringn((const char *)looking.renewal.tid, TID_SIZE));
  reply_ok(reply, found);
}

static enum status answer(struct ledger *ledger, void *context) {
  return ledger_terminal_renewal_answer(ledger, context);
}

void post_renewal_answer(struct service *service, const struct request *request, struct reply *reply) {
  struct renewal_answer body;
  struct ledger_terminal_renewal renewal = {.asked_at = 0};

  reply->status = renewal_answer_parse(request->message.body, &body);
  if (reply->status != STATUS_OK)
    return;
  json_t *files = renewal_files_body(&body.files);
  reply->status = text_of(files, renewal.answer);
  json_decref(files);
  if (reply->status != STATUS_OK)
    return;
  memcpy(renewal.tid, body.tid, TID_SIZE);
  memcpy(renewal.sig_public, body.sig_public, sizeof renewal.sig_public);
  memcpy(renewal.expiry, body.expiry, sizeof renewal.expiry);
  reply->status = envelope_transact(service, request, answer, &renewal);
  log_line(&service->log, LOG_INFO, "renewal-answer", "tid=%s terminal=%s code=%s", request->message.tid, body.tid,
           status_name(reply->status));
}

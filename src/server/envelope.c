/* SPDX-License-Identifier: Apache-2.0
 * The signed envelope of a message. */
#include "envelope.h"

#include <string.h>

#include "epurse/ledger_clock.h"
#include "epurse/message_alone.h"
#include "http/peer.h"
#include "http/problem.h"
#include "service.h"
#include "take_up.h"
#include "terminal_cache.h"
#include "writer.h"

_Static_assert(LEDGER_CLOCK_SKEW == MESSAGE_CLOCK_SKEW, "a promise's time is as much its terminal's as its message's");

/* r and off-line promises prove by themselves: a till that is revoked may still bring what its cards gave it before. */
static bool is_proof(enum message_type type) {
  return type == MESSAGE_CONFIRMATION || type == MESSAGE_OFFLINE_PAYMENT;
}

/* Messages on a payment's way: each has its effect once by what the card said, so that its number need not be taken,
 * and payments at one terminal have no row to wait for. */
static bool is_payment(enum message_type type) {
  return type == MESSAGE_PURCHASE || type == MESSAGE_CONFIRMATION;
}

static bool is_of_peer(const struct request *request) {
  return crypto_equal(request->terminal.sig_public, request->peer->public_key, sizeof request->peer->public_key);
}

static bool is_expired(const struct service *service, const struct request *request) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(service_now(service), moment);
  return date_passed(request->terminal.expiry, moment);
}

/* A payment's step asks for its terminal's row again, so an older one will do to begin with; but not to refuse it. */
static enum status look_up(struct service *service, const char *tid, bool payment, struct request *request) {
  const uint8_t *name = (const uint8_t *)tid;
  enum status status = terminal_cache_find(service->terminal_cache, service->writer, name, payment, &request->terminal);

  if (status == STATUS_OK && payment && (!is_of_peer(request) || is_expired(service, request)))
    status = terminal_cache_find(service->terminal_cache, service->writer, name, false, &request->terminal);
  return status;
}

/* The peer of the handshake is the terminal of that name in the ledger, with the very key that is registered. */
static enum status find_peer(struct service *service, bool payment, struct request *request) {
  const char *name = request->peer->common_name;
  enum status status = strlen(name) == TID_SIZE ? look_up(service, name, payment, request) : STATUS_NOT_FOUND;

  if (status == STATUS_NOT_FOUND)
    return STATUS_NOT_AUTHENTICATED;
  return status == STATUS_OK && !is_of_peer(request) ? take_up(service, request) : status;
}

static enum status find_terminal(struct service *service, bool payment, struct request *request) {
  char kid[TID_SIZE + 1];

  if (message_kid(request->body, request->body_len, kid) != STATUS_OK)
    return STATUS_BAD_FORMAT;
  if (strcmp(kid, request->peer->common_name) != 0)
    return STATUS_NOT_AUTHENTICATED;
  return find_peer(service, payment, request);
}

enum status envelope_bare(struct service *service, struct request *request) {
  enum status status = find_peer(service, false, request);

  return status == STATUS_OK && request->terminal.revoked ? STATUS_TERMINAL_REVOKED : status;
}

static enum status check_message(const struct service *service, const struct envelope_rule *rule,
                                 const struct request *request) {
  const struct message *message = &request->message;
  int64_t now = service_now(service);

  if (memcmp(message->tid, request->terminal.tid, TID_SIZE) != 0)
    return STATUS_NOT_AUTHENTICATED;
  if (message->type != rule->type || message->seq < 1)
    return STATUS_BAD_FORMAT;
  bool revoked = request->terminal.revoked && !is_proof(message->type);
  if (revoked || is_expired(service, request))
    return STATUS_TERMINAL_REVOKED;
  if ((rule->roles & ENVELOPE_ROLE(request->terminal.role)) == 0)
    return STATUS_NOT_PERMITTED;
  bool early = message->time < now - MESSAGE_CLOCK_SKEW;
  bool late = message->time > now + MESSAGE_CLOCK_SKEW;
  if (early || late)
    return STATUS_CLOCK_OFF;
  bool old = is_payment(message->type) && !ledger_terminal_is_of_time((uint64_t)message->seq, message->time);
  return old ? STATUS_REPLAYED : STATUS_OK;
}

enum status envelope_open(struct service *service, const struct envelope_rule *rule, struct request *request) {
  enum status status = find_terminal(service, is_payment(rule->type), request);

  if (status == STATUS_OK) {
    status = message_open(request->body, request->body_len, false, request->peer->verifier, &request->message);
    status = status == STATUS_BAD_SIGNATURE ? STATUS_NOT_AUTHENTICATED : status;
  }
  if (status != STATUS_OK)
    return status;
  status = check_message(service, rule, request);
  if (status != STATUS_OK)
    message_clear(&request->message);
  return status;
}

bool envelope_numbers(const struct request *request) {
  return !is_payment(request->message.type) ||
         ledger_terminal_is_unheard(&request->terminal, (uint64_t)request->message.seq);
}

struct sent_step {
  const struct request *request;
  ledger_step *step;
  void *context;
};

static enum status take_number(struct ledger *ledger, const struct request *request) {
  uint64_t seq = (uint64_t)request->message.seq;

  return is_proof(request->message.type) ? ledger_terminal_accept_proof(ledger, request->terminal.tid, seq)
                                         : ledger_terminal_accept(ledger, request->terminal.tid, seq);
}

/* Whether a till was revoked, or has another key by now, is asked in the very transaction, as where a number is
 * taken. */
static enum status take_payment(struct ledger *ledger, const struct request *request) {
  const uint8_t *tid = request->terminal.tid;
  enum status status = ledger_terminal_check(ledger, tid, request->terminal.sig_public);

  if (status == STATUS_TERMINAL_REVOKED && is_proof(request->message.type))
    status = STATUS_OK;
  return status == STATUS_OK && envelope_numbers(request)
             ? ledger_terminal_hear(ledger, tid, (uint64_t)request->message.seq)
             : status;
}

static enum status run_sent(struct ledger *ledger, void *context) {
  const struct sent_step *sent = context;
  const struct request *request = sent->request;
  enum status status = is_payment(request->message.type) ? take_payment(ledger, request) : take_number(ledger, request);

  return status == STATUS_OK && sent->step != NULL ? sent->step(ledger, sent->context) : status;
}

enum status envelope_transact_job(struct service *service, const struct request *request,
                                  const struct ledger_job *job) {
  const struct ledger_hint sender = {.tid = request->terminal.tid, .numbered = true, .more = job->step != NULL};
  struct sent_step sent = {.request = request, .step = job->step, .context = job->context};
  const struct ledger_job work = {.step = run_sent,
                                  .context = &sent,
                                  .hints = job->hint_count == 0 ? &sender : job->hints,
                                  .hint_count = job->hint_count == 0 ? 1 : job->hint_count};
  enum status status = writer_transact_job(service->writer, &work);

  if (status == STATUS_OK && is_payment(request->message.type) && envelope_numbers(request))
    terminal_cache_heard(service->terminal_cache, request->terminal.tid, (uint64_t)request->message.seq);
  return status;
}

enum status envelope_transact(struct service *service, const struct request *request, ledger_step *step,
                              void *context) {
  const struct ledger_job job = {.step = step, .context = context};

  return envelope_transact_job(service, request, &job);
}

enum status envelope_accept(struct service *service, const struct request *request) {
  return envelope_transact(service, request, NULL, NULL);
}

/* The authorisation's own signature is enough. */
static void reply_alone(struct reply *reply) {
  char *text = NULL;

  reply->status = message_alone_write(reply->body, &text);
  if (reply->status == STATUS_OK)
    reply_text(reply, 200, MESSAGE_ALONE_MEDIA_TYPE, text);
  else
    problem_reply(reply->status, reply);
}

void envelope_reply(struct service *service, const struct request *request, struct reply *reply) {
  struct message message = {.type = request->message.type,
                            .seq = request->message.seq,
                            .time = service_now(service),
                            .status = reply->status,
                            .incarnation = service->incarnation.name,
                            .since = service->incarnation.earliest};
  char *jws = NULL;
  enum status status = STATUS_OK;

  if (status_http(reply->status) != 200) {
    problem_reply(reply->status, reply);
    return;
  }
  if (reply->alone && reply->body != NULL) {
    reply_alone(reply);
    return;
  }
  if (reply->body == NULL)
    reply->body = json_object();
  memcpy(message.tid, request->message.tid, sizeof message.tid);
  message.body = reply->body; /* borrowed: the reply goes on owning it */
  status = reply->body == NULL ? STATUS_NO_MEMORY : message_seal(&message, true, service->keyring.server, &jws);
  if (status != STATUS_OK) {
    reply->status = status;
    problem_reply(status, reply);
    return;
  }
  reply_text(reply, 200, MESSAGE_MEDIA_TYPE, jws);
}

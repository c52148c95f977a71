/* SPDX-License-Identifier: Apache-2.0
 * The signed envelope of a message: who sends it, whether it may, whether it is new; and the server's seal on the
 * reply. */
#ifndef EPURSE_SERVER_ENVELOPE_H
#define EPURSE_SERVER_ENVELOPE_H

#include "epurse/ledger.h"
#include "epurse/message.h"

struct reply;
struct request;
struct service;

/* A role as a bit, for sets of roles. */
#define ENVELOPE_ROLE(role) (1U << (role))

/* What a route wants of a message. */
struct envelope_rule {
  enum message_type type;
  unsigned roles; /* ENVELOPE_ROLE bits */
};

/* Takes request->body apart into request->message and request->terminal. The sender must be one and the same in
 * handshake, signature, message and ledger; every failure of that is STATUS_NOT_AUTHENTICATED and does not say where.
 * STATUS_BAD_FORMAT, STATUS_UNKNOWN_FIELD; STATUS_TERMINAL_REVOKED, STATUS_NOT_PERMITTED (role), STATUS_CLOCK_OFF;
 * STATUS_REPLAYED: the number of a payment that does not go by the clock.
 * On success the caller releases request->message with message_clear. */
enum status envelope_open(struct service *service, const struct envelope_rule *rule,
                          struct request *request) EPURSE_MUST_USE;

/* Of a request without a message: request->terminal is whose certificate the handshake saw, as the ledger has it.
 * STATUS_NOT_AUTHENTICATED: there is none of that name and key; STATUS_TERMINAL_REVOKED; or the ledger's. */
enum status envelope_bare(struct service *service, struct request *request) EPURSE_MUST_USE;

/* Runs a step in one transaction of the ledger, in which the message's sequence number is taken first, so that a
 * message has its effect once. STATUS_REPLAYED, or what the step or the ledger answered: then nothing was booked. Of a
 * purchase or a confirmation no number is taken: its step is one that has its effect once by itself. */
enum status envelope_transact(struct service *service, const struct request *request, ledger_step *step,
                              void *context) EPURSE_MUST_USE;

/* Whether that touches the sender's row of numbers, in the hint that names it (ledger.h): of payments from time to time
 * only. */
bool envelope_numbers(const struct request *request);

/* The same with what the step will look at. */
enum status envelope_transact_job(struct service *service, const struct request *request,
                                  const struct ledger_job *job) EPURSE_MUST_USE;

/* The same for a message that changes nothing but that. */
enum status envelope_accept(struct service *service, const struct request *request) EPURSE_MUST_USE;

/* Makes the outgoing half of a reply: the server's signed word where its status is one that a terminal may act on
 * (HTTP 200 in status.def), else a problem. An authorisation that stands alone gets no signature around it. */
void envelope_reply(struct service *service, const struct request *request, struct reply *reply);

#endif

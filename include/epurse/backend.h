/* SPDX-License-Identifier: Apache-2.0
 * The terminal's line to the server: mutual TLS 1.3 by libcurl, signed messages both ways. */
#ifndef EPURSE_BACKEND_H
#define EPURSE_BACKEND_H

#include "epurse/message.h"
#include "epurse/status.h"

struct key;
struct backend; /* opaque; keeps one connection alive */

/* All borrowed strings are copied; `sig` is borrowed and outlives the backend. */
struct backend_options {
  const char *url;              /* "https://127.0.0.1:8443" */
  const char *root_certificate; /* PEM path: the issuer's root, the only one believed */
  const char *certificate;      /* PEM path: client certificate, with the terminal CA's after it */
  const char *private_key;      /* PEM path of the SIG key */
  const struct key *sig;
  const char *tid;
  const uint8_t *server_public;      /* the server's SIG key */
  const uint8_t *server_next_public; /* its newer one, believed as well; NULL: none */
  long timeout_seconds;              /* for a whole request */
  /* The next sequence number of this terminal: larger than all before, also across restarts. */
  enum status (*next_seq)(void *context, int64_t *seq);
  void *next_seq_context;
  /* A reply told which life the server's ledger is in (message.h); NULL: nobody wants to know. */
  void (*met)(void *context, int64_t incarnation, int64_t since);
  void *met_context;
};
/* Connects to nothing yet. STATUS_BAD_CONFIG: not "https://HOST[:PORT]", or no TID; STATUS_NO_MEMORY. */
enum status backend_open(const struct backend_options *options, struct backend **backend) EPURSE_MUST_USE;
/* Closes the connection; *backend becomes NULL. NULL is fine. */
void backend_close(struct backend **backend);

/* What a question that changes nothing, GET /healthz, finds out about the line; for people who look for a fault. */
struct backend_probe {
  const char *url;       /* as configured; the backend's */
  char address[64];      /* that was connected to, "" where none was */
  char cause[256];       /* the library's words where status is not STATUS_OK */
  long http;             /* HTTP status of the answer, 0 without one: 200 well, 503 it cannot work */
  int64_t expires;       /* when the server's TLS certificate does, Unix time; 0: not known */
  int64_t clock_seconds; /* the server's clock less ours; INT64_MIN: not known */
};
/* STATUS_OK: there was an answer. Else as of backend_call, where no answer came; *probe holds what was learnt. */
enum status backend_look(struct backend *backend, struct backend_probe *probe) EPURSE_MUST_USE;

/* A server that turns a message away with TOO_MANY_REQUESTS or OVERLOADED, and says when to come back, is asked again
 * then: `seconds` in all for one call (negative: as long as timeout_seconds, which is so from the start). `waiting` is
 * called before the first such rest of a backend's life, so that people know; NULL: nobody wants to. */
void backend_patience(struct backend *backend, long seconds, void (*waiting)(void *context), void *context);
/* From now on a request may last that long, in place of timeout_seconds: for what keeps a server busy. A connection is
 * still to be there within timeout_seconds, and a server that has gone is noticed. */
void backend_wait(struct backend *backend, long seconds);

/* One question, one answer. `body` is stolen (released in every case). *reply is released with message_clear by the
 * caller when the status is OK; then reply->status is the server's word, signed; or, where reply->alone is set
 * (message_alone.h), nothing is believed yet, and what the body says must verify.
 * STATUS_NO_SERVER: no answer came: whether the request was acted on is unknown. STATUS_CLOCK_OFF, TERMINAL_REVOKED,
 * TERMINAL_REPLACED (the server has another key for this TID, or none), NOT_PERMITTED, ... : an error reply
 * (problem+json, unsigned): nothing was booked if it is to be believed, but where it is REPLAYED.
 * STATUS_BAD_REPLY: a reply that does not verify or does not belong to the question. */
enum status backend_call(struct backend *backend, enum message_type type, json_t *body,
                         struct message *reply) EPURSE_MUST_USE;
/* Whether the last call's question was sent, at least in part, and no answer came that counts: the server may have done
 * what it asks for; so it may where it had this very message before (STATUS_REPLAYED), or its store failed. False where
 * nothing went out, and where the server refused it. */
bool backend_in_doubt(const struct backend *backend);
/* How many seconds ago the last call was answered, whatever the answer, on a line that is still open; negative: it was
 * not, the server has closed it, or there was none yet. */
int64_t backend_answered(const struct backend *backend);
/* What a person needs to find out why a call ended with `status` and without an answer: the URL and the cause, as the
 * name that was not found, the port that refused, the certificate. "" where that is not why. Borrowed until the next
 * call. */
const char *backend_trouble(const struct backend *backend, enum status status);

#endif

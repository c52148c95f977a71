/* SPDX-License-Identifier: Apache-2.0
 * The contract between HTTP and the endpoints: a request in, a reply out, no socket in either. */
#ifndef EPURSE_SERVER_REQUEST_H
#define EPURSE_SERVER_REQUEST_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "epurse/ledger_terminal.h"
#include "epurse/message.h"
#include "epurse/status.h"

struct ledger_approval_decision;
struct peer;

struct request {
  const char *method;       /* "POST" */
  const char *path;         /* "/v1/purchases"; with its query, where there is one */
  const char *content_type; /* "" where there is none */
  const char *body;         /* not NULL, not terminated */
  size_t body_len;          /* bytes */
  bool takes_alone;         /* the sender takes an authorisation without a signed reply around it: message_alone.h */
  const struct peer *peer;  /* whom the handshake proved; borrowed, lives until the reply */
  struct timespec arrived;  /* CLOCK_MONOTONIC, when it was whole; zeros: when it is served */
  /* Set by routes_serve for a signed route and then true: authenticated, of the right type, permitted, on time. */
  struct message message;
  struct ledger_terminal terminal;
  const struct ledger_approval_decision
      *approval; /* of another administrator, with which it is done; NULL: none; borrowed */
};

struct reply {
  /* A handler of a signed route sets these three; routes_serve makes a signed message or a problem of them. */
  enum status status;
  json_t *body; /* an object, owned; NULL: {} */
  bool alone;   /* `body` is an authorisation with its certificate, and takes_alone: no signature goes around it */
  /* What goes out. */
  int http_status;
  const char *content_type; /* static */
  const char *allow;        /* static; with 405 only, else NULL */
  char *text;               /* malloc'd, owned; not terminated */
  size_t text_len;          /* bytes */
};

/* Releases what a reply owns. */
void reply_clear(struct reply *reply);

/* A handler's success: takes `body` over; NULL, where memory was short, is STATUS_NO_MEMORY. */
void reply_ok(struct reply *reply, json_t *body);

/* Sets the outgoing half: takes `text` over, which is malloc'd. */
void reply_text(struct reply *reply, int http_status, const char *content_type, char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * All that the server serves, as one table: method, path, who may call, what answers, how large. */
#ifndef EPURSE_SERVER_ROUTES_H
#define EPURSE_SERVER_ROUTES_H

#include <stdbool.h>
#include <stdio.h>

#include "endpoints.h"
#include "epurse/message.h"

struct reply;
struct request;
struct service;

struct route {
  const char *method;
  const char *path; /* NULL: its message's, message_path */
  unsigned roles;   /* ENVELOPE_ROLE bits; 0: not signed, for whoever passed the handshake */
  route_handler *handler;
  size_t body_max;        /* bytes */
  enum message_type type; /* of a signed route */
};

/* The door, on the event loop's thread: whether the sender has a request left. False: `reply` says so. */
bool routes_admit(struct service *service, const struct request *request, struct reply *reply) EPURSE_MUST_USE;

/* Answers unheard; `reply` says why. Counts and logs as routes_serve. */
void routes_refuse(struct service *service, const struct request *request, enum status status, struct reply *reply);

/* Finds the route, checks what holds for all, has the handler answer, counts and logs. Always leaves a reply that can
 * go out; the caller releases it with reply_clear. From any thread. */
void routes_serve(struct service *service, const struct request *request, struct reply *reply);

/* Prints a line for each route: method, path, roles with commas ("-": any certified terminal). */
void routes_print(FILE *out);

#endif

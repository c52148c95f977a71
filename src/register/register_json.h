/* SPDX-License-Identifier: Apache-2.0
 * The till's JSON interface (docs/till-openapi.yaml): HTTP on a Unix socket, and HTTPS with a token where it is
 * configured. All of it runs on the thread of the event loop. */
#ifndef EPURSE_REGISTER_JSON_H
#define EPURSE_REGISTER_JSON_H

#include <event2/event.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/status.h"

struct register_json; /* opaque */
struct till;

#define REGISTER_TOKEN_MIN 16  /* characters */
#define REGISTER_TOKEN_MAX 128 /* likewise */

struct register_json_options {
  struct till *till;       /* borrowed, outlives it */
  struct event_base *base; /* likewise */
  const char *socket;      /* path of the Unix socket; what stands there of an earlier life is taken away */
  const char *listen;      /* "127.0.0.1:8447", HTTPS; "": not at all */
  const char *certificate; /* PEM: the chain that it shows, and its key */
  const char *key;
  const char *token; /* what a client shows there; REGISTER_TOKEN_MIN..MAX characters */
  /* A line for an operator. */
  void (*log)(void *context, const char *event, const char *pairs);
  void *context;
};

/* Listens. STATUS_BAD_CONFIG, STATUS_BAD_CERTIFICATE, STATUS_KEY_EXPOSED, STATUS_NO_SERVER: cannot listen there;
 * `problem` then says which. */
enum status register_json_open(const struct register_json_options *options, struct register_json **json,
                               char problem[256]) EPURSE_MUST_USE;
/* The port of HTTPS; 0: there is none. */
uint16_t register_json_port(const struct register_json *json);
/* Begins nothing more: what is asked for is refused as busy, questions are answered. */
void register_json_stop(struct register_json *json);
/* Prints method and path of all that is served. */
void register_json_routes(FILE *out);
/* Closes what is open, takes the socket away, frees; *json becomes NULL. NULL is fine. */
void register_json_close(struct register_json **json);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * One HTTPS connection to one server, kept alive: TLS 1.3 with a client certificate, by libcurl. */
#ifndef EPURSE_TERMINAL_HTTP_CLIENT_H
#define EPURSE_TERMINAL_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "epurse/backend.h"
#include "epurse/message.h"
#include "epurse/status.h"

struct http_client; /* opaque */

struct http_answer {
  long code;                  /* HTTP status */
  bool is_message;            /* the media type is MESSAGE_MEDIA_TYPE */
  bool is_problem;            /* ... PROBLEM_MEDIA_TYPE */
  bool is_alone;              /* ... MESSAGE_ALONE_MEDIA_TYPE */
  int64_t retry_after;        /* seconds (RFC 9110 10.2.3), 0: not said */
  char text[MESSAGE_MAX + 1]; /* the body, with NUL after it */
  size_t len;
};

/* Takes url, root_certificate, certificate, private_key and timeout_seconds of the options. Nothing is connected yet.
 * STATUS_BAD_CONFIG: not an https URL or one with a path; STATUS_NO_MEMORY. */
enum status http_client_open(const struct backend_options *options, struct http_client **client) EPURSE_MUST_USE;
void http_client_close(struct http_client **client);

/* Whether answers from now on may be of MESSAGE_ALONE_MEDIA_TYPE; at first they may not. */
void http_client_take_alone(struct http_client *client, bool alone);

/* How long a POST may last from now on; without an answer the line is looked after, so that a host that has gone ends
 * it. */
void http_client_wait(struct http_client *client, long seconds);

/* POSTs a message. STATUS_NO_SERVER: no answer came; STATUS_BAD_CERTIFICATE, STATUS_CLOCK_OFF: the server's certificate
 * is not of our issuer, not for this host, expired, or not valid yet by our clock; STATUS_TERMINAL_REVOKED: the server
 * broke the handshake off: it does not take our certificate; STATUS_BAD_REPLY: too long. */
enum status http_client_post(struct http_client *client, const char *path, const char *message,
                             struct http_answer *answer) EPURSE_MUST_USE;
/* Whether anything of the last POST went out: behind the handshake, also on a line that broke then and was made
 * anew. */
bool http_client_sent(const struct http_client *client);
/* Whether the last POST's connection is still open, as far as is known here. */
bool http_client_kept(const struct http_client *client);
/* Why the last POST got no answer, in libcurl's words behind the URL, where it ended with `status`; else "". */
const char *http_client_trouble(struct http_client *client, enum status status);

/* GETs a path for backend_look; the body is not kept. Errors as of http_client_post; *probe is filled as far as it
 * went. */
enum status http_client_look(struct http_client *client, const char *path, struct backend_probe *probe) EPURSE_MUST_USE;

#endif

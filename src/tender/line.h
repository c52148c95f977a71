/* SPDX-License-Identifier: Apache-2.0
 * TCP to a bank's card reader, with time limits: a connection per exchange, of one line of text each way, or of
 * frames. */
#ifndef EPURSE_TERMINAL_LINE_H
#define EPURSE_TERMINAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

#define LINE_MAX_SIZE 1024 /* bytes with the line feed; a longer one is refused */

struct line_peer {
  char host[128];
  char port[8];
  int connect_seconds; /* to reach the peer and to hand over the request */
};

/* HOST:PORT, an IPv6 host in brackets. *rest is what stands behind the port from `end` on, or "". False: it is none. */
bool peer_read(struct line_peer *peer, const char *address, char end, const char **rest);
/* A whole number within bounds, digits only. */
bool peer_number(const char *text, long min, long max, long *number);

/* Milliseconds of a clock that only goes on; `give_up` is one of these. */
int64_t peer_now(void);
/* A connected socket that never blocks, for the caller to close; -1: not in time. */
int peer_connect(const struct line_peer *peer, int64_t give_up);
/* Whether the socket can be read (POLLIN) or written (POLLOUT) before that. */
bool peer_wait(int fd, short events, int64_t give_up);
/* Hands all of it to the system; false: not in time, or the line is lost. */
bool peer_write(int fd, const void *data, size_t len, int64_t give_up);

/* Sends `request` with a line feed after it; receives the answer without its own, NUL-terminated, into LINE_MAX_SIZE
 * bytes. STATUS_NO_TENDER: the peer has not received a whole line, so it has done nothing. STATUS_TIMEOUT,
 * STATUS_BAD_REPLY (closed before a whole line came, too long, more than one line): what it did is unknown. */
enum status line_exchange(const struct line_peer *peer, const char *request, int answer_seconds,
                          char answer[LINE_MAX_SIZE]) EPURSE_MUST_USE;

#endif

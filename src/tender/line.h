/* SPDX-License-Identifier: Apache-2.0
 * One line of text to a TCP server and one line back, with time limits: a connection per exchange. */
#ifndef EPURSE_TERMINAL_LINE_H
#define EPURSE_TERMINAL_LINE_H

#include <stddef.h>

#include "epurse/status.h"

#define LINE_MAX_SIZE 1024 /* bytes with the line feed; a longer one is refused */

struct line_peer {
  char host[128];
  char port[8];
  int connect_seconds; /* to reach the peer and to hand over the request */
};

/* Sends `request` with a line feed after it; receives the answer without its own, NUL-terminated, into LINE_MAX_SIZE
 * bytes. STATUS_NO_TENDER: the peer has not received a whole line, so it has done nothing. STATUS_TIMEOUT,
 * STATUS_BAD_REPLY (closed before a whole line came, too long, more than one line): what it did is unknown. */
enum status line_exchange(const struct line_peer *peer, const char *request, int answer_seconds,
                          char answer[LINE_MAX_SIZE]) EPURSE_MUST_USE;

#endif

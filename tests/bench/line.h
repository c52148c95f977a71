/* SPDX-License-Identifier: Apache-2.0
 * A terminal's connection that never blocks: TCP, TLS 1.3 with the terminal's certificate, one request at a time. */
#ifndef EPURSE_TESTS_BENCH_LINE_H
#define EPURSE_TESTS_BENCH_LINE_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/message.h"
#include "till.h"

enum line_state { LINE_DOWN, LINE_CONNECTING, LINE_HANDSHAKE, LINE_IDLE, LINE_SENDING, LINE_WAITING };

struct line {
  struct till *till;
  enum line_state state;
  int socket; /* -1: none */
  SSL *tls;
  const char *request;
  size_t request_len, sent; /* bytes */
  size_t got;               /* bytes of the answer */
  char answer[MESSAGE_MAX + 2048];
  /* of an answer that is whole */
  int http;
  char *body;
  size_t body_len;
  bool last; /* the server said that it will close */
  /* the driver's */
  bool busy;           /* the item at the head of the till's queue is under way, or must be sent again */
  size_t dials;        /* how often it was made: each time it goes to the next server */
  bool under_way;      /* and has been sent on this connection */
  bool queued;         /* waits for an arrival */
  int64_t intended;    /* nanoseconds: when the request was due */
  int64_t pause_until; /* nanoseconds: nothing is tried before */
};

enum line_event {
  LINE_NOTHING, /* wait for the socket */
  LINE_UP,      /* connected, idle */
  LINE_ANSWER,  /* http, body, body_len are set; the line is idle */
  LINE_BROKEN   /* it is down; whether the request was heard is not known */
};

/* Begins to connect, and is known to the epoll instance, edge-triggered, with the line as its data. */
void line_dial(struct line *line, int epoll, int port);
/* Begins to send; the request lives until the answer. The line is idle. */
void line_send(struct line *line, const char *request, size_t len);
/* Goes on as far as it goes without waiting. */
enum line_event line_progress(struct line *line);
/* Closes what there is. */
void line_drop(struct line *line);

#endif

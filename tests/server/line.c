/* SPDX-License-Identifier: Apache-2.0
 * A client's end of a connection, byte by byte. */
#include "line.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_SECONDS 60 /* for an answer: a server that gives none lets them pass */

struct line_options line_options_of(const char *house, const char *tid, struct line_paths *room) {
  snprintf(room->certificate, sizeof room->certificate, "%s/%s/tls.crt", house, tid);
  snprintf(room->key, sizeof room->key, "%s/%s/sig.key", house, tid);
  snprintf(room->root, sizeof room->root, "%s/root.crt", house);
  return (struct line_options){.certificate = room->certificate, .key = room->key, .root = room->root};
}

void line_connect(struct line *line, uint16_t port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval wait = {.tv_sec = WAIT_SECONDS};

  signal(SIGPIPE, SIG_IGN);
  memset(line, 0, sizeof *line);
  line->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(line->socket, 0);
  ck_assert_int_eq(setsockopt(line->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
  ck_assert_int_eq(connect(line->socket, (const struct sockaddr *)&address, sizeof address), 0);
}

static int on_ticket(SSL *tls, SSL_SESSION *session) {
  struct line *line = SSL_get_app_data(tls);

  (void)session;
  line->tickets++;
  return 0;
}

bool line_open(struct line *line, uint16_t port, const struct line_options *options) {
  int corked = options->corked; /* the first message waits 200 ms then */

  line_connect(line, port);
  ck_assert_int_eq(setsockopt(line->socket, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked), 0);
  line->context = SSL_CTX_new(TLS_client_method());
  ck_assert_ptr_nonnull(line->context);
  SSL_CTX_set_verify(line->context, SSL_VERIFY_PEER, NULL);
  ck_assert_int_eq(SSL_CTX_load_verify_file(line->context, options->root), 1);
  SSL_CTX_set_session_cache_mode(line->context, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(line->context, on_ticket);
  if (options->max_version != 0)
    ck_assert_int_eq(SSL_CTX_set_max_proto_version(line->context, options->max_version), 1);
  if (options->certificate != NULL) {
    ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(line->context, options->certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(line->context, options->key, SSL_FILETYPE_PEM), 1);
  }
  line->tls = SSL_new(line->context);
  ck_assert_ptr_nonnull(line->tls);
  SSL_set_app_data(line->tls, line);
  ck_assert_int_eq(SSL_set1_host(line->tls, "localhost"), 1);
  ck_assert_int_eq(SSL_set_fd(line->tls, line->socket), 1);
  return SSL_connect(line->tls) == 1;
}

void line_close(struct line *line) {
  if (line->tls != NULL)
    SSL_shutdown(line->tls);
  SSL_free(line->tls);
  SSL_CTX_free(line->context);
  close(line->socket);
  line->socket = -1;
}

void line_break(struct line *line) {
  struct linger reset = {.l_onoff = 1, .l_linger = 0};

  ck_assert_int_eq(setsockopt(line->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
  SSL_free(line->tls);
  SSL_CTX_free(line->context);
  close(line->socket);
}

bool line_send(struct line *line, const char *text) {
  size_t len = strlen(text);

  if (line->tls != NULL)
    return SSL_write(line->tls, text, (int)len) == (int)len;
  return send(line->socket, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static int read_some(struct line *line, char *to, size_t capacity) {
  if (line->tls != NULL)
    return SSL_read(line->tls, to, (int)capacity);
  return (int)recv(line->socket, to, capacity, 0);
}

/* How many bytes the whole answer has, as far as its head says; 0: not known yet. */
static size_t whole_length(const char *text) {
  const char *end = strstr(text, "\r\n\r\n");
  const char *length = strstr(text, "Content-Length: ");

  if (end == NULL)
    return 0;
  return (size_t)(end - text) + 4 + (length != NULL && length < end ? (size_t)strtoul(length + 16, NULL, 10) : 0);
}

int line_receive(struct line *line, char *text, size_t capacity) {
  size_t len = 0;
  int got = 0, http = 0;

  text[0] = '\0';
  while (whole_length(text) == 0 || len < whole_length(text)) {
    ck_assert_uint_lt(len, capacity - 1);
    got = read_some(line, text + len, capacity - 1 - len);
    if (got <= 0)
      break;
    len += (size_t)got;
    text[len] = '\0';
  }
  return sscanf(text, "HTTP/1.1 %d ", &http) == 1 ? http : 0;
}

int line_ask(struct line *line, const char *request, char *text, size_t capacity) {
  ck_assert(line_send(line, request));
  return line_receive(line, text, capacity);
}

bool line_closes(struct line *line, int milliseconds) {
  struct pollfd poll_one = {.fd = line->socket, .events = POLLIN};
  char bin[256];

  while (poll(&poll_one, 1, milliseconds) == 1) {
    ssize_t got = recv(line->socket, bin, sizeof bin, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      return true;
    if (got < 0)
      return false;
  }
  return false;
}

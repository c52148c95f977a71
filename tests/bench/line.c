/* SPDX-License-Identifier: Apache-2.0
 * A terminal's connection that never blocks. */
#include "line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "must.h"

void line_drop(struct line *line) {
  SSL_free(line->tls);
  line->tls = NULL;
  if (line->socket >= 0)
    close(line->socket);
  line->socket = -1;
  line->state = LINE_DOWN;
  ERR_clear_error();
}

void line_dial(struct line *line, int epoll, int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = line};
  int yes = 1;
  line->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  must(line->socket >= 0 && setsockopt(line->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
           epoll_ctl(epoll, EPOLL_CTL_ADD, line->socket, &event) == 0,
       "no more sockets: %s", strerror(errno));
  line->last = false;
  line->state = LINE_CONNECTING;
  (void)connect(line->socket, (struct sockaddr *)&address, sizeof address); /* line_progress sees what became of it */
}

static enum line_event broken(struct line *line) {
  line_drop(line);
  return LINE_BROKEN;
}

/* What OpenSSL's result means: LINE_NOTHING where the socket has to be waited for. */
static enum line_event blocked(struct line *line, int result) {
  int error = SSL_get_error(line->tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? LINE_NOTHING : broken(line);
}

static enum line_event go_connect(struct line *line) {
  struct sockaddr_in peer;
  socklen_t len = sizeof peer, error_len = sizeof(int);
  int error = 0;
  if (getsockopt(line->socket, SOL_SOCKET, SO_ERROR, &error, &error_len) != 0 || error != 0)
    return broken(line);
  if (getpeername(line->socket, (struct sockaddr *)&peer, &len) != 0)
    return errno == ENOTCONN ? LINE_NOTHING : broken(line);
  line->tls = SSL_new(line->till->tls);
  must(line->tls != NULL && SSL_set1_host(line->tls, "localhost") == 1 && SSL_set_fd(line->tls, line->socket) == 1,
       "no TLS connection");
  line->state = LINE_HANDSHAKE;
  return line_progress(line);
}

static enum line_event go_shake(struct line *line) {
  int result = SSL_connect(line->tls);
  if (result != 1)
    return blocked(line, result);
  line->state = LINE_IDLE;
  return LINE_UP;
}

static enum line_event go_send(struct line *line) {
  while (line->sent < line->request_len) {
    int result = SSL_write(line->tls, line->request + line->sent, (int)(line->request_len - line->sent));
    if (result <= 0)
      return blocked(line, result);
    line->sent += (size_t)result;
  }
  line->state = LINE_WAITING;
  return line_progress(line);
}

/* Whether all of it is here: then http, body and body_len are set. */
static bool answer_whole(struct line *line) {
  line->answer[line->got] = '\0';
  char *end = strstr(line->answer, "\r\n\r\n");
  if (end == NULL)
    return false;
  const char *length = strcasestr(line->answer, "\r\nContent-Length:");
  const char *closing = strcasestr(line->answer, "\r\nConnection: close");
  line->body = end + 4;
  line->body_len = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
  line->last = closing != NULL && closing < end;
  must(sscanf(line->answer, "HTTP/1.1 %d ", &line->http) == 1, "this is not HTTP: %.40s", line->answer);
  return line->got >= (size_t)(line->body - line->answer) + line->body_len;
}

static enum line_event go_receive(struct line *line) {
  for (;;) {
    must(line->got < sizeof line->answer - 1, "an answer is too long");
    int result = SSL_read(line->tls, line->answer + line->got, (int)(sizeof line->answer - 1 - line->got));
    if (result <= 0)
      return blocked(line, result);
    line->got += (size_t)result;
    if (answer_whole(line)) {
      line->state = LINE_IDLE;
      return LINE_ANSWER;
    }
  }
}

/* Nothing comes unasked but the end. */
static enum line_event go_rest(struct line *line) {
  char byte;
  int result = SSL_read(line->tls, &byte, 1);
  return result > 0 ? broken(line) : blocked(line, result);
}

void line_send(struct line *line, const char *request, size_t len) {
  line->request = request;
  line->request_len = len;
  line->sent = line->got = 0;
  line->state = LINE_SENDING;
}

enum line_event line_progress(struct line *line) {
  ERR_clear_error();
  switch (line->state) {
  case LINE_CONNECTING:
    return go_connect(line);
  case LINE_HANDSHAKE:
    return go_shake(line);
  case LINE_IDLE:
    return go_rest(line);
  case LINE_SENDING:
    return go_send(line);
  case LINE_WAITING:
    return go_receive(line);
  default:
    return LINE_NOTHING;
  }
}

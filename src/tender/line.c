/* SPDX-License-Identifier: Apache-2.0
 * TCP to a bank's card reader, with time limits: a connection per exchange, of one line of text each way, or of
 * frames. */
#include "line.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Takes text up to `end` into a field. */
static bool part_copy(char *field, size_t capacity, const char *from, const char *end) {
  size_t len = (size_t)(end - from);
  if (len == 0 || len >= capacity)
    return false;
  memcpy(field, from, len);
  field[len] = '\0';
  return true;
}

bool peer_number(const char *text, long min, long max, long *number) {
  char *end = NULL;
  *number = strtol(text, &end, 10);
  return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *number >= min && *number <= max;
}

bool peer_read(struct line_peer *peer, const char *address, char end, const char **rest) {
  bool bracket = address[0] == '[';
  const char *host = bracket ? address + 1 : address;
  const char *host_end = strchr(host, bracket ? ']' : ':');
  long port = 0;

  if (host_end == NULL || (bracket && host_end[1] != ':'))
    return false;
  const char *port_text = host_end + (bracket ? 2 : 1);
  *rest = strchr(port_text, end);
  if (*rest == NULL)
    *rest = port_text + strlen(port_text);
  return part_copy(peer->host, sizeof peer->host, host, host_end) &&
         part_copy(peer->port, sizeof peer->port, port_text, *rest) && peer_number(peer->port, 1, 65535, &port);
}

int64_t peer_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool peer_wait(int fd, short events, int64_t give_up) {
  struct pollfd poll_fd = {.fd = fd, .events = events};
  int ready = 0;

  do {
    int64_t left = give_up - peer_now();
    ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* A connected socket, or -1. */
static int line_connect_to(const struct addrinfo *address, int64_t give_up) {
  int failed = 0;
  socklen_t size = sizeof failed;
  int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);

  if (fd < 0)
    return -1;
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 ||
      (errno == EINPROGRESS && peer_wait(fd, POLLOUT, give_up) &&
       getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 && failed == 0))
    return fd;
  close(fd);
  return -1;
}

int peer_connect(const struct line_peer *peer, int64_t give_up) {
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int fd = -1;

  if (getaddrinfo(peer->host, peer->port, &hints, &found) != 0)
    return -1;
  for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
    fd = line_connect_to(at, give_up);
  freeaddrinfo(found);
  return fd;
}

bool peer_write(int fd, const void *data, size_t len, int64_t give_up) {
  const char *text = data;
  while (len > 0) {
    ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
    if (sent > 0) {
      text += sent;
      len -= (size_t)sent;
    } else if ((errno != EAGAIN && errno != EINTR) || !peer_wait(fd, POLLOUT, give_up)) {
      return false;
    }
  }
  return true;
}

static enum status line_receive(int fd, char answer[LINE_MAX_SIZE], int64_t give_up) {
  size_t len = 0;

  while (len < LINE_MAX_SIZE) {
    if (!peer_wait(fd, POLLIN, give_up))
      return STATUS_TIMEOUT;
    ssize_t got = recv(fd, answer + len, LINE_MAX_SIZE - len, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      continue;
    if (got <= 0)
      return STATUS_BAD_REPLY;
    len += (size_t)got;
    char *end = memchr(answer, '\n', len);
    if (end != NULL) {
      *end = '\0';
      return end == answer + len - 1 ? STATUS_OK : STATUS_BAD_REPLY;
    }
  }
  return STATUS_BAD_REPLY;
}

enum status line_exchange(const struct line_peer *peer, const char *request, int answer_seconds,
                          char answer[LINE_MAX_SIZE]) {
  int64_t give_up = peer_now() + (int64_t)peer->connect_seconds * 1000;
  char text[LINE_MAX_SIZE];
  int len = snprintf(text, sizeof text, "%s\n", request);
  enum status status = STATUS_NO_TENDER;

  if (len < 0 || (size_t)len >= sizeof text)
    return STATUS_BAD_LENGTH;
  int fd = peer_connect(peer, give_up); /* a line without its line feed is none */
  if (fd >= 0 && peer_write(fd, text, (size_t)len, give_up))
    status = line_receive(fd, answer, peer_now() + (int64_t)answer_seconds * 1000);
  if (fd >= 0)
    close(fd);
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * One line of text to a TCP server and one line back, with time limits: a connection per exchange. */
#include "line.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the socket until `give_up`; false: not in time. */
static int wait_for(int fd, short events, int64_t give_up) {
  struct pollfd poll_fd = {.fd = fd, .events = events};
  int ready = 0;

  do {
    int64_t left = give_up - now_milliseconds();
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
      (errno == EINPROGRESS && wait_for(fd, POLLOUT, give_up) &&
       getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 && failed == 0))
    return fd;
  close(fd);
  return -1;
}

static int line_connect(const struct line_peer *peer, int64_t give_up) {
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

/* Hands the whole text to the system. Its last byte is the line feed: without that the peer has no line. */
static int line_send(int fd, const char *text, size_t len, int64_t give_up) {
  while (len > 0) {
    ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
    if (sent > 0) {
      text += sent;
      len -= (size_t)sent;
    } else if ((errno != EAGAIN && errno != EINTR) || !wait_for(fd, POLLOUT, give_up)) {
      return 0;
    }
  }
  return 1;
}

static enum status line_receive(int fd, char answer[LINE_MAX_SIZE], int64_t give_up) {
  size_t len = 0;

  while (len < LINE_MAX_SIZE) {
    if (!wait_for(fd, POLLIN, give_up))
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
  int64_t give_up = now_milliseconds() + (int64_t)peer->connect_seconds * 1000;
  char text[LINE_MAX_SIZE];
  int len = snprintf(text, sizeof text, "%s\n", request);
  enum status status = STATUS_NO_TENDER;

  if (len < 0 || (size_t)len >= sizeof text)
    return STATUS_BAD_LENGTH;
  int fd = line_connect(peer, give_up);
  if (fd >= 0 && line_send(fd, text, (size_t)len, give_up))
    status = line_receive(fd, answer, now_milliseconds() + (int64_t)answer_seconds * 1000);
  if (fd >= 0)
    close(fd);
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * The line to the register: one at a time, frames put together from whatever pieces come, acknowledgements waited
 * for. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "zvt_state.h"

int64_t zvt_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool line_open(const struct register_zvt *zvt) {
  return zvt->line.fd >= 0;
}

void line_close(struct register_zvt *zvt, const char *why) {
  char pairs[64];
  if (!line_open(zvt))
    return;
  close(zvt->line.fd);
  zvt->line = (struct zvt_line){.fd = -1};
  snprintf(pairs, sizeof pairs, "why=%s", why);
  zvt->options.log(zvt->options.context, "zvt-line", pairs);
}

/* ---- who comes ---- */

/* Nobody else than the register that was named, where one was. */
static bool is_expected(const struct register_zvt *zvt, int fd) {
  char address[ADDRESS_TEXT_MAX];
  if (zvt->peer[0] == 0 || (address_of_peer(fd, address) && strcmp(address, zvt->peer) == 0))
    return true;
  zvt->options.log(zvt->options.context, "zvt-line", "why=stranger");
  return false;
}

static int accept_one(const struct register_zvt *zvt) {
  static const int on = 1;
  int fd = accept4(zvt->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0 && !is_expected(zvt, fd)) {
    close(fd);
    return -1;
  }
  if (fd >= 0) {
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  return fd;
}

/* Idle, whoever comes has the line: a register that has lost its own must not be kept out by what is left of it. */
static void newcomer_take(struct register_zvt *zvt) {
  line_close(zvt, "replaced");
  zvt->line = (struct zvt_line){.fd = zvt->newcomer};
  zvt->newcomer = -1;
}

static void newcomer_refuse(struct register_zvt *zvt) {
  static const uint8_t busy[] = {0x84, ZVT_NOT_READY, 0x00};
  uint8_t ignored[64];
  (void)!recv(zvt->newcomer, ignored, sizeof ignored, 0); /* or closing would take the answer away */
  (void)!send(zvt->newcomer, busy, sizeof busy, MSG_NOSIGNAL);
  close(zvt->newcomer);
  zvt->newcomer = -1;
}

enum zvt_wake line_wait(struct register_zvt *zvt, bool busy, int milliseconds) {
  if (!busy && zvt->newcomer >= 0)
    newcomer_take(zvt);
  struct pollfd fds[] = {{.fd = zvt->line.fd, .events = POLLIN},
                         {.fd = zvt->till_fd, .events = POLLIN},
                         {.fd = busy ? -1 : zvt->end_fd, .events = POLLIN},
                         {.fd = zvt->newcomer >= 0 ? -1 : zvt->listen_fd, .events = POLLIN},
                         {.fd = zvt->newcomer, .events = POLLIN}};
  eventfd_t seen = 0;
  if (poll(fds, sizeof fds / sizeof fds[0], milliseconds) <= 0)
    return WAKE_TIME;
  if (fds[3].revents != 0)
    zvt->newcomer = accept_one(zvt);
  else if (fds[4].revents != 0 && fds[0].revents == 0) /* that may be the end of the line, and then it is the next */
    newcomer_refuse(zvt);
  if (fds[1].revents != 0)
    (void)eventfd_read(zvt->till_fd, &seen);
  if (fds[2].revents != 0)
    return WAKE_END;
  return fds[0].revents != 0 ? WAKE_FRAME : fds[1].revents != 0 ? WAKE_TILL : WAKE_TIME;
}

/* ---- what is said ---- */

static void fill(struct register_zvt *zvt) {
  struct zvt_line *line = &zvt->line;
  ssize_t got = recv(line->fd, line->in + line->len, sizeof line->in - line->len, 0);
  if (got > 0) {
    if (line->len == 0)
      line->begun = zvt_now();
    line->len += (size_t)got;
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    line_close(zvt, "closed");
  }
}

static void drop_used(struct zvt_line *line) {
  line->len -= line->used;
  memmove(line->in, line->in + line->used, line->len);
  if (line->used > 0)
    line->begun = zvt_now();
  line->used = 0;
}

bool line_next(struct register_zvt *zvt, struct zvt_frame *frame) {
  struct zvt_line *line = &zvt->line;
  if (!line_open(zvt))
    return false;
  drop_used(line);
  enum zvt_cut cut = zvt_frame_cut(line->in, line->len, frame, &line->used);
  if (cut == ZVT_MORE) {
    fill(zvt);
    if (!line_open(zvt))
      return false;
    cut = zvt_frame_cut(line->in, line->len, frame, &line->used);
  }
  if (cut == ZVT_BROKEN)
    line_close(zvt, "garbage");
  else if (cut == ZVT_MORE && line->len > 0 && zvt_now() - line->begun > ZVT_T3_MS)
    line_close(zvt, "half-frame");
  return cut == ZVT_WHOLE;
}

void line_send(struct register_zvt *zvt, uint8_t class, uint8_t instruction, const uint8_t *data, size_t len) {
  uint8_t bytes[ZVT_FRAME_MAX];
  const struct zvt_frame frame = {class, instruction, data, len};
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  zvt_frame_write(&writer, &frame);
  size_t sent = 0;
  while (line_open(zvt) && sent < writer.len) {
    ssize_t went = send(zvt->line.fd, bytes + sent, writer.len - sent, MSG_NOSIGNAL);
    struct pollfd fd = {.fd = zvt->line.fd, .events = POLLOUT};
    if (went > 0)
      sent += (size_t)went;
    else if ((errno != EAGAIN && errno != EINTR) || poll(&fd, 1, ZVT_T3_MS) <= 0)
      line_close(zvt, "deaf");
  }
}

bool line_put_off(struct register_zvt *zvt, const struct zvt_frame *frame) {
  if (frame->class == 0x80 || frame->class == 0x84)
    return false; /* an answer that nobody waits for */
  bool abort = frame->class == 0x06 && frame->instruction == 0xB0;
  line_send(zvt, abort ? 0x80 : 0x84, abort ? 0x00 : ZVT_NOT_READY, NULL, 0);
  return abort;
}

bool line_deliver(struct register_zvt *zvt, uint8_t class, uint8_t instruction, const struct bytes_writer *data,
                  uint8_t *code) {
  struct zvt_frame frame;
  int64_t until = zvt_now() + ZVT_T3_MS;
  line_send(zvt, class, instruction, data->start, data->failed ? 0 : data->len);
  while (line_open(zvt)) {
    if (line_next(zvt, &frame)) {
      if (frame.class == 0x80 || frame.class == 0x84) {
        *code = frame.class == 0x80 ? 0 : frame.instruction;
        return true;
      }
      (void)line_put_off(zvt, &frame);
      continue;
    }
    int64_t left = until - zvt_now();
    if (left <= 0)
      line_close(zvt, "no-answer");
    else if (line_open(zvt))
      (void)line_wait(zvt, true, (int)left);
  }
  return false;
}

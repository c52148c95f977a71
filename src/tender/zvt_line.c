/* SPDX-License-Identifier: Apache-2.0
 * The line to a bank's terminal: frames put together from whatever pieces come, each answered, with ZVT's time
 * limits. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line.h"
#include "zvt_client.h"

#define LINGER_MS 50

bool bank_line_send(int fd, uint8_t class, uint8_t instruction, const uint8_t *data, size_t len) {
  uint8_t bytes[64];
  const struct zvt_frame frame = {class, instruction, data, len};
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  zvt_frame_write(&writer, &frame);
  return !writer.failed && peer_write(fd, bytes, writer.len, peer_now() + ZVT_T3_MS);
}

/* Takes what has come; false: the line is lost. */
static bool line_fill(struct bank_line *line) {
  ssize_t got = recv(line->fd, line->in + line->len, sizeof line->in - line->len, 0);
  if (got < 0)
    return errno == EAGAIN || errno == EINTR;
  if (line->len == 0)
    line->begun = peer_now();
  line->len += (size_t)got;
  return got > 0;
}

static bool reply_send(struct bank_line *line, enum zvt_reply reply) {
  unsigned goods = reply == ZVT_REPLY_NO ? 0x83 : ZVT_GOODS_YES;
  if (reply == ZVT_REPLY_NONE)
    return true;
  if (reply == ZVT_REPLY_GOODS && line->goods != NULL)
    goods = atomic_load(line->goods);
  line->held = goods == ZVT_GOODS_WAIT;
  return bank_line_send(line->fd, goods == ZVT_GOODS_YES ? 0x80 : 0x84, (uint8_t)goods, NULL, 0);
}

/* All whole frames that are there, each answered; false: garbage, or the line is lost. */
static bool line_take(struct bank_line *line, struct zvt_talk *talk) {
  struct zvt_frame frame;
  size_t used = 0;
  enum zvt_cut cut = ZVT_MORE;
  while (talk->end == ZVT_OPEN && (cut = zvt_frame_cut(line->in, line->len, &frame, &used)) == ZVT_WHOLE) {
    enum zvt_reply reply = zvt_talk_take(talk, &frame);
    if (!reply_send(line, reply) && talk->end == ZVT_OPEN)
      return false;
    line->len -= used;
    memmove(line->in, line->in + used, line->len);
    line->begun = peer_now();
  }
  return cut != ZVT_BROKEN;
}

static int64_t least(int64_t one, int64_t two) {
  return one < two ? one : two;
}

bool bank_line_listen(struct bank_line *line, struct zvt_talk *talk, int64_t silence) {
  while (talk->end == ZVT_OPEN && !(line->pauses && line->held)) {
    int64_t until = least(peer_now() + (talk->acknowledged ? silence : ZVT_T3_MS), line->give_up);
    if (line->len > 0)
      until = least(until, line->begun + ZVT_T3_MS);
    if (!peer_wait(line->fd, POLLIN, until)) {
      bool half = line->len > 0;
      talk->end = half ? ZVT_LOST : ZVT_OPEN;
      return !half;
    }
    if (!line_fill(line) || !line_take(line, talk))
      talk->end = talk->end == ZVT_OPEN ? ZVT_LOST : talk->end;
  }
  return false;
}

void bank_line_end(struct bank_line *line) {
  int64_t give_up = peer_now() + LINGER_MS;
  (void)shutdown(line->fd, SHUT_WR);
  for (line->len = 0; peer_wait(line->fd, POLLIN, give_up) && line_fill(line); line->len = 0)
    ;
  close(line->fd);
}

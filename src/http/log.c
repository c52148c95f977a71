/* SPDX-License-Identifier: Apache-2.0
 * The server's log: one line of key=value pairs per event. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024 /* below PIPE_BUF, so that lines of several processes do not mix */
#define DIGITS_FIRST   6
#define DIGITS_LAST    4

static const char *const level_names[] = {"error", "warning", "info", "debug"};
#define LEVEL_COUNT (sizeof level_names / sizeof level_names[0])

enum status log_level_by_name(const char *name, enum log_level *level) {
  for (size_t i = 0; i < LEVEL_COUNT; i++) {
    if (strcmp(name, level_names[i]) == 0) {
      *level = (enum log_level)i;
      return STATUS_OK;
    }
  }
  return STATUS_BAD_FORMAT;
}

/* What a printf function answered, bounded to what is there. */
static size_t bounded(int printed, size_t room) {
  size_t len = printed < 0 ? 0 : (size_t)printed;
  return len < room ? len : room - 1;
}

static size_t put_head(char *line, size_t room, enum log_level level, const char *event) {
  struct timespec now = {0};
  struct tm broken = {0};
  char stamp[32] = "";

  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &broken);
  strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &broken);
  return bounded(snprintf(line, room, "time=%s.%03ldZ level=%s event=%s ", stamp, now.tv_nsec / 1000000,
                          level_names[level], event),
                 room);
}

void log_line(const struct log *log, enum log_level level, const char *event, const char *format, ...) {
  char line[LINE_MAX_BYTES];
  va_list arguments;

  if (log->fd < 0 || level > log->level)
    return;
  size_t len = put_head(line, sizeof line - 1, level, event);
  va_start(arguments, format);
  len += bounded(vsnprintf(line + len, sizeof line - 1 - len, format, arguments), sizeof line - 1 - len);
  va_end(arguments);
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)line[i];
    if (byte < 0x20 || byte == 0x7F)
      line[i] = '?';
  }
  line[len++] = '\n';
  ssize_t written = write(log->fd, line, len);
  (void)written; /* there is no one left to tell */
}

void log_cid(const uint8_t cid[CID_SIZE], char text[LOG_CID_SIZE]) {
  cid_print(cid, text);
  memset(text + DIGITS_FIRST, '*', LOG_CID_SIZE - 1 - DIGITS_FIRST - DIGITS_LAST);
}

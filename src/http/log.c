/* SPDX-License-Identifier: Apache-2.0
 * The server's log: one line of key=value pairs per event. */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epurse/record.h"

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

/* A whole line; answers its length. */
__attribute__((format(printf, 4, 0))) static size_t put_line(char line[LINE_MAX_BYTES], enum log_level level,
                                                             const char *event, const char *format, va_list arguments) {
  size_t len = put_head(line, LINE_MAX_BYTES - 1, level, event);

  len += bounded(vsnprintf(line + len, LINE_MAX_BYTES - 1 - len, format, arguments), LINE_MAX_BYTES - 1 - len);
  for (size_t i = 0; i < len; i++) {
    unsigned char byte = (unsigned char)line[i];
    if (byte < 0x20 || byte == 0x7F)
      line[i] = '?';
  }
  line[len++] = '\n';
  return len;
}

static void write_out(const struct log *log, const char *text, size_t len) {
  ssize_t written = len > 0 ? write(log->fd, text, len) : 0;
  (void)written; /* there is no one left to tell */
}

/* Called with the room's lock. */
static void empty_room(const struct log *log) {
  write_out(log, log->room->text, log->room->len);
  log->room->len = 0;
}

/* Behind what waits; `waits`: with it, where there is room. */
static void give(const struct log *log, bool waits, const char *line, size_t len) {
  struct log_room *room = log->room;

  if (room == NULL) {
    write_out(log, line, len);
    return;
  }
  pthread_mutex_lock(&room->lock);
  if (!waits || len > sizeof room->text - room->len)
    empty_room(log);
  if (waits) {
    memcpy(room->text + room->len, line, len);
    room->len += len;
  } else {
    write_out(log, line, len);
  }
  pthread_mutex_unlock(&room->lock);
}

/* `waits`: where it is no error and no warning. */
__attribute__((format(printf, 5, 0))) static void tell(const struct log *log, bool waits, enum log_level level,
                                                       const char *event, const char *format, va_list arguments) {
  char line[LINE_MAX_BYTES];

  if (log->fd >= 0 && level <= log->level)
    give(log, waits && level >= LOG_INFO, line, put_line(line, level, event, format, arguments));
}

void log_line(const struct log *log, enum log_level level, const char *event, const char *format, ...) {
  va_list arguments;

  va_start(arguments, format);
  tell(log, false, level, event, format, arguments);
  va_end(arguments);
}

void log_line_soon(const struct log *log, enum log_level level, const char *event, const char *format, ...) {
  va_list arguments;

  va_start(arguments, format);
  tell(log, true, level, event, format, arguments);
  va_end(arguments);
}

void log_flush(const struct log *log) {
  if (log->fd < 0 || log->room == NULL)
    return;
  pthread_mutex_lock(&log->room->lock);
  empty_room(log);
  pthread_mutex_unlock(&log->room->lock);
}

void log_cid(const uint8_t cid[CID_SIZE], char text[LOG_CID_SIZE]) {
  cid_print(cid, text);
  memset(text + DIGITS_FIRST, '*', LOG_CID_SIZE - 1 - DIGITS_FIRST - DIGITS_LAST);
}

/* SPDX-License-Identifier: Apache-2.0
 * The server's log: one line of key=value pairs per event, never with a secret in it. */
#ifndef EPURSE_SERVER_LOG_H
#define EPURSE_SERVER_LOG_H

#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Lines that wait to be written together; PIPE_BUF, so that lines of several processes do not mix. The owner sets
 * `lock` to PTHREAD_MUTEX_INITIALIZER and the rest to zero. */
struct log_room {
  pthread_mutex_t lock;
  size_t len;
  char text[PIPE_BUF];
};

struct log {
  int fd;                /* where lines go; -1: nowhere */
  enum log_level level;  /* the least important that is written */
  struct log_room *room; /* NULL: no line waits */
};

/* "error", "warning", "info", "debug". STATUS_BAD_FORMAT for another word. */
enum status log_level_by_name(const char *name, enum log_level *level) EPURSE_MUST_USE;

/* Writes `time=... level=... event=EVENT ` and the formatted pairs, in one write of one line; what is longer than a
 * line holds is cut off. Control characters become '?', so that nothing that came from outside makes a line of its own.
 */
void log_line(const struct log *log, enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for what every request says: an INFO or DEBUG line may wait, until log_flush, a line of log_line, or one
 * that finds no room; they come out in the order in which they were given. Whoever answers the request flushes
 * first. */
void log_line_soon(const struct log *log, enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Writes what waits, in one write. */
void log_flush(const struct log *log);

/* A card number as logs show it: first six and last four digits, as card statements do. */
#define LOG_CID_SIZE 17
void log_cid(const uint8_t cid[CID_SIZE], char text[LOG_CID_SIZE]);

#endif

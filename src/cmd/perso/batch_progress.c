/* SPDX-License-Identifier: Apache-2.0
 * How far a batch is, for people: a bar with rate and remaining time, and a sentence where somebody has to do
 * something. */
#include <stdarg.h>
#include <unistd.h>

#include "batch.h"
#include "cmd/frame/language.h"
#include "cmd/frame/terminal_program.h"

#define BAR_WIDTH    24
#define LINE_SECONDS 30 /* between lines where there is no terminal */
#define HOUR         3600.0
#define CLEAR_LINE   "\r\033[K"

double batch_seconds(const struct timespec *since) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
    return 0;
  return (double)(now.tv_sec - since->tv_sec) + (double)(now.tv_nsec - since->tv_nsec) / 1e9;
}

double batch_rate(const struct batch *batch) {
  double seconds = batch_seconds(&batch->began);
  return batch->done > 0 && seconds > 0 ? (double)batch->done * HOUR / seconds : 0;
}

static bool quiet(const struct batch *batch) {
  return batch->self->quiet;
}

void batch_say(struct batch *batch, const struct batch_worker *worker, const char *format, ...) {
  if (quiet(batch))
    return;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s%s: ", isatty(STDERR_FILENO) ? CLEAR_LINE : "", worker->name);
  vfprintf(stderr, translated(format), arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

/* "2 h 05 min", "4 min", "20 s". */
static void duration_print(double seconds, char text[32]) {
  unsigned long whole = (unsigned long)seconds;
  if (whole >= 3600)
    (void)snprintf(text, 32, "%lu h %02lu min", whole / 3600, whole % 3600 / 60);
  else if (whole >= 120)
    (void)snprintf(text, 32, "%lu min", whole / 60);
  else
    (void)snprintf(text, 32, "%lu s", whole);
}

void batch_progress(struct batch *batch, bool last) {
  static double told = -LINE_SECONDS; /* seconds since the beginning; one batch a process */
  bool terminal = isatty(STDERR_FILENO);
  size_t done = batch->before + batch->done, total = batch->total;
  double since = batch_seconds(&batch->began), rate = batch_rate(batch);
  char bar[BAR_WIDTH + 1], left[32] = "";
  if (quiet(batch) || (!terminal && !last && since - told < LINE_SECONDS))
    return;
  told = since;
  for (size_t i = 0; i < BAR_WIDTH; i++)
    bar[i] = i < done * BAR_WIDTH / total ? '#' : '.';
  bar[BAR_WIDTH] = 0;
  if (rate > 0 && done < total)
    duration_print((double)(total - done) * HOUR / rate, left);
  fprintf(stderr, "%s[%s] %zu of %zu cards, %.0f an hour%s%s%s", terminal ? CLEAR_LINE : "", bar, done, total, rate,
          left[0] != 0 ? ", " : "", left, left[0] != 0 ? " left" : "");
  if (!terminal || last)
    fputc('\n', stderr);
  (void)fflush(stderr);
}

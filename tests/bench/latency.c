/* SPDX-License-Identifier: Apache-2.0
 * What samples of latency say. */
#include "latency.h"

#include <stdlib.h>

#include "must.h"

static int compare(const void *a, const void *b) {
  const uint32_t *left = a, *right = b;
  return (*left > *right) - (*left < *right);
}

/* Nearest rank: the smallest that is not below so many thousandths of them. */
static double rank(const uint32_t *sorted, size_t count, size_t thousandths) {
  size_t at = (count * thousandths + 999) / 1000;
  return sorted[at > 0 ? at - 1 : 0] / 1000.0;
}

struct latency latency_of(const struct drive_samples *samples, double from, double to) {
  uint32_t *sorted = must_calloc(samples->count, sizeof *sorted);
  struct latency latency = {0};
  for (size_t i = 0; i < samples->count; i++)
    if (samples->list[i].at >= from * 1e6 && samples->list[i].at < to * 1e6)
      sorted[latency.count++] = samples->list[i].latency;
  qsort(sorted, latency.count, sizeof *sorted, compare);
  if (latency.count > 0) {
    latency.p50 = rank(sorted, latency.count, 500);
    latency.p99 = rank(sorted, latency.count, 990);
    latency.p999 = rank(sorted, latency.count, 999);
    latency.most = sorted[latency.count - 1] / 1000.0;
  }
  free(sorted);
  return latency;
}

/* SPDX-License-Identifier: Apache-2.0
 * What samples of latency say. */
#ifndef EPURSE_TESTS_BENCH_LATENCY_H
#define EPURSE_TESTS_BENCH_LATENCY_H

#include "drive.h"

/* Milliseconds; zeros where there is no sample. */
struct latency {
  size_t count;
  double p50, p99, p999, most;
};

/* Of the samples whose answer came from `from` to `to` seconds after the beginning. */
struct latency latency_of(const struct drive_samples *samples, double from, double to);

#endif

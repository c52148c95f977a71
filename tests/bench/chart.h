/* SPDX-License-Identifier: Apache-2.0
 * The report drawn: what docs/performance.md shows. */
#ifndef EPURSE_TESTS_BENCH_CHART_H
#define EPURSE_TESTS_BENCH_CHART_H

#include <jansson.h>

/* Draws into `folder` what the report has: bench-latency.svg from the part `curve`, bench-time.svg from `peak`,
 * bench-cards.svg from "growth" (tests/bench/growth). */
void chart_draw(const json_t *report, const char *folder);

/* Of how long a sale takes over slow lines, as tests/system/till-line.test reports it. */
void chart_draw_till(const json_t *report, const char *path);

#endif

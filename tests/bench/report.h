/* SPDX-License-Identifier: Apache-2.0
 * The report: one JSON object, and the same as a table for people. */
#ifndef EPURSE_TESTS_BENCH_REPORT_H
#define EPURSE_TESTS_BENCH_REPORT_H

#include <jansson.h>

#include "limit.h"
#include "plan.h"

/* Machine, versions, what the plan was. */
json_t *report_begin(const struct plan *plan);
/* When all parts are over. */
void report_end(json_t *report);
/* The limits, and the ratios of every part that was measured to them. */
void report_limits(json_t *report, const struct limit *limit, const struct store_limit *store, unsigned server_cores);
/* The table. */
void report_print(const json_t *report);
/* As a file; "-" is standard output. */
void report_write(const json_t *report, const char *path);

#endif

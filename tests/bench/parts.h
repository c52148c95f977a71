/* SPDX-License-Identifier: Apache-2.0
 * The parts of a measurement, each answering with its piece of the report. */
#ifndef EPURSE_TESTS_BENCH_PARTS_H
#define EPURSE_TESTS_BENCH_PARTS_H

#include <jansson.h>

#include "drive.h"
#include "judge.h"

struct stage {
  const struct plan *plan;
  struct world world;
  struct server server;
  struct tills shops, banks, crowd; /* the crowd: many terminals that all want to be served at once */
  struct purses purses, crowd_purses;
  struct prepare loads, purchases, crowd_loads, crowd_purchases;
  struct drive shop_drive;
  double peak; /* payments per second; 0: not known yet */
  struct judge_count judged;
};

/* What all parts say of a run: numbers per second, latencies, processor per payment. */
json_t *part_report(const struct drive_result *result);

/* Loads cards to their ceiling; every purchase comes after that. */
json_t *part_loads(struct stage *stage);
json_t *part_peak(struct stage *stage);
json_t *part_steady(struct stage *stage);
json_t *part_curve(struct stage *stage);
json_t *part_overload(struct stage *stage);
json_t *part_restart(struct stage *stage);
json_t *part_failover(struct stage *stage);
json_t *part_idle(struct stage *stage);
json_t *part_soak(struct stage *stage);

/* Tells the server of all that it has not been told yet. */
void part_end(struct stage *stage);

#endif

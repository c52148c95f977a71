/* SPDX-License-Identifier: Apache-2.0
 * Durable commits per second of the bare store, on the same disk as the ledger. */
#include <stdint.h>

#include "bare.h"
#include "limit.h"
#include "processors.h"

#define GROUP 32

/* Rows per second, `group` of them in a transaction. */
static double rows_per_second(struct bare *bare, unsigned group, double seconds) {
  uint64_t rows = 0;
  int64_t begin = clock_now(), now = begin;
  while ((double)(now - begin) < seconds * 1e9) {
    bare_append(bare, group);
    rows += group;
    now = clock_now();
  }
  return (double)rows / ((double)(now - begin) / 1e9);
}

void store_limit_measure(const char *place, double seconds, struct store_limit *limit) {
  struct bare *bare = bare_open(place);
  bare_table_begin(bare);
  limit->rows = rows_per_second(bare, 1, seconds);
  limit->groups = rows_per_second(bare, GROUP, seconds);
  bare_table_end(bare);
  bare_close(&bare);
}

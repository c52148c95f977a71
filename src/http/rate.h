/* SPDX-License-Identifier: Apache-2.0
 * How often a terminal may ask: a token bucket for each name that a handshake proved. */
#ifndef EPURSE_SERVER_RATE_H
#define EPURSE_SERVER_RATE_H

#include <stdint.h>

#include "epurse/status.h"

struct rate;

struct rate_options {
  unsigned per_second; /* requests that a terminal may go on with; at least 1 */
  unsigned burst;      /* requests that it may have at once; at least 1 */
};

/* Room for as many terminals as can be busy at one time; those that are at rest need none. STATUS_NO_MEMORY. */
enum status rate_new(const struct rate_options *options, struct rate **rate) EPURSE_MUST_USE;

/* NULL is fine. */
void rate_free(struct rate **rate);

enum rate_answer {
  RATE_OK,
  RATE_REFUSED,      /* it has had its share; nothing was taken */
  RATE_REFUSED_AGAIN /* and it was told so last time */
};

/* Takes one request of `name`, TID_SIZE characters at most. `now` is in milliseconds of a clock that does not go back.
 * `rate` NULL: there is no bound. */
enum rate_answer rate_take(struct rate *rate, const char *name, uint64_t now) EPURSE_MUST_USE;

#endif

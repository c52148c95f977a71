/* SPDX-License-Identifier: Apache-2.0
 * Whether the server's clock may stand in what it signs: cards keep the latest time that they saw signed, and there is
 * no way back for them. */
#ifndef EPURSE_SERVER_CLOCK_H
#define EPURSE_SERVER_CLOCK_H

#include <stdint.h>

#include "epurse/status.h"

struct service;

#define CLOCK_TOLERANCE 5                         /* seconds that the clocks of several back-ends may be apart */
#define CLOCK_GAP_MAX   (INT64_C(45) * 24 * 3600) /* seconds without a booking, after which an operator has to confirm */

/* Of a service: how far the time had come. */
struct clock_mark {
  _Atomic int64_t at;            /* unix seconds, of what was last signed here or known of others; 0: nothing was */
  _Atomic int64_t kept;          /* as the ledger has it */
  _Atomic int64_t confirmations; /* that the ledger had then */
  _Atomic int doubt;             /* enum clock_doubt, as last told */
};

enum clock_doubt {
  CLOCK_SOUND,
  CLOCK_UNSYNCHRONISED, /* the kernel says so, and the configuration is strict */
  CLOCK_BEHIND,         /* something was signed later than now */
  CLOCK_AHEAD,          /* nothing was for so long that the clock may have run away */
};

/* Reads the ledger's mark; before anything is served. The ledger's status. */
enum status clock_open(struct service *service) EPURSE_MUST_USE;

/* Before anything is signed for a card: STATUS_OK, and the mark is moved on; STATUS_CLOCK_DOUBTFUL, logged when it
 * begins and when it ends; the ledger's. Any thread. */
enum status clock_check(struct service *service) EPURSE_MUST_USE;

/* The same for whoever signs nothing: the mark stays. */
enum status clock_look(struct service *service) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Payments while the server does not answer: when they are taken, and what became of those that were brought in. */
#ifndef EPURSE_TERMINAL_OFFLINE_H
#define EPURSE_TERMINAL_OFFLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/status.h"

/* What a payment does without the server. */
enum offline_use {
  OFFLINE_USE_NEVER, /* it is not made */
  OFFLINE_USE_AUTO, /* where the server was not reached, and the card was not told to pay yet: by the card's promise only */
  OFFLINE_USE_ONLY /* so, without asking the server */
};

/* As a terminal is configured. */
struct offline_setting {
  enum offline_use use; /* of a payment that says nothing of it: NEVER or AUTO */
  bool forbidden;       /* configured as never: no payment can ask for it */
  int list_hours;       /* how old the deny list may be */
};

/* By what a terminal takes payments so, as its folder has it. */
struct offline_standing {
  int64_t list_at;    /* the time of the deny list that it has, by the server's clock, unix seconds */
  int64_t sum, count; /* what it may take behind it: minor units, payments */
};
/* STATUS_NOT_FOUND: it has never had a list. */
enum status offline_standing_read(const char *folder, struct offline_standing *standing) EPURSE_MUST_USE;

/* What the server said of payments that were brought in. */
struct offline_brought {
  unsigned booked, waiting, refused; /* waiting: it books them later */
  enum status why;                   /* the last refusal; else STATUS_OK */
};

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The limits of a card for payments without the server. Freestanding. */
#ifndef EPURSE_OFFLINE_LIMITS_H
#define EPURSE_OFFLINE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* What a card may pay without the server, as its issuer set it; all zero: never. Each 0..AMOUNT_MAX_ON_CARD, single at
 * most total. */
struct offline_limits {
  uint32_t single, total; /* minor units */
  uint16_t count;         /* payments */
};
/* Whether they are such limits: single at most total, total at most AMOUNT_MAX_ON_CARD. */
bool offline_limits_valid(const struct offline_limits *limits);

#endif

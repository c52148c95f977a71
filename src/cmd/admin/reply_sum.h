/* SPDX-License-Identifier: Apache-2.0
 * Sums over what the back-end says: of figures that nobody has to believe. */
#ifndef EPURSE_CMD_ADMIN_REPLY_SUM_H
#define EPURSE_CMD_ADMIN_REPLY_SUM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "epurse/must_use.h"

/* Adds addends[0] to addends[count - 1] to *sum. False: json_int_t does not hold it, and *sum is as it was. */
bool reply_sum(json_int_t *sum, const json_int_t *addends, size_t count) EPURSE_MUST_USE;

#endif

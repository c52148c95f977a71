/* SPDX-License-Identifier: Apache-2.0
 * What a terminal has counted, for machines. */
#ifndef EPURSE_CLOSING_JSON_H
#define EPURSE_CLOSING_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "epurse/status.h"

struct closing;

/* By the names of the verb totals in docs/epurse-json.schema.json. With the number 0 it is a count, not a closing: then
 * `hash` is not looked at. NULL: no memory. */
json_t *closing_json(const struct closing *closing, const uint8_t *hash, const char *tid, const char *currency);
/* A shift without its sums: its number, who and when, and its drawer. NULL: no memory. */
json_t *shift_line_json(const struct closing *shift);
/* The shifts that a closing names, each so; one that cannot be read is left to the audit. NULL: it names none, or
 * `read` says TILL_BUSY. */
json_t *closing_shifts_json(const struct closing *closing,
                            enum status (*read)(void *context, int64_t number, struct closing *shift), void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What a virtual card holds, without its secrets, for people and machines. */
#ifndef EPURSE_CMD_CARD_SHOW_H
#define EPURSE_CMD_CARD_SHOW_H

#include <stdio.h>

#include "epurse/card.h"
#include "epurse/status.h"

void card_show_text(const struct card_memory *memory, FILE *out);

/* One JSON object and a newline; money in integer minor units. STATUS_NO_MEMORY. */
enum status card_show_json(const struct card_memory *memory, FILE *out) EPURSE_MUST_USE;

#endif

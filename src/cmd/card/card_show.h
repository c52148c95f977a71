/* SPDX-License-Identifier: Apache-2.0
 * What a virtual card holds, without its secrets, for people and machines. */
#ifndef EPURSE_CMD_CARD_SHOW_H
#define EPURSE_CMD_CARD_SHOW_H

#include <jansson.h>
#include <stdio.h>

#include "epurse/card.h"

void card_show_text(const struct card_memory *memory, FILE *out);

/* Money in integer minor units. The caller's; NULL: no memory. */
json_t *card_show_json(const struct card_memory *memory);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The body of a message that lists chips which were delivered. As message.h has it: bodies are the caller's, NULL where
 * memory ran out; a parser answers STATUS_UNKNOWN_FIELD or STATUS_BAD_FORMAT. */
#ifndef EPURSE_MESSAGE_CHIP_H
#define EPURSE_MESSAGE_CHIP_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

/* CHIP_ADDITION {"serials"} -> {"added","listed"}: how many of them were new, how many chips are on the list. */
#define CHIPS_MAX 500 /* in a message */
struct chip_list {
  size_t count;
  uint8_t serials[CHIPS_MAX][CHIP_SERIAL_SIZE];
};
/* Writes `count` serials, 1 to CHIPS_MAX, one after the other. */
json_t *chip_list_body(const struct chip_list *list);
/* Takes 1 to CHIPS_MAX of them. STATUS_BAD_FORMAT: none, more, or half a serial. */
enum status chip_list_parse(const json_t *body, struct chip_list *list) EPURSE_MUST_USE;

#endif

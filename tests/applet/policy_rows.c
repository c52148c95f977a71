/* SPDX-License-Identifier: Apache-2.0
 * Prints the C card's policy, a line of hexadecimal bytes per row, and behind them the handler's place among the
 * handlers. */
#include <stdio.h>

#include "epurse/card.h"

int main(void) {
  size_t count;
  const struct card_command *rows = card_commands(&count);
  for (size_t i = 0; i < count; i++) {
    const struct card_command *row = &rows[i];
    size_t first = 0; /* the row that had the same handler before */
    while (rows[first].handler != row->handler)
      first++;
    printf("%02X %02X %02X %02X %02X %02X %02X %02X %02X %02X %02X %02X %zu\n", row->cla, row->ins, row->p1,
           row->p1_mask, row->p2, row->p2_mask, row->states, row->channel, row->roles, row->authentication, row->lc_min,
           row->lc_max, first);
  }
  return 0;
}

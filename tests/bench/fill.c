/* SPDX-License-Identifier: Apache-2.0
 * The bulk of the cards. The columns are asked for, so that a new one needs no change here. */
#include "fill.h"

#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "must.h"

/* The numbers from 2 on: those that are a multiple of the step are the active cards' places. */
#define NUMBERS "WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < %u) "

/* Takes a column, which is not the last one, out of a list. */
static void leave_out(char list[1024], const char *column) {
  char text[64];
  size_t len = (size_t)snprintf(text, sizeof text, ", %s,", column) - 1;
  char *at = strstr(list, text);
  must(at != NULL, "there is no column %s", column);
  memmove(at, at + len, strlen(at + len) + 1);
}

static void fill(struct bare *bare, unsigned cards, unsigned step, uint32_t template_serial) {
  char card[1024], hot[1024];
  bare_columns(bare, "card", card);
  leave_out(card, "id");
  leave_out(card, "chip_serial");
  bare_columns(bare, "card_counters", hot);
  leave_out(hot, "id");
  bare_run(bare, NUMBERS "INSERT INTO pool (serial) SELECT n FROM number WHERE n %% %u = 0", cards, step);
  bare_run(bare,
           NUMBERS "INSERT INTO card (id, chip_serial%s) SELECT n, %s%s FROM number, card WHERE card.id = %u AND "
                   "n %% %u <> 0",
           cards, card, bare_eight_bytes_of_n(bare), card, template_serial, step);
  bare_run(bare,
           NUMBERS
           "INSERT INTO card_counters (id%s) SELECT n%s FROM number, card_counters WHERE card_counters.id = %u AND "
           "n %% %u <> 0",
           cards, hot, hot, template_serial, step);
  bare_run(bare,
           NUMBERS "INSERT INTO account (id, balance, floor, ceiling) SELECT n * 16 + account.id - %u * 16, balance, "
                   "floor, ceiling FROM number, account WHERE account.id BETWEEN %u * 16 AND %u * 16 + 15 AND "
                   "n %% %u <> 0",
           cards, template_serial, template_serial, template_serial, step);
  bare_run(bare, "UPDATE setting SET pool_end = %u", cards + 1);
}

void fill_cards(const struct world *world, uint32_t template_serial, unsigned active) {
  struct bare *bare = bare_open(world->service.configuration.store);
  bare_bulk_begin(bare);
  fill(bare, world->plan->cards, world->plan->cards / active, template_serial);
  bare_bulk_end(bare);
  bare_close(&bare);
}

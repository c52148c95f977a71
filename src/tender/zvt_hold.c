/* SPDX-License-Identifier: Apache-2.0
 * A charge that waits for its goods: while the card is loaded, a thread answers the bank's terminal "not yet". */
#include "line.h"
#include "zvt_client.h"

#define HOLD_MS    60000 /* so long nobody says how it ends: then the charge stands, and is given back later if need be */
#define SILENCE_MS 30000 /* a terminal that waits asks again each few seconds */

static void *hold_keep(void *context) {
  struct zvt_hold *hold = context;
  unsigned undecided = ZVT_GOODS_WAIT;
  hold->line.pauses = false;
  hold->line.give_up = peer_now() + HOLD_MS;
  (void)bank_line_listen(&hold->line, &hold->talk, SILENCE_MS);
  if (hold->talk.end == ZVT_OPEN) {
    (void)atomic_compare_exchange_strong(&hold->answer, &undecided, ZVT_GOODS_YES);
    hold->line.give_up = peer_now() + SILENCE_MS;
    (void)bank_line_listen(&hold->line, &hold->talk, SILENCE_MS);
  }
  if (hold->talk.end == ZVT_OPEN)
    hold->talk.end = ZVT_LOST;
  return NULL;
}

void zvt_hold_begin(struct zvt_hold *hold) {
  hold->live = pthread_create(&hold->thread, NULL, hold_keep, hold) == 0;
  if (hold->live)
    return;
  atomic_store(&hold->answer, ZVT_GOODS_YES); /* as if it could not be held */
  hold_keep(hold);
  bank_line_end(&hold->line);
}

void zvt_hold_end(struct zvt_hold *hold, unsigned answer) {
  atomic_store(&hold->answer, answer);
  (void)pthread_join(hold->thread, NULL);
  hold->live = false;
  bank_line_end(&hold->line);
}

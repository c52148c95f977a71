/* SPDX-License-Identifier: Apache-2.0
 * Counts what a thread does, so that the cost of a card can be computed. */

#include "epurse/crypto.h"

/* It outlives a call: each thread has its own, so that two cards in two threads do not mix. */
static _Thread_local struct crypto_tally *attached;
static _Thread_local struct crypto_tally unread;

void crypto_tally_attach(struct crypto_tally *tally) {
  attached = tally;
}

struct crypto_tally *crypto_tally_here(void) {
  return attached != NULL ? attached : &unread;
}

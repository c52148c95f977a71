/* SPDX-License-Identifier: Apache-2.0
 * What people do after something went wrong: the legal ways to go on, the undisturbed contact behind them, and the end
 * of the day. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_WAY_H
#define EPURSE_TESTS_SYSTEM_TORTURE_WAY_H

#include "torture_sequence.h"

enum way {
  WAY_AGAIN,          /* the same again at the same terminal */
  WAY_RECOVER_AND_GO, /* the verb recover there, then the card goes to another terminal */
  WAY_GO_AND_RETURN,  /* the card goes to another terminal first, then comes back */
  WAY_SERVER_DOWN,    /* the same again and recover while nobody answers, then the same again */
  WAY_SOMETHING_ELSE, /* another amount at the same terminal */
  WAY_COUNT
};

/* What happens at another terminal if the card is carried away in the middle of this call. */
void way_inside(const struct call *first, enum way way, struct call *inside);
/* Goes that way after `first`, which its people saw done or not. */
void way_go(struct sequence *sequence, const struct call *first, enum way way, bool done);
/* One undisturbed contact with the card at another terminal; a raw one is brought to that first. */
void way_contact(struct sequence *sequence, const struct call *first);
/* Everything is started again, and the terminal of the first call sees the card. */
void way_settle(struct sequence *sequence, const struct call *first);
/* A payout that nobody has in hand is settled by people of that call's till: the cashier is asked, or it goes back to
 * its card. */
void way_settle_payouts(struct sequence *sequence, const struct call *like);
/* The shop of TILL_POS sees the card again: what it may have taken off-line it then knows, and brings in. */
void way_bring_in(struct sequence *sequence, enum whose whose);

#endif

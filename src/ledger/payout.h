/* SPDX-License-Identifier: Apache-2.0
 * Payouts that the card has committed: the word that they may be handed out, or that they are owed back to the card. */
#ifndef LEDGER_PAYOUT_H
#define LEDGER_PAYOUT_H

#include "booking.h"

enum payout_outcome { PAYOUT_NONE = 0, PAYOUT_PAY = 1, PAYOUT_BACK = 2, PAYOUT_TRANSFER = 3 };

struct ledger_account;
struct ledger_payout_terms;

bool payout_account_valid(const struct ledger_account *account);
/* Whether that payout has these terms. */
enum status payout_same(struct ledger *ledger, int64_t booking, const struct ledger_payout_terms *terms,
                        bool *same) EPURSE_MUST_USE;

/* Of a payout that is in hold: its holder wants it on that account. */
enum status payout_to_account(struct ledger *ledger, int64_t booking,
                              const struct ledger_account *account) EPURSE_MUST_USE;
/* Of a payout that is in hold: its card signed that it goes to an account, and this restored ledger knows none. Nothing
 * is said of it, whoever asks, until payout_account_comes. */
enum status payout_to_nowhere(struct ledger *ledger, int64_t booking) EPURSE_MUST_USE;
/* The account of such a one, which may be captured by now. Of any other payout, or again: no effect. */
enum status payout_account_comes(struct ledger *ledger, int64_t booking, const struct ledger_account *account,
                                 int64_t now) EPURSE_MUST_USE;
/* Of a payout that is in hold: captured, it ends its card; and whether it does. */
enum status payout_to_close(struct ledger *ledger, int64_t booking) EPURSE_MUST_USE;
enum status payout_closes(struct ledger *ledger, int64_t booking, bool *closes) EPURSE_MUST_USE;
/* Of a payout that has just been captured: where it goes to an account, that is said of it; where it ends its card, the
 * card is blocked. */
enum status payout_captured(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;

/* What was said of it. */
enum status payout_read(struct ledger *ledger, int64_t booking, enum payout_outcome *outcome) EPURSE_MUST_USE;
/* Says it, of a captured payout that nothing was said of, and moves the money: to what the issuer owes its merchant for
 * payouts, to what is owed to the card, or to what is to be transferred. */
enum status payout_say(struct ledger *ledger, const struct booking *booking, enum payout_outcome outcome,
                       int64_t now) EPURSE_MUST_USE;
/* It was handed out, says the terminal. Told before, or of one that is not paid: no effect. */
enum status payout_handed(struct ledger *ledger, int64_t booking, int64_t now) EPURSE_MUST_USE;
/* All of a card that nothing was said of, and that were in cash, are owed to it, before it is replaced. */
enum status payout_put_back(struct ledger *ledger, int64_t card, int64_t now) EPURSE_MUST_USE;

#endif

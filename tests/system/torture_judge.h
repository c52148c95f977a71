/* SPDX-License-Identifier: Apache-2.0
 * What must hold after a run, counted on every side: card, ledger, bank, journals, and what the displays said. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_JUDGE_H
#define EPURSE_TESTS_SYSTEM_TORTURE_JUDGE_H

#include "torture_sequence.h"

/* After one undisturbed contact anywhere: the card's balance and points are the shadow's, nothing is in hold, exactly
 * what the card committed is booked, the ledger contradicts itself nowhere. */
void judge_contact(struct sequence *sequence);
/* After every terminal has been started again and had the card: besides, the bank keeps what became loads or is owed,
 * no journal entry is open, and each says the truth, as did each display. */
void judge_settled(struct sequence *sequence);
/* One terminal's journal and receipts, against the books as last told. */
void judge_journal(struct sequence *sequence, enum till till);
/* What the call was to do: how often it was done, by the ledger's books. */
unsigned judge_count(const struct sequence *sequence, const struct call *call);

/* Refunds by the books: what is owed because of those without a card, and that the sale's merchant bears them,
 * as well as `to_cards`, which went back to cards. Minor units. */
int64_t judge_refunds(struct sequence *sequence, int64_t to_cards);
/* Payouts by the books: each that was to be handed out was, once, and the books know it. Answers what was put back.
 * Minor units. */
int64_t judge_payouts(struct sequence *sequence);
/* Each card that was issued had its deposit taken, as its desk said, and has it still, or its holder has it in hand,
 * once. */
void judge_deposits(struct sequence *sequence);
/* No payment that cards made off-line is missing, but for those that only their card knew of. */
void judge_brought_in(struct sequence *sequence);
/* How many without a card there are of that amount. */
unsigned judge_owed_refunds(int64_t amount);
/* No card paid more without its PIN, since somebody saw a right one, than it may. */
void judge_no_pin(struct sequence *sequence, enum whose whose, const struct card_memory *memory);

/* What the bank's terminal took back by itself, the load being credited or owed all the same, and the till's journal
 * has as open: minor units. */
int64_t judge_marked(void);

#endif

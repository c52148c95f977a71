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
/* A transaction of that type and amount: how often the card did it, by the ledger's books. */
unsigned judge_count(const struct sequence *sequence, uint8_t type, int64_t amount);

#endif

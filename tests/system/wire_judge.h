/* SPDX-License-Identifier: Apache-2.0
 * What must hold after an attack, and what the cashier does about it. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_JUDGE_H
#define EPURSE_TESTS_SYSTEM_WIRE_JUDGE_H

#include "wire_stage.h"

/* What card and log say was moved between two moments. */
struct moved {
  int64_t paid, loaded, given; /* minor units; given: back, for sales paid with money */
  int64_t handed;              /* out to the holder, minor units */
  int64_t points;              /* change */
  unsigned transactions;
};
/* From the card's own log; it must explain the difference of the balances. */
void moved_between(const struct card_memory *before, const struct card_memory *now, struct moved *moved);

/* Nothing on the card has changed but what a transaction may change; no try of the PIN is lost but those that the
 * holder mistyped; the card is in the state that it was in. */
void judge_card(const struct card_memory *before, const struct card_memory *now, unsigned mistyped);
/* The statement "the card was debited (credited)" or "it was not" is true. */
void judge_word(enum status status, bool moved);
/* Nothing is said of PIN, money or counter that is not so. In the clear, at SELECT alone, a card can be made to look
 * blocked or expired. */
void judge_claim(const struct wire_attack *attack, enum status status, bool mistyped);
/* After the honest contact: card = shadow, nothing held or owed; the books moved by exactly what the card moved; no
 * incident; no journal has anything open; the bank keeps what was loaded. */
void judge_books(const struct stage *stage, const struct snapshot *before);
/* Neither side is any different; a right PIN that was shown was counted as an event. */
bool judge_same(const struct stage *stage, const struct snapshot *before);

/* ---- wire_money.c: what those share that move money ---- */

/* What the card has moved since; answers how often. */
unsigned moved_since(const struct stage *stage, const struct snapshot *before, struct moved *moved);
void pay_honestly(struct stage *stage, struct terminal *pos);
/* An honest contact, half of the time at another shop first. */
void contact_make(struct stage *stage, uint64_t dice);
/* What the cashier does who was told so: an unknown outcome is run again, a failure is run again half of the time. */
bool wants_again(enum status status, uint64_t dice);
/* Most attacks on the opening of a session leave both sides exactly as they were: what was true of them before still
 * is; the contact is made for one of eight of them. */
bool needs_contact(const struct stage *stage, const struct snapshot *before, uint64_t dice);

#endif

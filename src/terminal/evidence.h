/* SPDX-License-Identifier: Apache-2.0
 * What may end an entry that an authorisation is out for: r, or a word about its very promise that card or server
 * signed. What a card only says inside the channel (number, slot, log, refusal) has no way into a struct evidence. */
#ifndef EPURSE_TERMINAL_EVIDENCE_H
#define EPURSE_TERMINAL_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/inquiry.h"
#include "epurse/status.h"

struct order;

enum evidence_kind {
  EVIDENCE_NONE = 0,
  EVIDENCE_SECRET,  /* r opens the h of the promise: the card has committed */
  EVIDENCE_PROMISE, /* a later promise, signed by the same card, has it as not committed: it never will be */
  EVIDENCE_LATER,   /* the same, and has another one as committed since: this one is over, how, it does not say */
  EVIDENCE_SERVER /* the server has said under its signature, of this very promise, how it ended, or has noted that its
                       charge was given back */
};

/* Only the functions below write one. Zeroed it is none. */
struct evidence {
  enum evidence_kind kind;
  uint8_t promise[CRYPTO_SHA256_SIZE]; /* which one: its record_hash */
  uint8_t secret[SECRET_SIZE];         /* EVIDENCE_SECRET: r */
  enum fate fate;                      /* EVIDENCE_SERVER: how it ended */
  int64_t deposit; /* EVIDENCE_SERVER, of a payout: minor units that go out beside it, of the card that it closes */
  bool credited;   /* EVIDENCE_SERVER: the card has the money of this load; its charge is not given back */
};

/* Whether it is of that kind, and of this order's promise and no other. NULL: no. */
bool evidence_is(const struct evidence *evidence, enum evidence_kind kind, const struct order *order);

/* r, from whoever says it. STATUS_PROOF_MISMATCH: it does not open h. */
enum status evidence_by_secret(const struct order *order, const uint8_t secret[SECRET_SIZE],
                               struct evidence *evidence) EPURSE_MUST_USE;
/* What the later promise of `now` says of `earlier`: EVIDENCE_SECRET, EVIDENCE_PROMISE or EVIDENCE_LATER. Its signature
 * is checked under the card certificate that came with the earlier authorisation. STATUS_OUTCOME_UNKNOWN: not that
 * card's word, or it says nothing of it. */
enum status evidence_by_promise(const struct order *earlier, const struct order *now,
                                struct evidence *evidence) EPURSE_MUST_USE;
/* Asks the server what became of it: EVIDENCE_SECRET where it was captured and r is in the answer, EVIDENCE_SERVER
 * where it ended otherwise. STATUS_OUTCOME_UNKNOWN: it is held, the card's next promise or r will tell; every other
 * status: nothing is known; STATUS_BAD_REPLY: the answer is another promise's. */
enum status evidence_by_inquiry(const struct order *order, struct evidence *evidence) EPURSE_MUST_USE;
/* Tells the server that a load's charge was given back (`given_back`), or asks whether that may be: EVIDENCE_SERVER.
 * Not given back, statuses as above: STATUS_OUTCOME_UNKNOWN when it is held, and that the charge is wanted back is
 * noted. */
enum status evidence_by_reversal(const struct order *order, bool given_back, struct evidence *evidence) EPURSE_MUST_USE;
/* What the server says to a wish (enum hand_out_wish) about a payout: EVIDENCE_SERVER, FATE_PAY or FATE_OWED where it
 * is decided. STATUS_OUTCOME_UNKNOWN: the server does not know yet that the card committed. Others as of
 * evidence_by_inquiry. */
enum status evidence_by_hand_out(const struct order *order, uint8_t wish, struct evidence *evidence) EPURSE_MUST_USE;

#endif

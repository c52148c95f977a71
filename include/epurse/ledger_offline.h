/* SPDX-License-Identifier: Apache-2.0
 * Off-line purchases: promises by which cards have paid without the server, brought in later, in any order.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_OFFLINE_H
#define EPURSE_LEDGER_OFFLINE_H

#include "epurse/ledger_transaction.h"
#include "epurse/offline_limits.h"

#define LEDGER_OFFLINE_SUM   100000 /* minor units that a terminal is paid in a day before its card confirms; the usual */
#define LEDGER_OFFLINE_COUNT 200    /* payments, likewise */

/* A promise of type TRANSACTION_OFFLINE_PURCHASE; its signature was verified by the caller with the card's SIG key, or
 * one of before it. */
struct ledger_offline {
  struct signed_promise offer;  /* `reference` is not read */
  uint8_t tid[TID_SIZE];        /* the terminal that brings it: a POS, a desk or an administrator */
  struct offline_limits limits; /* of the SIG certificate of that key */
  bool superseded;              /* of before it: ledger_card_keys */
};

/* Books what the card has paid: at its merchant, once, whoever brings it and how often. The card may be blocked or
 * suspended, and may have made promises since. Each answer but the last line's is kept with the promise, and the same
 * again the next time; the step must then be committed.
 *   STATUS_OK                booked, now or before
 *   STATUS_OFFLINE_KNOWN     booked before; another terminal brought it
 *   STATUS_OFFLINE_WAITS     above what its terminal is paid in a day, or, where another merchant's or an issuer's
 *                            brings it, what that one is believed in a day (ledger_limit.h): booked when it is
 *                            brought again after a promise of the card that confirms it: the next one, or a later one
 *                            that counts it (nothing of it is kept where the one that brings it is revoked, whose word
 *                            counts for nothing)
 *   STATUS_TERMINAL_REVOKED  not paid: its terminal is revoked; the sum stays held for the card
 *   STATUS_CARD_FORKED       it contradicts what the card signed, what its replacement settled, or its balance as it is
 *                            known here, or no card was issued with its key: an incident has it, the card is blocked,
 *                            or its number given up; the issuer's risk pays the merchant as far as that day's limit
 *                            goes, but nobody for what a revoked terminal brings, of which only the incident is kept
 * Nothing is kept: STATUS_CLOCK_OFF (it says a time that has not come: to be brought again then), STATUS_CARD_EXPIRED
 * (by the time that it says), STATUS_ABOVE_LIMIT (of the card's certificate), STATUS_WRONG_CURRENCY,
 * STATUS_NOT_PERMITTED (it names no POS, or is brought by a reload terminal), STATUS_NOT_FOUND (terminal),
 * STATUS_CARD_UNKNOWN (also of a number that is reserved since before this ledger was restored: perhaps it was issued),
 * STATUS_OUT_OF_STEP (this ledger was restored, and lacks what it follows or what its balance comes from),
 * STATUS_BAD_FORMAT. */
enum status ledger_offline_bring(struct ledger *ledger, const struct ledger_offline *payment) EPURSE_MUST_USE;

/* What nobody has brought in of the payments before a card's on-line transaction of before `before` (unix seconds) is
 * owed to the card from now on, of at most `most` such stretches; a later proof is paid by the issuer's risk. What
 * waits for its terminal's day stays. */
enum status ledger_offline_lapse(struct ledger *ledger, int64_t before, unsigned most) EPURSE_MUST_USE;

/* What a card has announced and nobody has brought in; zeros where there is nothing. */
struct ledger_offline_lack {
  uint32_t count; /* payments */
  int64_t sum;    /* minor units, held */
};
/* STATUS_CARD_UNKNOWN. */
enum status ledger_offline_lacking(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                   struct ledger_offline_lack *lack) EPURSE_MUST_USE;

#endif

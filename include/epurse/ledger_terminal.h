/* SPDX-License-Identifier: Apache-2.0
 * Terminals: their keys, what they may do, and the sequence numbers of their messages.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_TERMINAL_H
#define EPURSE_LEDGER_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

struct ledger_terminal {
  uint8_t tid[TID_SIZE];
  uint8_t role; /* enum role: ROLE_POS, ROLE_RELOAD, ROLE_PERSO, ROLE_ADMIN */
  char merchant[MERCHANT_MAX + 1];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t expiry[DATE_SIZE]; /* last day of validity */
  bool revoked;              /* ledger_terminal_add takes it as false */
  uint64_t last_seq;         /* read only: the highest sequence number accepted or heard of */
  int64_t heard_at;          /* of ledger_terminal_list: its last message by its number, unix seconds, or, of
                              * payments, up to TERMINAL_HEARD_SECONDS before it; 0: none yet */
  bool offline;              /* likewise: it may take cards off-line */
};
/* Told twice, it is there once: STATUS_OK. STATUS_EXISTS (the TID, with another role, merchant, key or expiry, or
 * revoked), STATUS_NOT_FOUND (the merchant), STATUS_BAD_FORMAT. */
enum status ledger_terminal_add(struct ledger *ledger, const struct ledger_terminal *terminal) EPURSE_MUST_USE;
/* Both of them, whatever else the two differ in. */
bool ledger_terminal_same_keys(const struct ledger_terminal *a, const struct ledger_terminal *b);
/* New keys and expiry for a TID that is known; its sequence numbers go on. STATUS_NOT_FOUND,
 * STATUS_TERMINAL_REVOKED. */
enum status ledger_terminal_renew(struct ledger *ledger, const struct ledger_terminal *terminal) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status ledger_terminal_find(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                 struct ledger_terminal *terminal) EPURSE_MUST_USE;
/* Up to `capacity` terminals in order of TID, those after `after` (a TID; NULL: from the first). */
enum status ledger_terminal_list(struct ledger *ledger, const uint8_t *after, struct ledger_terminal *terminals,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;
/* For good. STATUS_NOT_FOUND. */
enum status ledger_terminal_revoke(struct ledger *ledger, const uint8_t tid[TID_SIZE]) EPURSE_MUST_USE;

/* Takes a message's sequence number, 1 to 2^63 - 1, once: a window of 64 after the highest (RFC 4303 3.4.3).
 * STATUS_REPLAYED: seen, or too old; STATUS_NOT_FOUND; STATUS_TERMINAL_REVOKED; STATUS_BAD_FORMAT. */
enum status ledger_terminal_accept(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) EPURSE_MUST_USE;
/* The same of a message whose content proves itself, whoever brings it: a revoked terminal may. */
enum status ledger_terminal_accept_proof(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                         uint64_t seq) EPURSE_MUST_USE;

/* Purchases and confirmations take no number: the card's promise and r tell one that comes again, and payments at one
 * terminal write no row in common. All that they do there is to tell, from time to time, that it was heard of. So that
 * whoever has its key cannot be heard of at a time of his choice, their numbers must go by the clock. */
#define TERMINAL_BEHIND_SECONDS 600 /* twice what a terminal lets its numbers lie behind its clock */
/* Whether a number is that of a message of that time by its sender's clock, unix seconds, or a higher one. */
bool ledger_terminal_is_of_time(uint64_t seq, int64_t time);
#define TERMINAL_HEARD_SECONDS 600 /* as old may be what is known of a terminal that sends nothing else */
/* Whether it may send at all, as the running step finds it. STATUS_NOT_FOUND; STATUS_NOT_AUTHENTICATED: its key is
 * another one by now; else STATUS_TERMINAL_REVOKED. */
enum status ledger_terminal_check(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                  const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;
/* Whether what is known of it is so old that it is time to note a message of that number. */
bool ledger_terminal_is_unheard(const struct ledger_terminal *terminal, uint64_t seq);
/* Notes the number where it is the highest, and refuses none; numbers that are taken count on from it.
 * STATUS_NOT_FOUND; STATUS_BAD_FORMAT. */
enum status ledger_terminal_hear(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) EPURSE_MUST_USE;

#endif

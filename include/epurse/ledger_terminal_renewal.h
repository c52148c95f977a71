/* SPDX-License-Identifier: Apache-2.0
 * What terminals ask for over their own line, their next certificates, and the issuer's answers.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_TERMINAL_RENEWAL_H
#define EPURSE_LEDGER_TERMINAL_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

#define LEDGER_RENEWAL_TEXT_MAX 8191 /* bytes of a request or an answer */

struct ledger_terminal_renewal {
  uint8_t tid[TID_SIZE];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  char request[LEDGER_RENEWAL_TEXT_MAX + 1]; /* as it came */
  int64_t asked_at;                          /* unix seconds */
  uint8_t expiry[DATE_SIZE];                 /* of the answer: its last day */
  char answer[LEDGER_RENEWAL_TEXT_MAX + 1];  /* "": it waits */
};

/* Keeps a request: tid, both keys, request, asked_at. Asked for the same keys already, that one stays, with its answer,
 * if any, in *renewal; other keys take its place. STATUS_NOT_FOUND (the terminal), STATUS_TERMINAL_REVOKED. */
enum status ledger_terminal_renewal_ask(struct ledger *ledger, struct ledger_terminal_renewal *renewal) EPURSE_MUST_USE;
/* The first that waits, of a terminal with a name after `after` (a TID; NULL: of all) that is not revoked.
 * STATUS_NOT_FOUND. */
enum status ledger_terminal_renewal_next(struct ledger *ledger, const uint8_t *after,
                                         struct ledger_terminal_renewal *renewal) EPURSE_MUST_USE;
/* Keeps the answer to what `tid` asked for, with that key: tid, sig_public, expiry, answer. The terminal's present keys
 * stay valid. STATUS_NOT_FOUND: it has not asked for that; STATUS_TERMINAL_REVOKED. */
enum status ledger_terminal_renewal_answer(struct ledger *ledger,
                                           const struct ledger_terminal_renewal *renewal) EPURSE_MUST_USE;
/* Whether ledger_terminal_renewal_take would find that key: STATUS_OK. Only reads. STATUS_NOT_FOUND. */
enum status ledger_terminal_renewal_answered(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                             const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;
/* The terminal has come with the key of an answer: from now on that is its key, and the one before is nobody's.
 * STATUS_OK too where another message of its was first. STATUS_NOT_FOUND: there is no such answer;
 * STATUS_TERMINAL_REVOKED. */
enum status ledger_terminal_renewal_take(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                         const uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Two administrators: what one of them asked for waits until another one approves of it, and is then done once.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_APPROVAL_H
#define EPURSE_LEDGER_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

#define LEDGER_APPROVAL_DAYS     7 /* then it lapses, and is asked for anew */
#define LEDGER_APPROVAL_SECONDS  (LEDGER_APPROVAL_DAYS * 86400)
#define LEDGER_APPROVAL_TYPE_MAX 31   /* bytes */
#define LEDGER_APPROVAL_BODY_MAX 3071 /* bytes */

/* How many administrators it takes: 1 or 2, as ledger_create was told (struct ledger_settings), or two agreed later. */
enum status ledger_approvals_needed(struct ledger *ledger, int64_t *needed) EPURSE_MUST_USE;
/* Of a new ledger. The schema lets it rise only. */
enum status ledger_approvals_set(struct ledger *ledger, int64_t needed) EPURSE_MUST_USE;
/* What that approval, given in the same transaction, asked for; the schema looks whether it did, and lets each be used
 * once. */
enum status ledger_approvals_change(struct ledger *ledger, int64_t needed, int64_t approval) EPURSE_MUST_USE;
/* How many administrators' terminals beside that one could give something at `now`, unix seconds. */
enum status ledger_approval_others(struct ledger *ledger, const uint8_t tid[TID_SIZE], int64_t now,
                                   int64_t *count) EPURSE_MUST_USE;

enum ledger_approval_state {
  LEDGER_APPROVAL_WAITS = 1,
  LEDGER_APPROVAL_GIVEN = 2, /* and done, in the same step */
  LEDGER_APPROVAL_REFUSED = 3
};
struct ledger_approval {
  int64_t number; /* 1, 2, 3... */
  char type[LEDGER_APPROVAL_TYPE_MAX + 1];
  char body[LEDGER_APPROVAL_BODY_MAX + 1];
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* of the two, with a newline between them */
  uint8_t asked_by[TID_SIZE], decided_by[TID_SIZE];
  bool asker_revoked;           /* since then */
  int64_t asked_at, decided_at; /* unix seconds; 0: not decided */
  enum ledger_approval_state state;
};

struct ledger_approval_asking {
  const uint8_t *tid;
  const char *type, *body;
  int64_t now;
};
/* Keeps what the terminal `tid` asked for. The same again, while it waits, is the same number.
 * STATUS_NOT_FOUND: no such terminal; STATUS_BAD_LENGTH. */
enum status ledger_approval_ask(struct ledger *ledger, const struct ledger_approval_asking *asking,
                                int64_t *number) EPURSE_MUST_USE;

/* STATUS_NOT_FOUND. */
enum status ledger_approval_find(struct ledger *ledger, int64_t number,
                                 struct ledger_approval *approval) EPURSE_MUST_USE;
/* The first one later than `after`; `waiting`: that nobody has decided and that has not lapsed at `now`.
 * STATUS_NOT_FOUND: none. */
enum status ledger_approval_next(struct ledger *ledger, int64_t after, bool waiting, int64_t now,
                                 struct ledger_approval *approval) EPURSE_MUST_USE;

/* Whether nobody can give it any more: it waited too long, or whoever asked for it, perhaps with a stolen key, was
 * revoked. */
bool ledger_approval_lapsed(const struct ledger_approval *approval, int64_t now);

struct ledger_approval_decision {
  int64_t number;
  const uint8_t *hash; /* CRYPTO_SHA256_SIZE: of what was shown to whoever decides */
  const uint8_t *tid;
  bool give;
  int64_t now;
};
/* Gives or refuses it; who gives it does it in the same step. Whoever asked may refuse it, and not give it.
 * STATUS_NOT_FOUND; STATUS_PROOF_MISMATCH: the hash is another one's; STATUS_APPROVAL_OWN; STATUS_APPROVAL_ENDED: it
 * was decided before, or has lapsed (ledger_approval_lapsed). */
enum status ledger_approval_decide(struct ledger *ledger,
                                   const struct ledger_approval_decision *decision) EPURSE_MUST_USE;
/* Whether no administrator asked for it, but a desk. STATUS_NOT_FOUND. */
enum status ledger_approval_by_desk(struct ledger *ledger, int64_t number, bool *by_desk) EPURSE_MUST_USE;

#endif

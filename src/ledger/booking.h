/* SPDX-License-Identifier: Apache-2.0
 * Transactions as rows, and how they end: captured once, or released once. */
#ifndef LEDGER_BOOKING_H
#define LEDGER_BOOKING_H

#include "epurse/crypto.h"
#include "epurse/must_use.h"
#include "epurse/record.h"
#include "epurse/status.h"

struct ledger;
struct ledger_transaction;

/* What the postings of a transaction depend on. */
struct booking {
  int64_t id; /* card << 32 | atc */
  uint8_t state, type, tender;
  uint32_t amount;
  int32_t points;
  int64_t terminal, merchant;
  uint8_t commitment[CRYPTO_SHA256_SIZE];
  bool without_pin; /* a payment whose promise says so: it counts, docs/ledger.md */
  bool reversed;
  bool honoured;  /* released, and paid for by the issuer since r came */
  int64_t sale;   /* of a refund: the booking that it gives back; else 0 */
  bool in_points; /* of a refund: that sale was paid with points, and points come back */
  int64_t created_at;
};

int64_t booking_id(int64_t card, uint32_t atc);
int64_t booking_card(int64_t id);
uint32_t booking_atc(int64_t id);

/* STATUS_NOT_FOUND. */
enum status booking_read(struct ledger *ledger, int64_t id, struct booking *booking) EPURSE_MUST_USE;
enum status booking_hash(struct ledger *ledger, int64_t id, uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* What is known of a name and a hash. */
struct promise_known {
  bool booked;   /* there is a transaction of that name, ... */
  bool same;     /* ... by this hash */
  bool given_up; /* it was said to have never been seen, by this hash; */
  bool another;  /* ... or another promise of that name was */
};
enum status promise_known(struct ledger *ledger, int64_t id, const uint8_t hash[CRYPTO_SHA256_SIZE],
                          struct promise_known *known) EPURSE_MUST_USE;
enum status booking_transaction(struct ledger *ledger, int64_t id,
                                struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* An authorisation as its row has it: without the promise's hash, which is a column beside it. */
#define BOOKING_AUTHORISATION_SIZE (AUTHORISATION_SIZE - CRYPTO_SHA256_SIZE)
void booking_shorten(const uint8_t record[AUTHORISATION_SIZE], uint8_t kept[BOOKING_AUTHORISATION_SIZE]);

/* Whether a card pays a merchant by it. */
bool booking_pays(const struct booking *booking);
/* What its hold holds: minor units, or the points that pay for it or come back; a small part's may be 0. */
int64_t booking_held(const struct booking *booking);

/* settle.c: what a new hold, its proof, and its abort book. */
enum status booking_hold(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;
enum status booking_capture(struct ledger *ledger, const struct booking *booking, const uint8_t secret[SECRET_SIZE],
                            int64_t now) EPURSE_MUST_USE;
/* An off-line purchase, held and captured out of what its card had announced: its promise is its proof. Its points are
 * owed to the card. */
enum status booking_capture_offline(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;
/* *state: LEDGER_RELEASED or LEDGER_OWED. */
enum status booking_release(struct ledger *ledger, const struct booking *booking, int64_t now,
                            uint8_t *state) EPURSE_MUST_USE;
/* A payment that was released and whose r is here: the issuer pays, once for each card. STATUS_EXISTS: it has paid for
 * another one of that card. */
enum status booking_honour(struct ledger *ledger, const struct booking *booking, const uint8_t secret[SECRET_SIZE],
                           int64_t now) EPURSE_MUST_USE;
enum status booking_refund(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;
/* An incident: the card has the load's money, and so has whoever paid for it. */
enum status booking_note_reversed(struct ledger *ledger, const struct booking *booking, int64_t now) EPURSE_MUST_USE;

#endif

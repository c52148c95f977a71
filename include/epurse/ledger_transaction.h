/* SPDX-License-Identifier: Apache-2.0
 * Transactions, named (CID, ATC): a promise is answered, held, and captured, released or given back.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_TRANSACTION_H
#define EPURSE_LEDGER_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/ledger.h"
#include "epurse/record.h"
#include "epurse/status.h"

struct ledger;

enum ledger_transaction_state {
  LEDGER_HELD = 1,     /* authorised, outcome not known yet */
  LEDGER_CAPTURED = 2, /* the card proved that it committed */
  LEDGER_RELEASED = 3, /* the card signed that it did not; the money went back where it came from */
  LEDGER_DECLINED = 4,
  LEDGER_OWED = 5,    /* a load that was paid for and not credited: the amount is owed to the card */
  LEDGER_REFUNDED = 6 /* ... and was then given back by the terminal */
};

/* How a load is paid for. */
enum ledger_tender_kind {
  LEDGER_TENDER_NONE = 0, /* purchases */
  LEDGER_TENDER_CASH = 1,
  LEDGER_TENDER_BANK = 2,
  LEDGER_TENDER_OWED = 3 /* nothing is charged: it is what the card is owed */
};
#define LEDGER_REFERENCE_MAX 63
struct ledger_tender {
  uint8_t kind;                             /* enum ledger_tender_kind */
  char reference[LEDGER_REFERENCE_MAX + 1]; /* the bank's, or "" */
};

struct ledger_transaction {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t state;   /* enum ledger_transaction_state */
  uint8_t type;    /* enum transaction_type */
  uint32_t amount; /* minor units; of TRANSACTION_POINTS_PURCHASE: the price, which -points pay */
  int32_t points;  /* change of the card's counter when committed */
  uint8_t tid[TID_SIZE];
  char merchant[MERCHANT_MAX + 1];
  char reason[LEDGER_REASON_MAX + 1]; /* of a decline: the name of a status */
  struct ledger_tender tender;
  bool reversed;                             /* the terminal gave the tender back */
  uint8_t promise[PROMISE_SIZE];             /* the record */
  uint8_t authorisation[AUTHORISATION_SIZE]; /* the record: the answer that was and will be given */
  bool has_secret;
  uint8_t secret[SECRET_SIZE];    /* r */
  int64_t created_at, settled_at; /* 0: not */
  bool honoured;                  /* released, and paid for by the issuer since r came */
  uint32_t sale_atc;              /* of a refund that was authorised: what it gives back; else 0 */
  bool in_points;                 /* ... and that was paid with points */
};

/* A promise as it came: decoded, its signature verified by the caller with the card's SIG key. */
struct signed_promise {
  const struct promise *promise;
  const uint8_t *record; /* PROMISE_SIZE bytes */
  int64_t now;
  int64_t zone;          /* seconds that the issuer's time zone is ahead of UTC: where the day of a limit begins */
  const char *reference; /* the caller's name of it, unique per merchant; NULL or "": none */
  bool pin_right;        /* the caller has seen its PIN, and it is the card's */
};

/* Signs an authorisation that the ledger filled in; sets its key_version. Called inside the step. */
struct ledger_signer {
  enum status (*sign)(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]);
  void *context;
};

struct promise_verdict {
  bool answered; /* this very promise has an answer: `transaction` is it */
  struct ledger_transaction transaction;
  uint32_t settled_atc;     /* the hold that this promise settled, 0: none */
  uint8_t settled_state;    /* enum ledger_transaction_state */
  bool suspended;           /* the card is, in this very step: what is to be refused, is the caller's */
  uint32_t pin_failures;    /* promises before it whose PIN was another than the stored one, since the last right one */
  uint32_t offline_lacking; /* off-line payments that the card announces and nobody has brought in */
};

/* The first question to every promise: have I answered this already? Then: does it continue what the card said before?
 * Then its open hold, if any, is settled by what the promise says (captured with r, or released). Any card that was
 * issued, blocked ones too.
 *   STATUS_OK               new, settled: authorise or decline next, in this step; or standing->answered
 *   STATUS_CARD_FORKED      it contradicts what the card signed: an incident and a block, whatever becomes of the step
 *   STATUS_STALE            older than one that was seen, and unknown
 *   STATUS_GIVEN_UP         the same, and somebody was told that it was never seen
 *   STATUS_OUT_OF_STEP      its balance or points are not the shadow's: nothing is settled; it can be declined next
 *   STATUS_CARD_UNKNOWN     not issued
 *   STATUS_CLOCK_OFF        it says a time that has not come: nothing is settled, nor to be declined
 *   STATUS_BAD_FORMAT       unknown or off-line type, last_atc not below atc, amount 0 or beyond AMOUNT_MAX_ON_CARD */
enum status ledger_promise_open(struct ledger *ledger, const struct signed_promise *offer,
                                struct promise_verdict *standing) EPURSE_MUST_USE;

/* After ledger_promise_open answered STATUS_OK and not answered, in the same step: checks, books the hold, has the
 * approval signed, stores both. *transaction is the answer. What refuses it (nothing is booked; decline next):
 * STATUS_CARD_BLOCKED, STATUS_CARD_CLOSED (by a payout), STATUS_CARD_EXPIRED, STATUS_GIVEN_UP, STATUS_WRONG_CURRENCY,
 * STATUS_NOT_FOUND (terminal), STATUS_TERMINAL_REVOKED, STATUS_NOT_PERMITTED (role), STATUS_PIN_NEEDED (the promise is
 * without, and this is more than goes so), STATUS_ABOVE_LIMIT, STATUS_INSUFFICIENT_BALANCE, STATUS_INSUFFICIENT_POINTS,
 * STATUS_BAD_FORMAT (type), or what the signer answered. By offer->reference: STATUS_REFERENCE_DONE,
 * STATUS_REFERENCE_HELD, STATUS_REFERENCE_USED (ledger_reference.h). */
enum status ledger_purchase_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                      const struct ledger_signer *signer,
                                      struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* The same for a load that has been charged. Further: STATUS_TENDER_DECLINED: the terminal reversed this very charge
 * before, or the card is not owed that much (LEDGER_TENDER_OWED); STATUS_TERMINAL_LIMIT, STATUS_MERCHANT_LIMIT. */
enum status ledger_load_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                  const struct ledger_tender *tender, const struct ledger_signer *signer,
                                  struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* The same for a refund: what a captured sale of this card at this terminal's merchant gives back, whole or in part,
 * within `window` seconds of it (0: for ever). What it had granted in points is taken as far as it is there; what was
 * paid with points brings points. Further: STATUS_SALE_UNKNOWN, STATUS_SALE_OF_ANOTHER, STATUS_SALE_NOT_CAPTURED,
 * STATUS_SALE_TOO_OLD, STATUS_REFUND_EXCEEDS, STATUS_REFUND_LIMIT. */
enum status ledger_refund_authorise(struct ledger *ledger, const struct signed_promise *offer, int64_t window,
                                    const struct ledger_signer *signer,
                                    struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* A refund without its card: owed to the sale's card or its replacement until a load collects it. Points stay. */
struct ledger_owed_refund {
  uint8_t cid[CID_SIZE];            /* of the sale */
  uint32_t atc;                     /* likewise */
  uint32_t amount;                  /* minor units */
  uint8_t tid[TID_SIZE];            /* the terminal that gives it back */
  uint8_t wish[CRYPTO_SHA256_SIZE]; /* its name of this one */
  const char *reference;            /* its caller's; NULL or "": none */
  int64_t window, now, zone;        /* as of ledger_refund_authorise */
};
/* Books it; the same wish of the same terminal once, and the same amount under the same reference of its merchant.
 * `heir` becomes the number of the card that it is owed to. Statuses as of ledger_refund_authorise (of its reference
 * too), but another merchant's sale is STATUS_SALE_UNKNOWN; STATUS_REFUND_NEEDS_CARD: paid with points. */
enum status ledger_refund_owe(struct ledger *ledger, const struct ledger_owed_refund *owed,
                              uint8_t heir[CID_SIZE]) EPURSE_MUST_USE;

/* Whether a load would be authorised now, before the bank is asked: reads only, needs no ledger_promise_open and no
 * step. Statuses as of ledger_promise_open and ledger_load_authorise (forks are not noted); STATUS_EXISTS: answered. */
enum status ledger_load_check(struct ledger *ledger, const struct signed_promise *offer,
                              uint8_t tender_kind) EPURSE_MUST_USE;

/* After ledger_promise_open answered STATUS_OK or STATUS_OUT_OF_STEP, in the same step: has a decline for `reason`
 * signed and stored, so that the same promise gets the same answer. STATUS_NOT_FOUND: the terminal. */
enum status ledger_decline(struct ledger *ledger, const struct signed_promise *offer, enum status reason,
                           const struct ledger_signer *signer, struct ledger_transaction *transaction) EPURSE_MUST_USE;

struct ledger_confirmation {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t secret[SECRET_SIZE]; /* r */
  const uint8_t *tid;          /* the terminal that brings it; NULL: who is told all */
  int64_t now;
};
/* The proof that a card committed: captures its hold, once; repeated: STATUS_OK and no effect. A payment that was
 * released is honoured all the same: the issuer's risk pays the merchant, an incident with r is recorded and the card
 * is blocked; once for each card. STATUS_NOT_FOUND; STATUS_PROOF_MISMATCH: r is not that transaction's (to another
 * merchant's terminal STATUS_NOT_FOUND); STATUS_LEDGER_BROKEN: r is right, but it is of a load that the card denied, of
 * a second payment that it denied, or of what was declined: the incident is recorded and the card blocked, whatever
 * becomes of the step; no money moves. `transaction` may be NULL. */
enum status ledger_confirm(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                           struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* What makes a promise a whole receipt. The caller has verified that the authorisation is the server's, approves that
 * promise and no other, and that r opens its h. */
struct ledger_payout_terms;
struct ledger_receipt {
  const struct authorisation *authorisation;
  const uint8_t *record; /* AUTHORISATION_SIZE bytes */
  uint8_t secret[SECRET_SIZE];
  struct ledger_tender tender; /* loads */
  const struct ledger_payout_terms
      *payout; /* of a payout, ledger_payout.h: as far as its terminal knows them; else NULL */
};
/* A promise that a terminal asks about; its signature was verified by the caller with the card's SIG key. */
struct ledger_inquiry {
  struct signed_promise offer;          /* with a receipt: zone and reference as of that day */
  uint8_t tid[TID_SIZE];                /* the terminal that asks */
  const struct ledger_receipt *receipt; /* NULL: it only asks */
};
/* What became of it. */
struct ledger_fate {
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* record_hash of the promise: this one and no other */
  uint8_t state;                    /* enum ledger_transaction_state; 0: never seen, and never to be authorised */
  bool has_secret;                  /* LEDGER_CAPTURED, or paid for by the issuer although the card denied it, */
  uint8_t secret[SECRET_SIZE];      /* by this r */
  bool pay, back;                   /* ledger_payout_settle: which of both was said; neither: nothing yet */
  int64_t deposit; /* ledger_payout_settle: minor units that go out beside the payout, which closes its card */
};
/* Tells it to the terminal that the promise names, or another one of its merchant. What is not known here is stored as
 * never seen in this step, and is not authorised afterwards: STATUS_GIVEN_UP. Another promise of that name than the one
 * known is a fork: an incident, and the card is blocked.
 * STATUS_NOT_PERMITTED: the promise is another merchant's; STATUS_CARD_UNKNOWN; STATUS_NOT_FOUND: unknown terminal;
 * STATUS_OUT_OF_STEP: a restored ledger does not know what it lost until then. */
enum status ledger_promise_inquire(struct ledger *ledger, const struct ledger_inquiry *inquiry,
                                   struct ledger_fate *fate) EPURSE_MUST_USE;

/* The same with inquiry->receipt: nothing is ever said to have never been seen. What is known is confirmed with r, as
 * ledger_confirm does, with its statuses; what is not, and was authorised before this ledger's last restoration, is
 * booked as it was then, captured, and noted as brought in; where the promises next to it contradict it, a fork is
 * noted too, and the card is blocked. Repeated: STATUS_OK and no effect. Further statuses, with which nothing is
 * booked: STATUS_OUT_OF_STEP: the card's account has not that much, or no room for it, before others of its receipts
 * are here; STATUS_CARD_REPLACED: all that the card had has gone to another one: an incident, for a person to set
 * right; STATUS_TERMINAL_LIMIT, STATUS_MERCHANT_LIMIT (loads); STATUS_CARD_FORKED: another promise of that name is
 * known: an incident, and the card is blocked; STATUS_NOT_FOUND: this ledger lost nothing of that time, or knows no
 * such terminal; STATUS_GIVEN_UP. */
enum status ledger_receipt_bring(struct ledger *ledger, const struct ledger_inquiry *inquiry,
                                 struct ledger_fate *fate) EPURSE_MUST_USE;

/* Promises that were said to have never been seen, by (CID, ATC, hash), those after `after` (NULL: from the first). */
struct ledger_never_seen {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  uint8_t tid[TID_SIZE]; /* that asked */
  uint8_t promise[PROMISE_SIZE];
  int64_t at;
};
/* At most `capacity` of them, *count is how many; fewer: there are no more. STATUS_NOT_FOUND: `after` names no card. */
enum status ledger_never_seen_list(struct ledger *ledger, const struct ledger_never_seen *after,
                                   struct ledger_never_seen *rows, size_t capacity, size_t *count) EPURSE_MUST_USE;

struct ledger_reversal {
  struct ledger_inquiry inquiry; /* of the load's promise, by the terminal that it names: whose tender it is */
  bool given_back;               /* false: asks before refunding */
  uint8_t wish;                  /* ledger_payout_settle: enum payout_wish */
};
/* The terminal gives a load's tender back. Held: noted, and the money waits for the card's next promise. Owed: the
 * claim goes back to the terminal's merchant. Credited already, or anything that was owed to the card
 * has been loaded since: STATUS_LOAD_CREDITED and no effect if it asks first; else noted as an incident, the merchant
 * goes on owing it. Unknown yet: never seen, as above. Repeated: STATUS_OK and no effect. *fate, also with
 * STATUS_LOAD_CREDITED: how it stands now. Other statuses as above; STATUS_NOT_PERMITTED for every terminal but that
 * one; STATUS_BAD_FORMAT: not a load, or one of what is owed. */
enum status ledger_load_reverse(struct ledger *ledger, const struct ledger_reversal *reversal,
                                struct ledger_fate *fate) EPURSE_MUST_USE;

/* STATUS_NOT_FOUND. */
enum status ledger_transaction_find(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc,
                                    struct ledger_transaction *transaction) EPURSE_MUST_USE;
/* A card's, newest first, those with an ATC below `before` (0: from the newest). */
enum status ledger_transaction_list(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t before,
                                    struct ledger_transaction *transactions, size_t capacity,
                                    size_t *count) EPURSE_MUST_USE;

#endif

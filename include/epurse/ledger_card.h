/* SPDX-License-Identifier: Apache-2.0
 * Cards: from the reservation of a number to a block or a replacement, their PIN, and what is on them.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_CARD_H
#define EPURSE_LEDGER_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/ledger.h"
#include "epurse/moment.h"
#include "epurse/status.h"

struct ledger;

enum ledger_card_state {
  LEDGER_CARD_RESERVED = 1, /* a number for a chip at the desk; certified or not yet */
  LEDGER_CARD_ISSUED = 2,
  LEDGER_CARD_BLOCKED = 3, /* for good */
  LEDGER_CARD_RETIRED = 4  /* voided after it was certified: the number is used up */
};

#define LEDGER_PIN_MAC_SIZE 32

/* What certification fixes. */
struct ledger_certification {
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t expiry[DATE_SIZE];
  uint16_t currency;
  uint32_t purse_ceiling, payment_ceiling; /* minor units, at most AMOUNT_MAX_ON_CARD */
  uint32_t no_pin_single, no_pin_total;    /* what it pays without a PIN, likewise; both 0: never */
  uint8_t pin_mac[LEDGER_PIN_MAC_SIZE];
  uint8_t sig_certificate[CERTIFICATE_MAX];
  size_t sig_certificate_len; /* bytes */
};

struct ledger_card {
  uint8_t cid[CID_SIZE];
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t state;  /* enum ledger_card_state */
  bool certified; /* false: `certification` is zeros */
  struct ledger_certification certification;
  char reason[LEDGER_REASON_MAX + 1];         /* of its block or suspension, else "" */
  int64_t reserved_at, issued_at, blocked_at; /* 0: not */
  int64_t suspended_at;                       /* 0: not; of an issued card: the back-end takes no order of it */
  uint32_t pin_failures;          /* promises that said verified, with another PIN, since the last right one */
  uint32_t pin_wrong;             /* wrong PINs that the card has signed since a right one that it signed */
  uint32_t pin_events;            /* the highest number of what the card has signed of its PIN */
  uint16_t pin_changes;           /* with which certification.pin_mac is the card's PIN */
  bool has_pin_candidate;         /* a change of PIN was begun: it is the card's PIN as soon as the card's */
  uint16_t pin_candidate_changes; /* count of changes is this; the one before is so no more */
  uint8_t pin_candidate[LEDGER_PIN_MAC_SIZE];
  uint8_t pin_candidate_tid[TID_SIZE], pin_candidate_nonce[NONCE_SIZE]; /* of the record that it came with */
  uint32_t last_atc;                                                    /* highest seen in a promise */
  uint32_t captured_atc;       /* of the last transaction known to be committed, 0: none */
  uint32_t held_atc;           /* of the open hold, 0: none */
  int64_t balance, held, owed; /* shadow of the card; in hold; owed to it. Minor units */
  int64_t points, points_held;
  int64_t points_owed; /* of a card that it replaced; its next load brings them */
  int64_t deposit;     /* minor units that its holder gets back when it is closed */
};

/* Takes a number out of the pool for that chip, or answers the one that it has already.
 * STATUS_CARD_ALREADY_ISSUED: the chip is issued or blocked (`cid` is then its number); STATUS_POOL_EMPTY. */
enum status ledger_card_reserve(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE], int64_t now,
                                uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* May be repeated with other keys until the card is issued; those of before are kept, and from the first ones on until
 * it is issued the deny list has the number. STATUS_CARD_UNKNOWN, STATUS_CARD_ALREADY_ISSUED, STATUS_DESK_QUOTA
 * (LEDGER_CARD_KEYS are kept of it already), STATUS_CARD_BLOCKED (blocked or retired), STATUS_WRONG_CURRENCY,
 * STATUS_BAD_FORMAT (date, ceilings, what goes without a PIN). */
enum status ledger_card_certify(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                const struct ledger_certification *certification) EPURSE_MUST_USE;
#define LEDGER_CARD_KEYS 8
/* A SIG key that was certified for a number, and another one after it. */
struct ledger_card_key {
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_certificate[CERTIFICATE_MAX];
  size_t sig_certificate_len; /* bytes */
};
/* STATUS_CARD_UNKNOWN: no number of this issuer. */
enum status ledger_card_keys(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                             struct ledger_card_key keys[LEDGER_CARD_KEYS], size_t *count) EPURSE_MUST_USE;
/* RESERVED and certified -> ISSUED, with its accounts; ISSUED already: STATUS_OK, no effect. STATUS_CARD_UNKNOWN
 * (also where it is not certified), STATUS_CARD_BLOCKED (blocked or retired). */
enum status ledger_card_issue(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t now) EPURSE_MUST_USE;
/* Gives a reservation up. Never certified: the number goes back to the pool, *retired is false. Certified: a chip may
 * carry the number already, so it is RETIRED for good, *retired is true; the chip is free for a new reservation.
 * STATUS_CARD_UNKNOWN, STATUS_CARD_ALREADY_ISSUED (issued or blocked). RETIRED already: STATUS_OK. */
enum status ledger_card_void(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool *retired) EPURSE_MUST_USE;
/* ISSUED -> BLOCKED for good; already blocked: STATUS_OK, the first reason stands. A reason that is a word by which the
 * ledger knows why it blocked a card itself is kept with LEDGER_REASON_SAID before it. STATUS_CARD_UNKNOWN (also where
 * it is reserved). */
#define LEDGER_REASON_SAID    "said: "
#define LEDGER_REASON_CLOSED  "CLOSED"  /* by a payout */
#define LEDGER_REASON_RENEWED "RENEWED" /* by another card */
enum status ledger_card_block(struct ledger *ledger, const uint8_t cid[CID_SIZE], const char *reason,
                              int64_t now) EPURSE_MUST_USE;
/* Suspends an issued card until it is resumed: before anybody knows whether it has to be blocked. The first reason
 * stands; again: no effect. The card hears nothing of it. STATUS_CARD_UNKNOWN, STATUS_CARD_BLOCKED. */
enum status ledger_card_suspend(struct ledger *ledger, const uint8_t cid[CID_SIZE], const char *reason,
                                int64_t now) EPURSE_MUST_USE;
/* As if it had not been; of a card that is not suspended: no effect. STATUS_CARD_UNKNOWN, STATUS_CARD_BLOCKED. */
enum status ledger_card_resume(struct ledger *ledger, const uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* Gives what a blocked card had to another one, by the rule for what never settles (docs/ledger.md). */
struct ledger_replacing {
  uint8_t cid[CID_SIZE], new_cid[CID_SIZE];
  int64_t window; /* seconds that must have passed since the block */
  int64_t now;
};
struct ledger_replacement {
  int64_t at;           /* when it was done */
  int64_t balance;      /* minor units that were on the old card, what its open hold gave back among them */
  int64_t owed;         /* minor units that were owed to it */
  int64_t points;       /* that it had */
  uint32_t settled_atc; /* the hold that was given back for want of a proof, 0: none */
  int64_t earliest;     /* STATUS_REPLACEMENT_TOO_EARLY only: when it may be done */
};
/* Its open hold is settled as by a card that signed that it did not commit: a purchase goes back to the card, a load
 * whose tender was kept becomes owed. Then balance and debt are owed to the new card, whose next load of that amount
 * credits them; the points come with its next load. Repeated with the same cards: STATUS_OK, the same answer, no
 * effect.
 *   STATUS_CARD_UNKNOWN           the old card was never issued
 *   STATUS_CARD_NOT_BLOCKED       it is in use
 *   STATUS_CARD_REPLACED          by another card
 *   STATUS_NEW_CARD_NOT_ISSUED    the new one is unknown, not in use, or the same
 *   STATUS_REPLACEMENT_TOO_EARLY  the window has not passed: proofs may still come in */
enum status ledger_card_replace(struct ledger *ledger, const struct ledger_replacing *what,
                                struct ledger_replacement *done) EPURSE_MUST_USE;
/* STATUS_CARD_UNKNOWN. */
enum status ledger_card_find(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                             struct ledger_card *card) EPURSE_MUST_USE;
/* The same without what is owed to it and its deposit, which are 0: who it is, for whoever judges what it has
 * signed. */
enum status ledger_card_identify(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                 struct ledger_card *card) EPURSE_MUST_USE;
/* The card that lives on that chip; where none does, the one last retired. STATUS_CARD_UNKNOWN. */
enum status ledger_card_find_chip(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                                  struct ledger_card *card) EPURSE_MUST_USE;
/* Up to `capacity` cards in order of number, those after `after` (NULL: from the first). */
enum status ledger_card_list(struct ledger *ledger, const uint8_t *after, struct ledger_card *cards, size_t capacity,
                             size_t *count) EPURSE_MUST_USE;
/* Counts a promise that said verified with a PIN that is not the stored one, or, with `right`, sets this count to 0;
 * *failures is the count now. STATUS_CARD_UNKNOWN. */
enum status ledger_card_pin_count(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool right,
                                  uint32_t *failures) EPURSE_MUST_USE;
/* Counts what a card has signed of its PIN, once: *counted is false where its number is not higher than the last one.
 * STATUS_CARD_UNKNOWN: no card in use, and never was. */
struct ledger_pin_event {
  const uint8_t *cid; /* CID_SIZE */
  uint32_t number;    /* as the card counts */
  bool wrong;         /* one more; else the wrong ones before it are forgotten */
};
/* *counted does not count after a failure. */
enum status ledger_card_pin_event(struct ledger *ledger, const struct ledger_pin_event *event,
                                  bool *counted) EPURSE_MUST_USE;
/* The first half of a change of PIN, before the card has made it: both PINs are known from here on, because only the
 * card knows whether its half was done. A candidate before it is forgotten. STATUS_CARD_UNKNOWN. */
struct ledger_pin_change {
  const uint8_t *candidate;   /* LEDGER_PIN_MAC_SIZE: of the new one */
  uint16_t changes;           /* the card's count of them once it is made */
  const uint8_t *tid, *nonce; /* TID_SIZE, NONCE_SIZE: of the card's record of the right PIN before it */
};
/* Copies what `change` points to. */
enum status ledger_card_pin_propose(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                    const struct ledger_pin_change *change) EPURSE_MUST_USE;
/* The card has signed that the change was made that brings its count to `changes`: its candidate is the PIN, the one
 * before is forgotten. No such change under way: no effect. STATUS_CARD_UNKNOWN. */
enum status ledger_card_pin_settle(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                   uint16_t changes) EPURSE_MUST_USE;
/* From now on this ledger's numbers are drawn anywhere in the pool: one card's number tells nobody the next one's.
 * Before that they come in ascending order. */
void ledger_numbers_draw(struct ledger *ledger);
/* Puts `count` more numbers after the highest that ever was in the pool. */
enum status ledger_pool_extend(struct ledger *ledger, uint32_t count) EPURSE_MUST_USE;

#endif

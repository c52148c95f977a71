/* SPDX-License-Identifier: Apache-2.0
 * The ledger: cards, terminals, merchants, and every movement of money, double entry, in one SQLite file.
 *
 * No HTTP, no JSON, no clock: times are unix seconds that the caller hands in. Money is in minor units of the
 * ledger's one currency. All pointers are borrowed for the call. A struct ledger serves one thread at a time.
 *
 * Whatever writes is called from inside ledger_transact; outside, it answers STATUS_INTERNAL. Reading is free.
 * Every function may answer STATUS_STORE_FAILED (disk, permissions), STATUS_NO_MEMORY, or STATUS_LEDGER_BROKEN
 * (the data base refused what would break a bound or repeat a transition); the step must then end with that status,
 * so that all of it is rolled back. docs/ledger.md has the postings; settlement.h has
 * the end of a merchant's day. */
#ifndef EPURSE_LEDGER_H
#define EPURSE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/iban.h"
#include "epurse/record.h"
#include "epurse/status.h"

struct ledger;

/* ---- store ---- */

struct ledger_settings {
  uint16_t currency;     /* ISO 4217 numeric, of every card and account */
  uint32_t issuer;       /* first six digits of every card number */
  uint32_t pool_size;    /* how many card numbers there are at first */
  uint32_t first_serial; /* of the pool; 0 means 1 */
  uint32_t point_value;  /* minor units that one loyalty point pays; 0 means 1; at most 1000000 */
};

/* Where a ledger is: sqlite:PATH, or a path alone, which means the same; or postgresql://..., a URL as libpq takes it,
 * of a data base, in whose current schema (the first of search_path) the ledger's tables stand. */

/* The same without what may be secret in a URL, a user's password or a parameter: for messages. Cut to fit. */
void ledger_place(const char *url, char *text, size_t capacity);

/* Makes the file (mode 0600, durable with its directory), or the tables in one transaction, and closes it again.
 * STATUS_EXISTS; STATUS_BAD_FORMAT where a setting is out of range; STATUS_STORE_UNREACHABLE; on failure nothing is
 * left behind. */
enum status ledger_create(const char *url, const struct ledger_settings *settings) EPURSE_MUST_USE;

/* Opens the one connection that writes and checkpoints, and locks every other process out of a file; on PostgreSQL
 * others may have it open as well.
 * STATUS_NOT_FOUND: no such file, no ledger in that data base; STATUS_LEDGER_BUSY: open elsewhere;
 * STATUS_STORE_UNREACHABLE; STATUS_OLD_SCHEMA: of an older program (ledger_migrate) or a newer one;
 * STATUS_BAD_FORMAT: not a ledger. *ledger is NULL unless STATUS_OK. */
enum status ledger_open(const char *url, struct ledger **ledger) EPURSE_MUST_USE;

/* Whether others may change it too while it is open here, so that nothing read from it may be kept for later. */
bool ledger_shared(const struct ledger *ledger);

/* Checkpoints, closes, frees, sets *ledger to NULL; NULL is fine. */
void ledger_close(struct ledger **ledger);

/* Brings a ledger that nobody has open to the version of this program, by the schema's numbered files, each in one
 * transaction; *from and *to are the versions before and after (0: not known), also where it fails in between.
 * STATUS_OLD_SCHEMA: it is of a newer program, and left alone; STATUS_LEDGER_BUSY: somebody has it open; otherwise as
 * ledger_open. */
enum status ledger_migrate(const char *url, int *from, int *to) EPURSE_MUST_USE;

/* What it was created with; pool_size is what is free now. */
enum status ledger_settings(struct ledger *ledger, struct ledger_settings *settings) EPURSE_MUST_USE;

/* One step of work. It has no effect but on the ledger, so that it can be rolled back, and run in a group with others
 * or a second time. A refusal that must leave something behind (a decline, a PIN failure) is kept in
 * the context, and the step answers STATUS_OK. */
typedef enum status ledger_step(struct ledger *ledger, void *context);

/* Runs the step between begin and commit. STATUS_OK: committed, and durable. Any other status: the step's own, or the
 * store's; nothing of the step remains, whatever it wrote to its context (incidents do remain, see below). Not
 * nested: STATUS_INTERNAL. */
enum status ledger_transact(struct ledger *ledger, ledger_step *step, void *context) EPURSE_MUST_USE;

struct ledger_job {
  ledger_step *step;
  void *context;
  enum status status; /* its end */
  bool bound;         /* the ledger's own: whether its status waits for the commit */
};
/* Runs several steps one after the other and commits them together: one sync of the disk for all. Each job's status is
 * what ledger_transact would have answered: a step that fails is undone alone, and a later one sees what an earlier one
 * left. Where the commit fails every job has its status, and nothing of any remains. */
void ledger_transact_group(struct ledger *ledger, struct ledger_job *jobs, size_t count);

/* ---- merchants and terminals ---- */

#define LEDGER_NAME_MAX     63
#define LEDGER_FEE_RATE_MAX 10000 /* basis points: all of it */

struct ledger_merchant {
  char id[MERCHANT_MAX + 1];      /* 1 to 15 printable characters without blanks */
  char name[LEDGER_NAME_MAX + 1]; /* UTF-8 */
  uint32_t points_rate;           /* loyalty points granted for each 100 minor units; at most 10000 */
  uint32_t fee_rate;              /* basis points of its purchases that the issuer keeps */
  char iban[IBAN_MAX + 1];        /* where it is paid out; "": not known */
  char bic[BIC_MAX + 1];          /* of that bank; "": not known */
  int64_t balance;                /* read only: what the issuer owes the merchant for purchases since the last
                                     settlement */
  int64_t tender;                 /* read only: negative is what the merchant owes for loads that it was paid for */
};
/* STATUS_EXISTS, STATUS_BAD_FORMAT. */
enum status ledger_merchant_add(struct ledger *ledger, const struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* Sets fee_rate, iban and bic of a merchant, by its id, from the next settlement on. STATUS_NOT_FOUND,
 * STATUS_BAD_FORMAT. */
enum status ledger_merchant_change(struct ledger *ledger, const struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status ledger_merchant_find(struct ledger *ledger, const char *id,
                                 struct ledger_merchant *merchant) EPURSE_MUST_USE;
/* Up to `capacity` merchants in order of id, those after `after` (NULL: from the first). */
enum status ledger_merchant_list(struct ledger *ledger, const char *after, struct ledger_merchant *merchants,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;

struct ledger_terminal {
  uint8_t tid[TID_SIZE];
  uint8_t role; /* enum role: ROLE_POS, ROLE_RELOAD, ROLE_PERSO, ROLE_ADMIN */
  char merchant[MERCHANT_MAX + 1];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t expiry[DATE_SIZE]; /* last day of validity */
  bool revoked;              /* ledger_terminal_add takes it as false */
  uint64_t last_seq;         /* read only: the highest sequence number accepted */
};
/* STATUS_EXISTS (the TID), STATUS_NOT_FOUND (the merchant), STATUS_BAD_FORMAT. */
enum status ledger_terminal_add(struct ledger *ledger, const struct ledger_terminal *terminal) EPURSE_MUST_USE;
/* New keys and expiry for a TID that is known; its sequence numbers go on. STATUS_NOT_FOUND, STATUS_TERMINAL_REVOKED.
 */
enum status ledger_terminal_renew(struct ledger *ledger, const struct ledger_terminal *terminal) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status ledger_terminal_find(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                 struct ledger_terminal *terminal) EPURSE_MUST_USE;
enum status ledger_terminal_list(struct ledger *ledger, const uint8_t *after, struct ledger_terminal *terminals,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;
/* For good. STATUS_NOT_FOUND. */
enum status ledger_terminal_revoke(struct ledger *ledger, const uint8_t tid[TID_SIZE]) EPURSE_MUST_USE;

/* Takes a message's sequence number, 1 to 2^63 - 1, once: a window of 64 behind the highest (RFC 4303 3.4.3).
 * STATUS_REPLAYED: seen, or too old; STATUS_NOT_FOUND; STATUS_TERMINAL_REVOKED; STATUS_BAD_FORMAT. */
enum status ledger_terminal_accept(struct ledger *ledger, const uint8_t tid[TID_SIZE], uint64_t seq) EPURSE_MUST_USE;

/* ---- cards ---- */

enum ledger_card_state {
  LEDGER_CARD_RESERVED = 1, /* a number for a chip at the desk; certified or not yet */
  LEDGER_CARD_ISSUED = 2,
  LEDGER_CARD_BLOCKED = 3, /* for good */
  LEDGER_CARD_RETIRED = 4  /* voided after it was certified: the number is used up */
};

#define LEDGER_PIN_MAC_SIZE 32
#define LEDGER_REASON_MAX   127 /* of a block or a decline: the name of a status, or a few words */

/* What certification fixes. */
struct ledger_certification {
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t ecka_public[CRYPTO_P256_PUBLIC_SIZE];
  uint8_t expiry[DATE_SIZE];
  uint16_t currency;
  uint32_t purse_ceiling, payment_ceiling; /* minor units, at most AMOUNT_MAX_ON_CARD */
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
  char reason[LEDGER_REASON_MAX + 1];         /* of its block, else "" */
  int64_t reserved_at, issued_at, blocked_at; /* 0: not */
  uint32_t pin_failures;                      /* wrong PINs since the last right one */
  uint32_t pin_change_failures;               /* wrong old PINs of changes since then */
  bool has_pin_candidate; /* a change of PIN is under way; certification.pin_mac is the one before */
  uint8_t pin_candidate[LEDGER_PIN_MAC_SIZE];
  uint32_t last_atc;           /* highest seen in a promise */
  uint32_t captured_atc;       /* of the last transaction known to be committed, 0: none */
  uint32_t held_atc;           /* of the open hold, 0: none */
  int64_t balance, held, owed; /* shadow of the card; in hold; owed to it. Minor units */
  int64_t points, points_held;
  int64_t points_owed; /* of a card that it replaced; its next load brings them */
};

/* Takes a number out of the pool for that chip, or answers the one that it has already.
 * STATUS_CARD_ALREADY_ISSUED: the chip is issued or blocked (`cid` is then its number); STATUS_POOL_EMPTY. */
enum status ledger_card_reserve(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE], int64_t now,
                                uint8_t cid[CID_SIZE]) EPURSE_MUST_USE;
/* May be repeated with other keys until the card is issued. STATUS_CARD_UNKNOWN, STATUS_CARD_ALREADY_ISSUED,
 * STATUS_CARD_BLOCKED (blocked or retired), STATUS_WRONG_CURRENCY, STATUS_BAD_FORMAT (date, ceilings). */
enum status ledger_card_certify(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                const struct ledger_certification *certification) EPURSE_MUST_USE;
/* RESERVED and certified -> ISSUED, with its accounts; ISSUED already: STATUS_OK, no effect. STATUS_CARD_UNKNOWN
 * (also where it is not certified), STATUS_CARD_BLOCKED (blocked or retired). */
enum status ledger_card_issue(struct ledger *ledger, const uint8_t cid[CID_SIZE], int64_t now) EPURSE_MUST_USE;
/* Gives a reservation up. Never certified: the number goes back to the pool, *retired is false. Certified: a chip may
 * carry the number already, so it is RETIRED for good, *retired is true; the chip is free for a new reservation.
 * STATUS_CARD_UNKNOWN, STATUS_CARD_ALREADY_ISSUED (issued or blocked). RETIRED already: STATUS_OK. */
enum status ledger_card_void(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool *retired) EPURSE_MUST_USE;
/* ISSUED -> BLOCKED for good; already blocked: STATUS_OK, the first reason stands. STATUS_CARD_UNKNOWN (also where it
 * is reserved). */
enum status ledger_card_block(struct ledger *ledger, const uint8_t cid[CID_SIZE], const char *reason,
                              int64_t now) EPURSE_MUST_USE;
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
  int64_t earliest;     /* STATUS_REPLACEMENT_TOO_EARLY alone: when it may be done */
};
/* Its open hold is settled as by a card that signed that it did not commit: a purchase goes back to the card, a load
 * whose tender was kept becomes owed. Then balance and debt are owed to the new card, whose next load of that amount
 * credits them; the points come with its next load. Repeated with the same cards: STATUS_OK, the same answer, no
 * effect. STATUS_CARD_UNKNOWN           the old card was never issued STATUS_CARD_NOT_BLOCKED       it is in use
 *   STATUS_CARD_REPLACED          by another card
 *   STATUS_NEW_CARD_NOT_ISSUED    the new one is unknown, not in use, or the same
 *   STATUS_REPLACEMENT_TOO_EARLY  the window has not passed: proofs may still come in */
enum status ledger_card_replace(struct ledger *ledger, const struct ledger_replacing *what,
                                struct ledger_replacement *done) EPURSE_MUST_USE;
/* STATUS_CARD_UNKNOWN. */
enum status ledger_card_find(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                             struct ledger_card *card) EPURSE_MUST_USE;
/* The card that lives on that chip; where none does, the one last retired. STATUS_CARD_UNKNOWN. */
enum status ledger_card_find_chip(struct ledger *ledger, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                                  struct ledger_card *card) EPURSE_MUST_USE;
/* Up to `capacity` cards in order of number, those after `after` (NULL: from the first). */
enum status ledger_card_list(struct ledger *ledger, const uint8_t *after, struct ledger_card *cards, size_t capacity,
                             size_t *count) EPURSE_MUST_USE;
/* Counts a wrong PIN, or, with `right`, sets this count and that of changes to 0; *failures is the count now.
 * STATUS_CARD_UNKNOWN. */
enum status ledger_card_pin_count(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool right,
                                  uint32_t *failures) EPURSE_MUST_USE;
/* Counts a wrong old PIN of a change of PIN. STATUS_CARD_UNKNOWN. */
enum status ledger_card_pin_change_count(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                         uint32_t *failures) EPURSE_MUST_USE;
/* The first half of a change of PIN, before the card has made it: both PINs are known from here on, because only the
 * card knows whether its half was done. STATUS_CARD_UNKNOWN. */
struct ledger_pin_change {
  const uint8_t *present;   /* LEDGER_PIN_MAC_SIZE: of the PIN that was right at its beginning */
  const uint8_t *candidate; /* LEDGER_PIN_MAC_SIZE: of the new one */
};
enum status ledger_card_pin_propose(struct ledger *ledger, const uint8_t cid[CID_SIZE],
                                    const struct ledger_pin_change *change) EPURSE_MUST_USE;
/* The card has signed which PIN it takes: the candidate, or the one before; the other is forgotten. No change under
 * way: no effect. STATUS_CARD_UNKNOWN. */
enum status ledger_card_pin_settle(struct ledger *ledger, const uint8_t cid[CID_SIZE], bool candidate) EPURSE_MUST_USE;
/* Puts `count` more numbers behind the highest that ever was in the pool. */
enum status ledger_pool_extend(struct ledger *ledger, uint32_t count) EPURSE_MUST_USE;

/* ---- transactions, named (CID, ATC) ---- */

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
  bool reversed; /* the terminal gave the tender back */
  uint8_t commitment[CRYPTO_SHA256_SIZE];
  uint8_t promise[PROMISE_SIZE];             /* the record */
  uint8_t authorisation[AUTHORISATION_SIZE]; /* the record: the answer that was and will be given */
  bool has_secret;
  uint8_t secret[SECRET_SIZE];    /* r */
  int64_t created_at, settled_at; /* 0: not */
};

/* A promise as it came: decoded, its signature verified by the caller with the card's SIG key. */
struct ledger_offer {
  const struct promise *promise;
  const uint8_t *record; /* PROMISE_SIZE bytes */
  int64_t now;
};

/* Signs an authorisation that the ledger filled in; sets its key_version. Called inside the step. */
struct ledger_signer {
  enum status (*sign)(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]);
  void *context;
};

struct ledger_standing {
  bool answered; /* this very promise has an answer: `transaction` is it */
  struct ledger_transaction transaction;
  uint32_t settled_atc;  /* the hold that this promise settled, 0: none */
  uint8_t settled_state; /* enum ledger_transaction_state */
};

/* The first question to every promise: have I answered this already? Then: does it continue what the card said before?
 * Then its open hold, if any, is settled by what the promise says (captured with r, or released). Any card that was
 * issued, blocked ones too.
 *   STATUS_OK               new, settled: authorise or decline next, in this step; or standing->answered
 *   STATUS_CARD_FORKED      it contradicts what the card signed before: an incident is recorded and the card is
 * blocked, whatever becomes of the step STATUS_STALE            older than one that was seen, and unknown
 *   STATUS_OUT_OF_STEP      its balance or points are not the shadow's: nothing is settled; it can be declined next
 *   STATUS_CARD_UNKNOWN     not issued
 *   STATUS_BAD_FORMAT       unknown type, last_atc not below atc, amount 0 or beyond AMOUNT_MAX_ON_CARD */
enum status ledger_promise_open(struct ledger *ledger, const struct ledger_offer *offer,
                                struct ledger_standing *standing) EPURSE_MUST_USE;

/* After ledger_promise_open answered STATUS_OK and not answered, in the same step: checks, books the hold, has the
 * approval signed, stores both. *transaction is the answer. What refuses it (nothing is booked; decline next):
 * STATUS_CARD_BLOCKED, STATUS_CARD_EXPIRED, STATUS_WRONG_CURRENCY, STATUS_NOT_FOUND (terminal),
 * STATUS_TERMINAL_REVOKED, STATUS_NOT_PERMITTED (role), STATUS_ABOVE_LIMIT, STATUS_INSUFFICIENT_BALANCE,
 * STATUS_INSUFFICIENT_POINTS, STATUS_BAD_FORMAT (type), or what the signer answered. */
enum status ledger_purchase_authorise(struct ledger *ledger, const struct ledger_offer *offer,
                                      const struct ledger_signer *signer,
                                      struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* The same for a load that has been charged. Further: STATUS_TENDER_DECLINED: the terminal reversed this very charge
 * before, or the card is not owed that much (LEDGER_TENDER_OWED). */
enum status ledger_load_authorise(struct ledger *ledger, const struct ledger_offer *offer,
                                  const struct ledger_tender *tender, const struct ledger_signer *signer,
                                  struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* Whether a load would be authorised now, before the bank is asked: reads only, needs no ledger_promise_open and no
 * step. Statuses as from ledger_promise_open and ledger_load_authorise (forks are not recorded here); STATUS_EXISTS:
 * this promise has its answer already. */
enum status ledger_load_check(struct ledger *ledger, const struct ledger_offer *offer,
                              uint8_t tender_kind) EPURSE_MUST_USE;

/* After ledger_promise_open answered STATUS_OK or STATUS_OUT_OF_STEP, in the same step: has a decline signed and
 * stores it, so that the same promise gets the same answer. `reason` is the status that refused it. STATUS_NOT_FOUND
 * where the terminal is unknown. */
enum status ledger_decline(struct ledger *ledger, const struct ledger_offer *offer, enum status reason,
                           const struct ledger_signer *signer, struct ledger_transaction *transaction) EPURSE_MUST_USE;

struct ledger_confirmation {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t secret[SECRET_SIZE]; /* r */
  int64_t now;
};
/* The proof that a card committed: captures its hold, once; repeated: STATUS_OK and no effect. STATUS_NOT_FOUND;
 * STATUS_PROOF_MISMATCH: r is not that transaction's; STATUS_LEDGER_BROKEN: r is right, but the card signed later that
 * it had not committed, or it was declined: an incident with r is recorded and the card is blocked, whatever becomes of
 * the step; no money moves. */
enum status ledger_confirm(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                           struct ledger_transaction *transaction) EPURSE_MUST_USE;

struct ledger_reversal {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t tid[TID_SIZE]; /* whose tender it is: the terminal of the load */
  bool given_back;       /* false: it asks first, and can still let it be */
  int64_t now;
};
/* The terminal gives a load's tender back. Held: noted, and the money waits for the card's next promise. Owed: the
 * claim goes back to the terminal's merchant. Credited already, or what was owed has been loaded since:
 * STATUS_LOAD_CREDITED and no effect if it asks first; else noted as an incident, the merchant goes on owing it.
 * Unknown
 * yet: remembered, such a load of this terminal will be refused. Repeated: STATUS_OK and no effect.
 * STATUS_NOT_PERMITTED: another terminal's; STATUS_NOT_FOUND: unknown terminal; STATUS_CARD_UNKNOWN; STATUS_BAD_FORMAT:
 * not a load. */
enum status ledger_load_reverse(struct ledger *ledger, const struct ledger_reversal *reversal) EPURSE_MUST_USE;

/* STATUS_NOT_FOUND. */
enum status ledger_transaction_find(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t atc,
                                    struct ledger_transaction *transaction) EPURSE_MUST_USE;
/* A card's, newest first, those with an ATC below `before` (0: from the newest). */
enum status ledger_transaction_list(struct ledger *ledger, const uint8_t cid[CID_SIZE], uint32_t before,
                                    struct ledger_transaction *transactions, size_t capacity,
                                    size_t *count) EPURSE_MUST_USE;

/* What waits for an end: an open hold, or what a card is owed; its age is now - created_at. */
struct ledger_hold {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  uint8_t type;   /* enum transaction_type */
  int64_t amount; /* minor units */
  uint8_t tid[TID_SIZE];
  char merchant[MERCHANT_MAX + 1]; /* of that terminal */
  bool reversed;                   /* a load whose tender the terminal gave back */
  uint8_t card_state;              /* enum ledger_card_state */
  int64_t created_at;
};
/* All open holds by (CID, ATC), those after `after` (NULL: from the first). */
enum status ledger_hold_list(struct ledger *ledger, const struct ledger_hold *after, struct ledger_hold *holds,
                             size_t capacity, size_t *count) EPURSE_MUST_USE;
/* The cards that are owed something, by CID, those after `after` (a CID, or NULL): a row for each card, `amount` all
 * that it is owed, the rest of the row that of the oldest load which was paid for and is not credited yet; of several
 * the newest are taken to be the ones that are still owed. Where it is owed only what a card had that it replaced: atc
 * 0, tid and merchant empty, created_at the replacement's. STATUS_NOT_FOUND: `after` is no card of this issuer's. */
enum status ledger_owed_list(struct ledger *ledger, const uint8_t *after, struct ledger_hold *owed, size_t capacity,
                             size_t *count) EPURSE_MUST_USE;

/* ---- incidents, audit, totals ---- */

enum ledger_incident_kind {
  LEDGER_INCIDENT_FORK = 1,            /* a promise contradicts an earlier one; evidence: the promise */
  LEDGER_INCIDENT_LATE_PROOF = 2,      /* r for what the card signed as not committed; evidence: r */
  LEDGER_INCIDENT_REVERSED_CREDIT = 3, /* a tender was given back after its load was credited */
  LEDGER_INCIDENT_LOST =
      4 /* a card committed what this ledger, a restored copy, does not know; evidence: the promise */
};
#define LEDGER_EVIDENCE_MAX PROMISE_SIZE
/* What needs a person. Recorded even where the step that met it is rolled back; the same thing once. */
struct ledger_incident {
  int64_t number; /* 1, 2, ... */
  uint8_t kind;   /* enum ledger_incident_kind */
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  int64_t at;
  uint8_t evidence[LEDGER_EVIDENCE_MAX];
  size_t evidence_len;
};
enum status ledger_incident_list(struct ledger *ledger, int64_t after, struct ledger_incident *incidents,
                                 size_t capacity, size_t *count) EPURSE_MUST_USE;

/* What a contradiction is about. */
enum ledger_flaw {
  LEDGER_FLAW_FILE,            /* the data base's own structure, or a row that names a missing one */
  LEDGER_FLAW_SCHEMA,          /* tables, triggers, version: not what this program makes */
  LEDGER_FLAW_BALANCE,         /* not what the postings make it */
  LEDGER_FLAW_SUM,             /* money or points do not sum to zero */
  LEDGER_FLAW_BOUND,           /* a balance outside its account's bounds */
  LEDGER_FLAW_LIMIT,           /* an account's bounds, or an amount, against the card's ceilings */
  LEDGER_FLAW_POSTING_MISSING, /* a transaction without what its state books */
  LEDGER_FLAW_POSTING_WRONG,   /* or with another posting than that */
  LEDGER_FLAW_CAUSE,           /* a debt or a refund without its cause */
  LEDGER_FLAW_TIME,            /* times of a transaction, its authorisation and its postings */
  LEDGER_FLAW_MERCHANT,        /* booked to another merchant than the terminal's */
  LEDGER_FLAW_ROLE,            /* the terminal may not do this */
  LEDGER_FLAW_HOLD,            /* what is in hold is not what the open hold holds */
  LEDGER_FLAW_STANDING,        /* a card's row against its transactions */
  LEDGER_FLAW_CHAIN,           /* a promise does not follow the one before */
  LEDGER_FLAW_CARD_STATE,      /* a card's state against its times and its incidents */
  LEDGER_FLAW_INCIDENT,        /* an incident that must be there is not */
  LEDGER_FLAW_CARD_INCOMPLETE, /* issued without all that a card has */
  LEDGER_FLAW_CARD_NUMBER,     /* a number lost, or there twice */
  LEDGER_FLAW_PROMISE,         /* not the one that was hashed, or it says something else than the row */
  LEDGER_FLAW_AUTHORISATION,   /* does not answer the promise, or decides otherwise than the row */
  LEDGER_FLAW_PROOF,           /* r does not open h */
  LEDGER_FLAW_TRANSFER,        /* a movement outside of transactions without its cause, or a cause without it */
  LEDGER_FLAW_SETTLEMENT,      /* captures, tallies and settlements against the purchases captured */
  LEDGER_FLAW_COUNT
};
struct ledger_contradiction {
  enum ledger_flaw flaw;
  bool of_card; /* `cid` is set */
  uint8_t cid[CID_SIZE];
  uint32_t atc;                    /* 0: of no single transaction */
  char merchant[MERCHANT_MAX + 1]; /* of an account of a merchant, else "" */
  const char *line;                /* what a person reads, without newline; borrowed for the call */
};
typedef void ledger_contradicted(void *context, const struct ledger_contradiction *contradiction);

/* Gets one line (without newline, borrowed) for each contradiction. */
typedef void ledger_report(void *context, const char *line);
/* Computes the whole ledger anew and compares: balances, sums, bounds, every transaction with its postings, its records
 * and its proof, every card with its holds; and the file itself. STATUS_OK: clean; STATUS_LEDGER_BROKEN: the lines say
 * what is wrong. Reads all of it: about a minute for a million transactions. */
enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) EPURSE_MUST_USE;
/* The same, each contradiction with what it is about. */
enum status ledger_audit(struct ledger *ledger, ledger_contradicted *each, void *context) EPURSE_MUST_USE;

/* ---- watch.c: the invariants while running ---- */

/* One slice of a pass that goes round all accounts: what an audit of those cards alone would say. */
struct ledger_watch {
  uint32_t cards; /* at most so many in this slice, at least 1 */
  ledger_report *report;
  void *context;
  bool passed;       /* set: the pass ended with this slice, the next one begins anew */
  uint64_t findings; /* set: contradictions of this slice; each was a line */
};
/* Makes what a pass needs, once a connection and outside a step. Nothing of it is in the file. *in_step: each slice has
 * to be inside a step (SQLite); else it is better outside, where it reads and disturbs nobody (PostgreSQL). */
enum status ledger_watch_begin(struct ledger *ledger, bool *in_step) EPURSE_MUST_USE;
/* After ledger_watch_begin; books nothing. Each balance within its bounds, each card's accounts against
 * its postings, its holds against its open transaction; at the end of a pass, all money and all points sum to zero.
 * STATUS_OK: nothing wrong; STATUS_LEDGER_BROKEN: the lines say what, or the file cannot be read. Costs about 20 us a
 * card and 1 us for each posting that it ever had. */
enum status ledger_watch(struct ledger *ledger, struct ledger_watch *slice) EPURSE_MUST_USE;

/* ---- backup.c: a copy while the ledger works ---- */

struct ledger_backup;
/* What a proved copy is. */
struct ledger_copy {
  uint64_t bytes, postings;
};
/* Begins to copy into `path`, which must not be there; until it is proved the copy is named `path`.new (mode 0600; one
 * that is left of an attempt before is removed). Outside a step. STATUS_EXISTS; STATUS_BACKUP_ELSEWHERE: this
 * store has tools of its own (PostgreSQL). *backup is NULL unless STATUS_OK; end it before the ledger is closed. */
enum status ledger_backup_begin(struct ledger *ledger, const char *path, struct ledger_backup **backup) EPURSE_MUST_USE;
/* Copies up to `pages` pages (4096 bytes each), outside a step (STATUS_INTERNAL), on the ledger's thread; between two
 * calls the ledger may go on. *done: all is copied, with everything that was booked until now. */
enum status ledger_backup_step(struct ledger_backup *backup, uint32_t pages, bool *done) EPURSE_MUST_USE;
/* Pages, as the last step saw them. */
void ledger_backup_progress(const struct ledger_backup *backup, uint64_t *copied, uint64_t *pages);
/* After *done; needs the ledger no more, so that any thread may call it: makes the copy durable, audits it as
 * ledger_check does, gives it its name. STATUS_LEDGER_BROKEN: the copy contradicts itself, and so most likely does the
 * ledger; the lines say how, and there is no copy. STATUS_EXISTS: the name was taken meanwhile. */
enum status ledger_backup_finish(struct ledger_backup *backup, struct ledger_copy *copy, ledger_report *report,
                                 void *context) EPURSE_MUST_USE;
/* Frees it, removes what has not become a copy, sets *backup to NULL; NULL is fine. On the ledger's thread. */
void ledger_backup_end(struct ledger_backup **backup);

/* ---- restore.c: a backup in the place of the ledger ---- */

#define LEDGER_PATH_MAX 1280
struct ledger_restoration {
  const char *backup, *path; /* files of SQLite; the ledger's need not be there */
  bool force;                /* even over a ledger that has more postings */
  int64_t now;
};
struct ledger_restored {
  struct ledger_copy copy;
  bool replaced, readable;     /* there was a ledger; and it could be opened */
  uint64_t replaced_postings;  /* of it, where it was readable */
  char aside[LEDGER_PATH_MAX]; /* where it is now */
};
/* Copies and audits the backup, marks the copy as restored, puts what stands at `path` aside (PATH.before-NOW), and the
 * copy in its place, durably. No process may have either open: STATUS_LEDGER_BUSY. STATUS_EXISTS: the ledger there has
 * more postings than the backup, and force is not set; STATUS_LEDGER_BROKEN: the backup contradicts itself, the lines
 * say how; others as ledger_open of the backup. On failure the ledger is where it was, but where STATUS_STORE_FAILED
 * came between the two renamings: then it is at `aside`. */
enum status ledger_restore(const struct ledger_restoration *what, struct ledger_restored *restored,
                           ledger_report *report, void *context) EPURSE_MUST_USE;
/* When this ledger was put in the place of another one, unix seconds; 0: never. From then on a card that says that it
 * committed what is not known here is not taken for a clone: it is out of step, an incident (LEDGER_INCIDENT_LOST) is
 * recorded, and it is declined until a person has looked. */
enum status ledger_restored_at(struct ledger *ledger, int64_t *at) EPURSE_MUST_USE;

struct ledger_totals {
  uint64_t cards[LEDGER_CARD_RETIRED + 1]; /* by enum ledger_card_state; [0] is not used */
  uint64_t pool_free, terminals, merchants;
  uint64_t postings, incidents, open_holds;
  int64_t outstanding;   /* minor units: on cards, in hold and owed to them */
  int64_t merchants_due; /* minor units: owed to merchants for purchases, not settled yet */
  int64_t tenders_due;   /* minor units: owed by merchants for loads; positive */
  int64_t paid_out;      /* minor units: settled, and ordered to be paid to merchants */
  int64_t fees;          /* minor units: kept from merchants at their settlement */
  int64_t points;        /* in circulation */
};
/* For metrics: cheap, but for the first call, which counts the postings. */
enum status ledger_totals(struct ledger *ledger, struct ledger_totals *totals) EPURSE_MUST_USE;

#endif

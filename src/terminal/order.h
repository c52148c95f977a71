/* SPDX-License-Identifier: Apache-2.0
 * One purchase, load or refund on its way: the card's promise, the server's authorisation, the commit, the
 * confirmation; each step in the journal before it has an effect. purchase.c, load.c and refund.c put the steps
 * together. */
#ifndef EPURSE_TERMINAL_ORDER_H
#define EPURSE_TERMINAL_ORDER_H

#include <inttypes.h>

#include "epurse/amount.h"
#include "epurse/journal.h"
#include "epurse/message.h"
#include "epurse/record.h"

struct contact;
struct evidence;
struct outcome;
struct payment;
struct tender;
struct terminal;

struct order {
  struct terminal *terminal;
  struct contact *contact; /* with the session; NULL where there is none */
  struct tender *tender;   /* loads; may be NULL where only a purchase or a confirmation is at stake */
  struct outcome *outcome; /* filled as far as it goes */
  const char *reference;   /* the caller's name of it; NULL: none */
  uint32_t sale_atc;       /* of a refund that is begun: its sale; else 0 */
  bool sale_in_points;
  const char *iban, *holder; /* of a payout that is begun: where it goes; NULL: in cash */
  bool closes;               /* of such a one: it ends the card */
  struct journal_entry entry;
  struct promise promise;             /* entry.promise, decoded */
  struct authorisation authorisation; /* entry.authorisation, decoded */
  char pin_jwe[PIN_JWE_MAX];          /* for the server */
  int64_t owed;                       /* LOAD_INQUIRY's answer */
  uint32_t offline_lacking;           /* off-line payments of this card that the server waits for */
  bool ask_pin;                       /* whatever the issuer lets cards pay without */
  int64_t wanted;                     /* minor units, of a payment that may be less: what was asked for; else 0 */
  char pin[PIN_MAX + 1]; /* of such a one, typed already for what the card does not have; "": none. Wiped by its flow */
  bool noted;            /* a reversal: the server knows that it is wanted, and waits for the card's next promise */
};

/* ---- order.c: up to the authorisation ---- */

/* Whether a payment can be asked for at all at this terminal. STATUS_NOT_PERMITTED, STATUS_BAD_AMOUNT,
 * STATUS_WRONG_CURRENCY. */
enum status order_check(const struct terminal *terminal, uint8_t role, const struct payment *payment) EPURSE_MUST_USE;
/* What an outcome is before anything happened. */
void order_outcome_clear(struct outcome *outcome);

/* Writes the intent, asks for the PIN, but for a refund and for a payment that the card makes without, has the card
 * promise, checks the promise, journals it, enciphers the PIN for the server. After any other status than OK the entry
 * is cancelled. */
enum status order_promise(struct order *order, uint8_t type, struct amount amount) EPURSE_MUST_USE;

/* Asks the server: PURCHASE, REFUND, PAYOUT, LOAD_INQUIRY or LOAD. With STATUS_OK to all but the inquiry the
 * authorisation has been checked and journalled: AUTHORISED. A block order that came back has been delivered to the
 * card. The entry is not closed by a refusal: the caller does it. */
enum status order_ask(struct order *order, enum message_type type) EPURSE_MUST_USE;

/* Whether the card will never use the authorisation that is out: it signed that it has not, or the server that it is
 * released. */
bool order_is_off(const struct order *order, const struct evidence *evidence);
/* Notes in the entry, before it is begun, that its amount is what the card had of what was wanted. */
void order_note_part(const struct order *order, struct journal_entry *entry);
/* What the card can pay of what it refused, by what it said under an R-MAC. STATUS_OK: *amount is that;
 * STATUS_CARD_EMPTY: nothing; else the refusal. The outcome is as before the attempt, and the PIN is asked for in any
 * case, where order->pin has it. */
enum status order_reduce(struct order *order, enum status refusal, struct amount *amount) EPURSE_MUST_USE;
/* Closes an entry without effect. Up to CHARGED this terminal has given no authorisation to anybody, and knows by
 * itself that there is none: `evidence` may be NULL. AUTHORISED is closed where order_is_off alone, REVERSING also by
 * any EVIDENCE_SERVER: the charge went back with the server's knowledge. */
void order_cancel(struct order *order, const struct evidence *evidence);

/* ---- order_finish.c: from r on ---- */

/* Fills an order from an open entry of the journal. One that is AUTHORISED there, and whose receipt has r, is COMMITTED
 * in `order`: the journal itself is left as it is. STATUS_BAD_FORMAT. */
enum status order_resume(struct order *order, const struct journal_entry *entry) EPURSE_MUST_USE;
/* The bank may keep the charge. True where that is known to it, or there is nothing (more) to confirm. */
bool order_charge_stands(const struct order *order);
/* What an entry says of how it went. */
void order_outcome_fill(const struct order *order);
/* Fills the outcome of an entry that came to its end before; its receipt is written anew where r is here. */
void order_reload_outcome(struct order *order);
/* People are told that it is done, then the journal that they have been. STATUS_UNREPORTED: they could not be, and the
 * entry stays unreported. */
enum status order_report(struct order *order) EPURSE_MUST_USE;
/* Tells the server r, of an entry that has it; whether it is booked there now. */
bool order_tell_secret(const struct order *order);
/* With EVIDENCE_SECRET: r goes into the entry; journals COMMITTED. STATUS_OUTCOME_UNKNOWN and no effect without it. */
enum status order_take_secret(struct order *order, const struct evidence *evidence) EPURSE_MUST_USE;
/* With EVIDENCE_SECRET: r goes into the entry; journals COMMITTED, writes the receipt, confirms the charge, tells the
 * server (a purchase of a program that lives on later, terminal->later) and fills the outcome; a payout in cash stays
 * COMMITTED, for it is not handed out yet. What cannot be done now is done later, by what journal, receipt or server
 * has of r. STATUS_OUTCOME_UNKNOWN: none of the three took it, and the card has to give it once more; or, without an
 * effect, there is no such evidence. */
enum status order_finish(struct order *order, const struct evidence *evidence) EPURSE_MUST_USE;
/* With EVIDENCE_SERVER that it was captured, or is owed to the card, or with EVIDENCE_LATER (the server knows by the
 * promises in between how it ended): closed as SETTLED. Stays open while the bank has not heard that its charge stands.
 * STATUS_OUTCOME_UNKNOWN without that evidence. */
enum status order_leave(struct order *order, const struct evidence *evidence) EPURSE_MUST_USE;

/* ---- order_commit.c: the card's half of the commit ---- */

/* Gives the card its authorisation and takes r. STATUS_OK: committed, and *evidence is r. STATUS_OUTCOME_UNKNOWN: it
 * cannot be told now; that the card says no in the channel is no evidence. */
enum status order_commit(struct order *order, struct evidence *evidence) EPURSE_MUST_USE;

/* Settles, with the card in the session, what earlier meetings with it left AUTHORISED, and looks at what they finished
 * without anybody being told. *same is set where one of them was this very type and amount, and nobody knows yet that
 * it is done: `order->entry` and `order->outcome` are then its. STATUS_OUTCOME_UNKNOWN, STATUS_TENDER_UNKNOWN,
 * STATUS_LOAD_UNSETTLED: nothing new may be begun with this card. */
struct payment_request {
  uint8_t type;
  struct amount amount;
  const char *reference; /* NULL: any; else it is the same only under that name, and then whether told or not */
  uint32_t sale_atc;     /* of a refund: two sales of one amount are two refunds; else 0 */
  int64_t wanted;        /* minor units: a payment that may be less than that is the same as one that was; else 0 */
  const char *iban;      /* a payout to a bank account is none in cash, nor one to another account; NULL: in cash */
  const char *holder;    /* whose account: part of the wish under a name; without one it may be written otherwise */
  bool closes;           /* nor is one that ends its card one that does not */
};
/* Whether the entry, a payout, goes where it is asked to, and ends its card or not; true of all others. */
bool order_goes_where(const struct journal_entry *entry, const struct payment_request *request);
/* Whether the entry's amount is what is asked for: that very amount, or what a card had of the same wish. */
bool order_amount_is(const struct journal_entry *entry, const struct payment_request *request);
/* In entry.tender_kind of a payment that took less than was wanted: how much that was. */
#define PART_OF "of %" PRIu32
enum status order_finish_earlier(struct order *order, const struct payment_request *request,
                                 bool *same) EPURSE_MUST_USE;
/* One that is finished, and is not what is asked for now: where nobody was told of it, people hear of it on the way,
 * and it is told. */
void order_mention(const struct order *earlier);
/* The same for AUTHORISED ones by what the card's new promise says of its last committed transaction. A promise that
 * the card of the earlier order has not signed settles nothing: STATUS_OUTCOME_UNKNOWN. STATUS_SETTLED_ELSEWHERE: one
 * of this very type and amount is over, for the card has committed another one since, and its log has it: that proves
 * nothing, and people are told so once. With *same, and with that status, the new promise is given up. Statuses as
 * above. */
enum status order_finish_by_promise(struct order *order, const struct payment_request *request,
                                    bool *same) EPURSE_MUST_USE;

/* ---- order_carry.c: from the promise to the end ---- */

/* A purchase or refund from its promise to its end, with the card in a session and nothing of it open any more; the
 * question is MESSAGE_PURCHASE or MESSAGE_REFUND. Statuses as of purchase_run. */
enum status order_carry_out(struct order *order, const struct payment_request *request,
                            enum message_type question) EPURSE_MUST_USE;

/* ---- reversal.c: a load that does not happen ---- */

/* In entry.tender_kind: nothing is charged, an earlier load was paid for and not credited. */
#define TENDER_OWED "owed"

/* Where the authorisation is out `evidence` says that it is off; else NULL.
 * Asks the server whether what the bank charged may be given back, and has the bank give it back, or keep it where the
 * card has had it elsewhere (STATUS_LOAD_CREDITED); the entry is closed when all of that has been done. STATUS_OK:
 * nothing stays charged. STATUS_LOAD_UNSETTLED: the server did not answer, or waits for the card (order->noted), or the
 * disk refuses: the charge stays, and the entry is open for the next recovery. STATUS_NO_TENDER: no such driver is open
 * here; STATUS_TENDER_UNKNOWN: the bank's answer does not come. */
enum status reversal_run(struct order *order, const struct evidence *evidence) EPURSE_MUST_USE;
/* What became of a charge that was begun: the entry becomes CHARGED or closed, or stays CHARGING. STATUS_OK: charged;
 * STATUS_TENDER_DECLINED: not charged, closed; STATUS_TENDER_UNKNOWN, STATUS_NO_TENDER. */
enum status charge_finish(struct order *order) EPURSE_MUST_USE;

#endif

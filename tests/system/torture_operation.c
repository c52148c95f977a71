/* SPDX-License-Identifier: Apache-2.0
 * The operations of the engine: all that anybody does with a card, from each state of card, journal and server that
 * makes a difference to it. */
#include "torture_operation.h"

#include "torture_server.h"
#include "torture_thief.h"
#include "torture_till.h"

#define AMOUNT 523 /* of the operation; nothing else moves just that */

static const struct call elsewhere = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 101};
static const struct call pay_call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT};
static const struct call points_call = {.till = TILL_POS, .verb = VERB_PAY_POINTS, .amount = AMOUNT};
static const struct call payout_call = {.till = TILL_RELOAD, .verb = VERB_PAYOUT, .amount = AMOUNT};
static const struct call close_call = {.till = TILL_RELOAD, .verb = VERB_CLOSE};
static const struct call offline_call = {
    .till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .offline = OFFLINE_USE_ONLY, .server_down = true};
static const struct call load_call = {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT};
static const struct call zvt_call = {.till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT, .bank = BANK_ZVT};
static const struct call goods_call = {
    .till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT, .bank = BANK_ZVT_GOODS};

/* What goes wrong in the call that brings the beginning about. */
static void torn_by(struct sequence *sequence, const struct call *call, enum fault_kind kind, unsigned nth) {
  sequence_fault(sequence, kind, nth, 0);
  (void)sequence_call(sequence, call);
  if (!fault_all_fired())
    sequence_violation(sequence, "the engine: the prelude met no fault");
}

#define LAST_APDU    6  /* DEBIT or CREDIT, behind SELECT, two certificates, MUTUAL AUTHENTICATE and INITIALIZE */
#define REFUND_APDU  7  /* CREDIT FOR REFUND, behind those and GET DATA */
#define OFFLINE_APDU 6  /* INITIALIZE of type 06, behind those and GET DATA */
#define RENEWAL_APDU 7  /* DEBIT FOR PAYOUT, likewise, and GET BALANCE */
#define CLOSING_APDU 14 /* DEBIT FOR PAYOUT of a closing, whose first contact reads the balance */
#define CHANGE_APDU  7  /* CHANGE REFERENCE DATA, behind those four, GET DATA and VERIFY */
#define ZVT_PAYMENT  3  /* 06 01, behind 06 00 and 06 20 */
#define STORE_APDU   7  /* in the middle of what the desk writes, the card being certified by then */
#define KEYS_APDU    4  /* GENERATE, the number being reserved and the card not certified */

/* The card is pulled out of the last command: the authorisation is out and nobody knows. */
static void begin_torn_debit(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}
static void begin_torn_before_debit(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
}
static void begin_torn_points(struct sequence *sequence) {
  torn_by(sequence, &points_call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}
static void begin_torn_credit(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}
static void begin_torn_before_credit(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
}
/* Killed between the card's commit and the display: booked or not, nobody was told. */
static void begin_untold(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_KILL_BEFORE_DISPLAY, 1);
}
/* Killed with r in the journal and not at the server. */
static void begin_unconfirmed(struct sequence *sequence) {
  torn_by(sequence, &pay_call, FAULT_KILL_BEFORE_REQUEST, 2);
}
/* Killed with the charge made: the recovery gives it back. */
static void begin_charged(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_KILL_AFTER_TENDER, 1);
}
/* The same at a bank's terminal by ZVT; torn at the card; and with the charge waiting for its goods when the till
 * dies. */
static void begin_zvt_charged(struct sequence *sequence) {
  torn_by(sequence, &zvt_call, FAULT_KILL_AFTER_TENDER, ZVT_PAYMENT);
}
static void begin_zvt_torn_credit(struct sequence *sequence) {
  torn_by(sequence, &zvt_call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}
static void begin_zvt_waiting(struct sequence *sequence) {
  torn_by(sequence, &goods_call, FAULT_KILL_BEFORE_COMMAND, LAST_APDU);
}
/* Paid for, not credited, and the card went shopping: it is owed. */
static void begin_owed(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
  sequence_must(sequence, &elsewhere);
}
/* The same, and the terminal that charged does not know that it was authorised: it will give back what is owed. */
static void begin_owed_and_charged(struct sequence *sequence) {
  torn_by(sequence, &load_call, FAULT_KILL_AFTER_REPLY, 2);
  sequence_must(sequence, &elsewhere);
}
/* Torn before its debit, and at another terminal likewise: only the next promise says that neither was done. */
static void begin_two_torn(struct sequence *sequence) {
  begin_torn_before_debit(sequence);
  torn_by(sequence, &elsewhere, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
}
static void begin_two_torn_load(struct sequence *sequence) {
  begin_torn_before_credit(sequence);
  torn_by(sequence, &elsewhere, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
}
/* The card has paid out of its money, and nobody has it in hand. */
static void begin_torn_payout(struct sequence *sequence) {
  torn_by(sequence, &payout_call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}
static void begin_torn_before_payout(struct sequence *sequence) {
  torn_by(sequence, &payout_call, FAULT_COMMAND_LOST_AWAY, LAST_APDU);
}
/* r is in the journal, and the server was not asked whether it may be handed out. */
static void begin_unpaid_payout(struct sequence *sequence) {
  torn_by(sequence, &payout_call, FAULT_LINE_DOWN, 2);
}
/* It has said pay, and the cashier died with the money in hand, or without. */
static void begin_payout_in_hand(struct sequence *sequence) {
  torn_by(sequence, &payout_call, FAULT_KILL_AFTER_TENDER, 1);
}
static void begin_payout_not_in_hand(struct sequence *sequence) {
  torn_by(sequence, &payout_call, FAULT_KILL_BEFORE_TENDER, 1);
}
/* The same of a payout that closes its card: torn, and with the server's word and without the cashier's. */
static void begin_torn_closing(struct sequence *sequence) {
  torn_by(sequence, &close_call, FAULT_ANSWER_LOST_AWAY, CLOSING_APDU);
}
static void begin_closing_in_hand(struct sequence *sequence) {
  torn_by(sequence, &close_call, FAULT_KILL_AFTER_TENDER, 1);
}
/* Nothing is left on the card but its deposit: it is closed by a payout of 0. The same torn, and with the deposit in
 * hand or not. */
static void begin_emptied(struct sequence *sequence) {
  static const struct call look = {.till = TILL_RELOAD, .verb = VERB_BALANCE};
  struct call all = payout_call;
  all.amount = sequence_call(sequence, &look)->shown;
  sequence_must(sequence, &all);
}
static void begin_torn_empty_closing(struct sequence *sequence) {
  begin_emptied(sequence);
  begin_torn_closing(sequence);
}
static void begin_empty_closing_in_hand(struct sequence *sequence) {
  begin_emptied(sequence);
  begin_closing_in_hand(sequence);
}
/* Back to the card by hand, which is owed it. */
static void begin_payout_put_back(struct sequence *sequence) {
  static const struct call back = {.till = TILL_RELOAD, .verb = VERB_BACK};
  begin_unpaid_payout(sequence);
  sequence_must(sequence, &back);
}
/* Paid while the server was away; the till has it, or the card alone. */
static void begin_paid_offline(struct sequence *sequence) {
  if (!report_done(sequence_call(sequence, &offline_call)))
    sequence_violation(sequence, "the engine: the card did not pay off-line");
}
static void begin_torn_offline(struct sequence *sequence) {
  torn_by(sequence, &offline_call, FAULT_ANSWER_LOST_AWAY, OFFLINE_APDU);
}
static void begin_torn_before_offline(struct sequence *sequence) {
  torn_by(sequence, &offline_call, FAULT_COMMAND_LOST_AWAY, OFFLINE_APDU);
}
/* Two of them: the line, or the till, may die between the one and the other. */
static void begin_paid_offline_twice(struct sequence *sequence) {
  struct call more = offline_call;
  more.amount = 2 * AMOUNT;
  begin_paid_offline(sequence);
  if (!report_done(sequence_call(sequence, &more)))
    sequence_violation(sequence, "the engine: the card did not pay off-line again");
}
/* The thief pays at both shops with one promise, or rather with two of one number; the holder pays beside him. */
static void begin_offline_and_a_thief(struct sequence *sequence) {
  static const struct call here = {
      .till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .offline = OFFLINE_USE_ONLY, .whose = WHOSE_OPENED};
  struct call there = here;
  there.till = TILL_POS2;
  thief_call(sequence, THIEF_HONEST, &here);
  begin_paid_offline(sequence);
  thief_call(sequence, THIEF_FORKS, &there);
}
/* The server has the new PIN, the card may. */
static void begin_torn_pin(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PIN};
  torn_by(sequence, &call, FAULT_ANSWER_LOST_AWAY, CHANGE_APDU);
}
static void begin_torn_before_pin(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PIN};
  torn_by(sequence, &call, FAULT_COMMAND_LOST_AWAY, CHANGE_APDU);
}
static void begin_reserved(struct sequence *sequence) {
  static const struct call call = {.till = TILL_DESK, .verb = VERB_ISSUE, .whose = WHOSE_NOBODY};
  torn_by(sequence, &call, FAULT_COMMAND_LOST_AWAY, KEYS_APDU);
}
static void begin_certified(struct sequence *sequence) {
  static const struct call call = {.till = TILL_DESK, .verb = VERB_ISSUE, .whose = WHOSE_NOBODY};
  torn_by(sequence, &call, FAULT_COMMAND_LOST_AWAY, STORE_APDU);
}
static void begin_blocked(struct sequence *sequence) {
  if (!server_block(WHOSE_HOLDER))
    sequence_violation(sequence, "the engine: the card cannot be blocked");
}
static void begin_blocked_torn_debit(struct sequence *sequence) {
  begin_torn_debit(sequence);
  begin_blocked(sequence);
}
static void begin_blocked_torn_before_debit(struct sequence *sequence) {
  begin_torn_before_debit(sequence);
  begin_blocked(sequence);
}
/* A minute to midnight, and a minute past it by the server's clock: the card itself hears of its end (R8). */
static void begin_last_minute(struct sequence *sequence) {
  (void)sequence;
  torture->clock += 12 * 60 * 60 - 60 - torture->clock % 60;
  torture->server_ahead = 120;
}
static void begin_last_minute_torn_debit(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .whose = WHOSE_OTHER};
  torn_by(sequence, &call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
  begin_last_minute(sequence);
}
static void begin_one_try_left(struct sequence *sequence) {
  static const struct call call = {
      .till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .mistyped = PIN_TRIES - 1, .gives_up = true};
  if (sequence_call(sequence, &call)->status != STATUS_WRONG_PIN)
    sequence_violation(sequence, "the engine: four wrong PINs were not four");
}

/* The newest sale is one in points. */
static void begin_points_sale(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PAY_POINTS, .amount = 2 * AMOUNT};
  sequence_must(sequence, &call);
}
/* Emptied, and the desk does not know it. */
static void begin_torn_renewal(struct sequence *sequence) {
  static const struct call call = {.till = TILL_DESK, .verb = VERB_RENEW};
  torn_by(sequence, &call, FAULT_ANSWER_LOST_AWAY, RENEWAL_APDU);
}
static const struct call refund_call = {.till = TILL_POS, .verb = VERB_REFUND, .amount = AMOUNT, .sale = TORTURE_SALE};
static void begin_torn_refund(struct sequence *sequence) {
  torn_by(sequence, &refund_call, FAULT_ANSWER_LOST_AWAY, REFUND_APDU);
}
static void begin_torn_before_refund(struct sequence *sequence) {
  torn_by(sequence, &refund_call, FAULT_COMMAND_LOST_AWAY, REFUND_APDU);
}
/* The card denies the refund at the next till, and only then is the sale free to be given back again. */
static void begin_denied_refund(struct sequence *sequence) {
  begin_torn_before_refund(sequence);
  sequence_must(sequence, &elsewhere);
}
/* Owed to the card, whose holder does not know it. */
static void begin_owed_refund(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_OWE, .amount = AMOUNT, .sale = TORTURE_SALE};
  sequence_must(sequence, &call);
}
/* As much as goes without the PIN has been paid so: now it is asked for. */
static void begin_no_pin_spent(struct sequence *sequence) {
  static const struct call call = {
      .till = TILL_POS, .verb = VERB_PAY, .amount = TORTURE_NO_PIN / 2, .without_pin = true};
  sequence_must(sequence, &call);
  sequence_must(sequence, &call);
}
static void begin_torn_no_pin(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .without_pin = true};
  torn_by(sequence, &call, FAULT_ANSWER_LOST_AWAY, LAST_APDU);
}

/* A thief's card has paid, and denies it at another shop before the first one's r is at the server. */
static void begin_denied_by_a_thief(struct sequence *sequence) {
  static const struct call first = {.till = TILL_POS, .verb = VERB_PAY, .amount = 307, .whose = WHOSE_OPENED};
  static const struct call second = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 307, .whose = WHOSE_OPENED};
  sequence_fault(sequence, FAULT_KILL_BEFORE_REQUEST, 2, 0);
  thief_call(sequence, THIEF_HONEST, &first);
  if (!fault_all_fired())
    sequence_violation(sequence, "the engine: the prelude met no fault");
  thief_call(sequence, THIEF_DENIES, &second);
}
/* A thief's card says in the holder's name that the torn debit was done, and that it was not. */
static void begin_torn_debit_and_a_thief(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .whose = WHOSE_OPENED};
  begin_torn_debit(sequence);
  thief_call(sequence, THIEF_POSES, &call);
  thief_call(sequence, THIEF_RENEGES, &call);
}

/* The same before the holder is back, of a payment that nobody was told of. */
static void begin_untold_and_a_thief(struct sequence *sequence) {
  static const struct call call = {.till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .whose = WHOSE_OPENED};
  begin_untold(sequence);
  thief_call(sequence, THIEF_POSES, &call);
  thief_call(sequence, THIEF_RENEGES, &call);
}

#define GIVE    .till = TILL_POS, .amount = AMOUNT, .sale = TORTURE_SALE
#define PAY     .till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT
#define OFFLINE .till = TILL_POS, .verb = VERB_PAY, .amount = AMOUNT, .server_down = true
#define LOAD    .till = TILL_RELOAD, .verb = VERB_LOAD, .amount = AMOUNT
#define OUT     .till = TILL_RELOAD, .verb = VERB_PAYOUT, .amount = AMOUNT
#define CLOSE   .till = TILL_RELOAD, .verb = VERB_CLOSE
#define BLOCK   .fate = CARD_BLOCKED
#define LAPSE   .fate = CARD_EXPIRED

static const struct operation operations[] = {
    {.name = "purchase", .call = {PAY}, .once = true},
    {.name = "named-purchase", .call = {PAY, .named = true}, .once = true},
    {.name = "purchase-mistyped", .call = {PAY, .mistyped = 1}, .once = true},
    {.name = "points-purchase", .call = {.till = TILL_POS, .verb = VERB_PAY_POINTS, .amount = AMOUNT}, .once = true},
    {.name = "load-bank", .call = {LOAD}, .once = true},
    {.name = "load-cash", .call = {LOAD, .cash = true}, .once = true},
    {.name = "balance", .call = {.till = TILL_POS, .verb = VERB_BALANCE}},
    {.name = "personalization", .call = {.till = TILL_DESK, .verb = VERB_ISSUE, .whose = WHOSE_NOBODY}},
    {.name = "void-reserved",
     .call = {.till = TILL_DESK, .verb = VERB_VOID, .whose = WHOSE_NOBODY},
     .prelude = begin_reserved},
    {.name = "void-certified",
     .call = {.till = TILL_DESK, .verb = VERB_VOID, .whose = WHOSE_NOBODY},
     .prelude = begin_certified},
    {.name = "pin-change", .call = {.till = TILL_POS, .verb = VERB_PIN}},
    {.name = "pin-change-after-a-torn-one", .call = {.till = TILL_POS, .verb = VERB_PIN}, .prelude = begin_torn_pin},
    {.name = "pin-change-after-one-torn-before",
     .call = {.till = TILL_POS, .verb = VERB_PIN},
     .prelude = begin_torn_before_pin},
    {.name = "purchase-after-a-torn-pin-change", .call = {PAY}, .prelude = begin_torn_pin},
    {.name = "finishing-a-debit", .call = {PAY}, .prelude = begin_torn_debit, .once = true},
    {.name = "giving-a-debit-again", .call = {PAY}, .prelude = begin_torn_before_debit, .once = true},
    {.name = "finishing-a-points-debit",
     .call = {.till = TILL_POS, .verb = VERB_PAY_POINTS, .amount = AMOUNT},
     .prelude = begin_torn_points,
     .once = true},
    {.name = "telling-what-nobody-was-told", .call = {PAY}, .prelude = begin_untold, .once = true},
    {.name = "confirming-at-start", .call = {.till = TILL_POS, .verb = VERB_RECOVER}, .prelude = begin_unconfirmed},
    {.name = "finishing-a-credit", .call = {LOAD}, .prelude = begin_torn_credit, .once = true},
    {.name = "giving-a-credit-again", .call = {LOAD}, .prelude = begin_torn_before_credit, .once = true},
    {.name = "giving-a-charge-back", .call = {.till = TILL_RELOAD, .verb = VERB_RECOVER}, .prelude = begin_charged},
    {.name = "giving-back-what-is-owed",
     .call = {.till = TILL_RELOAD, .verb = VERB_RECOVER},
     .prelude = begin_owed_and_charged},
    {.name = "load-of-what-is-owed", .call = {LOAD}, .prelude = begin_owed, .once = true},
    {.name = "purchase-after-two-torn-ones", .call = {PAY}, .prelude = begin_two_torn, .once = true},
    {.name = "load-after-two-torn-ones", .call = {LOAD}, .prelude = begin_two_torn_load, .once = true},
    {.name = "fifth-wrong-pin", .call = {PAY, .mistyped = 1, .gives_up = true}, .prelude = begin_one_try_left, BLOCK},
    {.name = "block-order", .call = {PAY}, .prelude = begin_blocked, BLOCK},
    {.name = "block-order-at-reload", .call = {LOAD}, .prelude = begin_blocked, BLOCK},
    {.name = "block-order-at-balance",
     .call = {.till = TILL_POS, .verb = VERB_BALANCE},
     .prelude = begin_blocked,
     BLOCK},
    {.name = "block-order-on-a-torn-debit", .call = {PAY}, .prelude = begin_blocked_torn_debit, BLOCK},
    {.name = "block-order-on-one-torn-before", .call = {PAY}, .prelude = begin_blocked_torn_before_debit, BLOCK},
    {.name = "refund", .call = {GIVE, .verb = VERB_REFUND}, .once = true},
    {.name = "refund-in-points",
     .call = {.till = TILL_POS, .verb = VERB_REFUND, .amount = AMOUNT},
     .prelude = begin_points_sale,
     .once = true},
    {.name = "refund-without-card", .call = {GIVE, .verb = VERB_OWE}, .once = true},
    {.name = "finishing-a-refund", .call = {GIVE, .verb = VERB_REFUND}, .prelude = begin_torn_refund, .once = true},
    {.name = "giving-a-refund-again",
     .call = {GIVE, .verb = VERB_REFUND},
     .prelude = begin_torn_before_refund,
     .once = true},
    {.name = "refund-after-a-denied-one",
     .call = {GIVE, .verb = VERB_REFUND},
     .prelude = begin_denied_refund,
     .once = true},
    {.name = "load-of-an-owed-refund", .call = {LOAD}, .prelude = begin_owed_refund, .once = true},
    {.name = "no-pin", .call = {PAY, .without_pin = true}, .once = true},
    {.name = "no-pin-spent", .call = {PAY, .without_pin = true}, .prelude = begin_no_pin_spent, .once = true},
    {.name = "finishing-a-no-pin-debit",
     .call = {PAY, .without_pin = true},
     .prelude = begin_torn_no_pin,
     .once = true},
    {.name = "purchase-after-a-thief-who-denies", .call = {PAY}, .prelude = begin_denied_by_a_thief, .once = true},
    {.name = "finishing-a-debit-after-a-thief", .call = {PAY}, .prelude = begin_torn_debit_and_a_thief, .once = true},
    {.name = "telling-after-a-thief", .call = {PAY}, .prelude = begin_untold_and_a_thief, .once = true},
    {.name = "payout", .call = {OUT}, .once = true},
    {.name = "finishing-a-payout", .call = {OUT}, .prelude = begin_torn_payout, .once = true},
    {.name = "paying-out-again", .call = {OUT}, .prelude = begin_torn_before_payout, .once = true},
    {.name = "handing-out-later", .call = {OUT}, .prelude = begin_unpaid_payout, .once = true},
    {.name = "payout-in-hand", .call = {OUT}, .prelude = begin_payout_in_hand, .once = true},
    {.name = "payout-not-in-hand", .call = {OUT}, .prelude = begin_payout_not_in_hand, .once = true},
    {.name = "confirming-a-payout",
     .call = {.till = TILL_RELOAD, .verb = VERB_CONFIRM},
     .prelude = begin_payout_in_hand},
    {.name = "putting-a-payout-back", .call = {.till = TILL_RELOAD, .verb = VERB_BACK}, .prelude = begin_unpaid_payout},
    {.name = "load-of-a-payout-put-back", .call = {LOAD}, .prelude = begin_payout_put_back, .once = true},
    {.name = "closing", .call = {CLOSE}, BLOCK},
    {.name = "finishing-a-closing", .call = {CLOSE}, .prelude = begin_torn_closing, BLOCK},
    {.name = "closing-in-hand", .call = {CLOSE}, .prelude = begin_closing_in_hand, BLOCK},
    {.name = "closing-an-empty-card", .call = {CLOSE}, .prelude = begin_emptied, BLOCK},
    {.name = "finishing-to-close-an-empty-card", .call = {CLOSE}, .prelude = begin_torn_empty_closing, BLOCK},
    {.name = "closing-an-empty-card-in-hand",
     .call = {CLOSE},
     .prelude = begin_empty_closing_in_hand,
     BLOCK,
     .rare = true},
    {.name = "offline", .call = {OFFLINE, .offline = OFFLINE_USE_ONLY}, .once = true},
    {.name = "offline-where-nobody-answers", .call = {OFFLINE, .offline = OFFLINE_USE_AUTO}, .once = true},
    {.name = "offline-no-pin", .call = {OFFLINE, .offline = OFFLINE_USE_ONLY, .without_pin = true}, .once = true},
    {.name = "finishing-an-offline-payment",
     .call = {OFFLINE, .offline = OFFLINE_USE_ONLY},
     .prelude = begin_torn_offline,
     .once = true},
    {.name = "paying-offline-again",
     .call = {OFFLINE, .offline = OFFLINE_USE_ONLY},
     .prelude = begin_torn_before_offline,
     .once = true},
    {.name = "finishing-an-offline-payment-online", .call = {PAY}, .prelude = begin_torn_offline, .once = true},
    {.name = "purchase-elsewhere-after-a-torn-offline-one",
     .call = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 2 * AMOUNT},
     .prelude = begin_torn_offline,
     .once = true},
    {.name = "bringing-in", .call = {.till = TILL_POS, .verb = VERB_RECOVER}, .prelude = begin_paid_offline},
    {.name = "bringing-in-two", .call = {.till = TILL_POS, .verb = VERB_RECOVER}, .prelude = begin_paid_offline_twice},
    {.name = "bringing-in-beside-a-thief",
     .call = {.till = TILL_POS, .verb = VERB_RECOVER},
     .prelude = begin_offline_and_a_thief},
    {.name = "renewal", .call = {.till = TILL_DESK, .verb = VERB_RENEW}, BLOCK},
    {.name = "renewal-after-a-torn-debit",
     .call = {.till = TILL_DESK, .verb = VERB_RENEW},
     .prelude = begin_torn_debit,
     BLOCK},
    {.name = "renewal-of-what-was-torn-before",
     .call = {.till = TILL_DESK, .verb = VERB_RENEW},
     .prelude = begin_torn_renewal,
     BLOCK},
    {.name = "expiry", .call = {PAY, .whose = WHOSE_OTHER}, .prelude = begin_last_minute, LAPSE},
    {.name = "expiry-at-reload", .call = {LOAD, .whose = WHOSE_OTHER}, .prelude = begin_last_minute, LAPSE},
    {.name = "expiry-on-a-torn-debit",
     .call = {PAY, .whose = WHOSE_OTHER},
     .prelude = begin_last_minute_torn_debit,
     LAPSE},
    {.name = "load-zvt", .call = {LOAD, .bank = BANK_ZVT}, .once = true},
    {.name = "load-zvt-goods", .call = {LOAD, .bank = BANK_ZVT_GOODS}, .once = true},
    {.name = "load-zvt-goods-that-stay", .call = {LOAD, .bank = BANK_ZVT_STINGY}, .once = true, .rare = true},
    {.name = "finishing-a-zvt-credit",
     .call = {LOAD, .bank = BANK_ZVT},
     .prelude = begin_zvt_torn_credit,
     .once = true,
     .rare = true},
    {.name = "giving-a-zvt-charge-back",
     .call = {.till = TILL_RELOAD, .verb = VERB_RECOVER, .bank = BANK_ZVT},
     .prelude = begin_zvt_charged},
    {.name = "giving-zvt-goods-back",
     .call = {.till = TILL_RELOAD, .verb = VERB_RECOVER, .bank = BANK_ZVT_GOODS},
     .prelude = begin_zvt_waiting},
};

const struct operation *operation_at(size_t index) {
  return index < sizeof operations / sizeof operations[0] ? &operations[index] : NULL;
}

/* SPDX-License-Identifier: Apache-2.0
 * Payouts at a reload terminal: money leaves the card and goes to its holder's hand, once the server has said that it
 * may. */
#ifndef EPURSE_TERMINAL_PAYOUT_H
#define EPURSE_TERMINAL_PAYOUT_H

#include "epurse/terminal.h"

/* In an entry's tender_kind: to a bank account. */
#define PAYOUT_BY_TRANSFER "transfer"
/* There: in cash, it ends its card, and the server has not said pay yet. */
#define PAYOUT_CLOSES "close"

/* The cashier. */
struct payout_desk {
  void *context;
  /* The server has said pay: the amount is to be handed out now, and with it the deposit of the card that this closes
   * (minor units; 0: none). `again`: it was so before, and may have been handed out
   * then. STATUS_OK: the holder has it; any other: that is not known, and it stays open. */
  enum status (*hand_out)(void *context, struct amount amount, int64_t deposit, bool again);
};

#define PAYOUT_QUESTION_AMOUNTS 3

/* What the cashier is asked then: a sentence for the catalogue, with "%s" where its amounts stand, in this order. */
struct payout_question {
  const char *sentence; /* static */
  size_t count;
  int64_t minor[PAYOUT_QUESTION_AMOUNTS];
  char texts[PAYOUT_QUESTION_AMOUNTS][AMOUNT_TEXT_MAX]; /* the same as people write them: the caller sets these */
};
/* Its texts are empty. */
void payout_question(struct amount amount, int64_t deposit, bool again, struct payout_question *question);
/* The sentence, or its translation, with the texts in their places. False: it does not fit. */
bool payout_question_print(const struct payout_question *question, const char *sentence, char *text,
                           size_t size) EPURSE_MUST_USE;

/* Runs a payout (ROLE_RELOAD, ROLE_PERSO) with the card in `reader`. STATUS_OK: the card is debited, and the cashier
 * has confirmed that the holder has the money. PAYOUT_OPEN: it is debited, and not known to be handed out: the same
 * again with the same card goes on, as does payouts_confirm; or payouts_put_back, where nothing was to be handed out
 * yet. PAYOUT_BACK: it was put back, and is owed to the card. Others as of purchase_run. With payment->iban nothing is
 * handed out: STATUS_OK: the card is debited, and the server orders the transfer when it has r, which the journal keeps
 * until then. STATUS_IBAN_INVALID: the card was not touched. With payment->cid another card ends it before it is
 * touched: CANCELLED, or PAYOUT_OPEN where one of the card that is meant is open. With payment->closes the amount is
 * all that is on the card (else STATUS_BAD_AMOUNT), and the card is at its end when the server has r: it is blocked
 * here, where it can be, or at its next contact; payouts_confirm goes on with it without the card. */
enum status payout_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct payout_desk *desk, const struct dialogue *dialogue,
                       struct outcome *outcome) EPURSE_MUST_USE;

/* As payout_run, of all that is on the card: payment->amount is set to it. Its balance is read first, with the PIN with
 * which it is then paid out; of one that ends the card, and that the card has paid already, the journal knows it: no
 * PIN is asked for, and the card is not killed before that goes on. STATUS_INSUFFICIENT_BALANCE, with no amount in
 * *outcome: there is nothing on it, nothing of it open or untold here, and it is not to be closed. */
enum status payout_all_run(struct terminal *terminal, struct reader *reader, struct payment *payment,
                           const struct payout_desk *desk, const struct dialogue *dialogue,
                           struct outcome *outcome) EPURSE_MUST_USE;

/* Asks the cashier about each payout of the journal that was to be handed out, and was not confirmed, and the server
 * about those that end their cards first; no card is needed. STATUS_OK
 * also where some stay open. */
enum status payouts_confirm(struct terminal *terminal, const struct payout_desk *desk) EPURSE_MUST_USE;

/* The payouts that are committed, and that the server has not said pay of: they are owed to their cards from now on,
 * and a load of just that credits them. *count: how many; *amount: what they come to. */
enum status payouts_put_back(struct terminal *terminal, unsigned *count, int64_t *amount) EPURSE_MUST_USE;

#endif

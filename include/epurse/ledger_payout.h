/* SPDX-License-Identifier: Apache-2.0
 * Payouts: money of a card into its holder's hand. Part of the ledger: what ledger.h says at its beginning holds here
 * too. */
#ifndef EPURSE_LEDGER_PAYOUT_H
#define EPURSE_LEDGER_PAYOUT_H

#include "epurse/iban.h"
#include "epurse/ledger_transaction.h"

/* Of a cardholder. */
struct ledger_account {
  char iban[IBAN_MAX + 1];
  char name[HOLDER_MAX + 1]; /* of its owner, UTF-8 */
};

/* What its holder wants. */
struct ledger_payout_terms {
  const struct ledger_account *account; /* where it goes; NULL: into the hand */
  bool closes;                          /* it ends the card */
};

/* As ledger_purchase_authorise, for a payout: money that leaves the card for its holder's hand, at a terminal that
 * loads. Further: STATUS_PAYOUT_LIMIT. What is captured of it waits for ledger_payout_settle; with an account nothing
 * is handed out, and the next settlement orders a transfer of what is captured. STATUS_IBAN_INVALID: it is no account.
 * With terms->closes it is all that is on the card, else STATUS_BAD_AMOUNT, and the step that captures it blocks the
 * card; what is owed to the card and its points stay where they are, for a card that replaces it. Of an empty card that
 * is 0, and without terms->closes STATUS_PAYOUT_OF_NOTHING; of the terminal's day it needs room for the smallest
 * amount, so that where it is used up no deposit goes out either. */
enum status ledger_payout_authorise(struct ledger *ledger, const struct signed_promise *offer,
                                    const struct ledger_payout_terms *terms, const struct ledger_signer *signer,
                                    struct ledger_transaction *transaction) EPURSE_MUST_USE;

/* What a terminal wants of a payout that its card has committed. */
enum payout_wish {
  PAYOUT_WISH_PAY = 1, /* the word that it may hand it out */
  PAYOUT_WISH_BACK,    /* that it is owed to the card instead */
  PAYOUT_WISH_DONE     /* it was handed out: a person said so */
};
/* Answers the terminal that the promise names, and no other. Captured: the first wish decides, pay or back, and every
 * later one is answered the same; DONE is a pay that is noted as handed out, and changes nothing of what went back. Not
 * captured: *fate tells how it stands, and nothing is decided; never seen: as above. STATUS_NOT_PERMITTED: another
 * terminal; STATUS_BAD_FORMAT: no payout. With inquiry->receipt it is taken first, as ledger_receipt_bring does, with
 * its statuses: what a restoration made this ledger forget is booked and decided in one, so that nobody can decide it
 * otherwise in between. */
enum status ledger_payout_settle(struct ledger *ledger, const struct ledger_reversal *wanted,
                                 struct ledger_fate *fate) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Payouts at a reload terminal: money leaves the card and goes to its holder's hand, once the server has said that it may. */
#ifndef EPURSE_TERMINAL_PAYOUT_H
#define EPURSE_TERMINAL_PAYOUT_H

#include "epurse/terminal.h"

/* In an entry's tender_kind: to a bank account. */
#define PAYOUT_BY_TRANSFER "transfer"

/* The cashier. */
struct payout_desk {
  void *context;
  /* The server has said pay: the amount is to be handed out now. `again`: it was so before, and may have been handed out
   * then. STATUS_OK: the holder has it; any other: that is not known, and it stays open. */
  enum status (*hand_out)(void *context, struct amount amount, bool again);
};

/* Runs a payout (ROLE_RELOAD) with the card in `reader`. STATUS_OK: the card is debited, and the cashier has confirmed that
 * the holder has the money. PAYOUT_OPEN: it is debited, and not known to be handed out: the same again with the same card
 * goes on, as does payouts_confirm; or payouts_put_back, where nothing was to be handed out yet. PAYOUT_BACK: it was put back, and is
 * owed to the card. Others as of purchase_run. With payment->iban nothing is handed out: STATUS_OK: the card is debited, and the
 * server orders the transfer when it has r, which the journal keeps until then. STATUS_IBAN_INVALID: the card was not touched. */
enum status payout_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct payout_desk *desk, const struct dialogue *dialogue,
                       struct outcome *outcome) EPURSE_MUST_USE;

/* Asks the cashier about each payout of the journal that was to be handed out, and was not confirmed; no card is needed. STATUS_OK
 * also where some stay open. */
enum status payouts_confirm(struct terminal *terminal, const struct payout_desk *desk) EPURSE_MUST_USE;

/* The payouts that are committed, and that the server has not said pay of: they are owed to their cards from now on, and a load of
 * just that credits them. *count: how many; *amount: what they come to. */
enum status payouts_put_back(struct terminal *terminal, unsigned *count, int64_t *amount) EPURSE_MUST_USE;

#endif

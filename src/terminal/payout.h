/* SPDX-License-Identifier: Apache-2.0
 * Payouts in the journal: to a bank account, or in cash, which is handed out after the card has committed it. */
#ifndef EPURSE_TERMINAL_PAYOUT_FLOW_H
#define EPURSE_TERMINAL_PAYOUT_FLOW_H

#include "order.h"

struct payout_desk;

/* ---- payout_kind.c ---- */

/* Nothing is handed out: when the server has r, it is done. */
bool payout_is_transfer(const struct journal_entry *entry);
bool payout_in_cash(const struct journal_entry *entry);

/* ---- payout_hand_out.c ---- */

/* From r on, as far as the server and the cashier take it. Statuses of payout_run; STATUS_REFERENCE_DONE: it was at
 * another terminal. */
enum status payout_finish(struct order *order, const struct payout_desk *desk) EPURSE_MUST_USE;

/* Of one in cash that its card has committed: tells the server r, or that it was handed out. True: the entry is closed.
 * Whether it is to be handed out is not asked: its holder is not here. */
bool payout_recover(struct order *order);

/* What was said of a payout that the card has committed, to be said again to a server that has forgotten it: enum
 * hand_out_wish; 0: nothing yet. */
uint8_t payout_said(const struct journal_entry *entry);

/* What the newest payout of that card comes to that is open in the journal, or that nobody was told of; `closed`: of
 * those alone that the card has committed and that end it. STATUS_INSUFFICIENT_BALANCE: there is none. */
enum status payout_open_amount(struct terminal *terminal, const uint8_t cid[CID_SIZE], bool closed,
                               int64_t *minor) EPURSE_MUST_USE;

#endif

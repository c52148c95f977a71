/* SPDX-License-Identifier: Apache-2.0
 * How a payout in the journal is paid out: to a bank account, or in cash. */
#include "epurse/terminal_payout.h"

#include <string.h>

#include "payout.h"

bool payout_is_transfer(const struct journal_entry *entry) {
  return entry->type == TRANSACTION_PAYOUT && strcmp(entry->tender_kind, PAYOUT_BY_TRANSFER) == 0;
}

bool payout_in_cash(const struct journal_entry *entry) {
  return entry->type == TRANSACTION_PAYOUT && !payout_is_transfer(entry);
}

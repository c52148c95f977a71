/* SPDX-License-Identifier: Apache-2.0
 * A transaction that a restoration made this ledger forget, booked from its whole receipt. */
#ifndef LEDGER_BRING_H
#define LEDGER_BRING_H

#include "epurse/ledger_transaction.h"

struct bringing {
  const struct ledger_inquiry *inquiry; /* with its receipt */
  int64_t id;                           /* card << 32 | atc, of no transaction that is known */
  const uint8_t *hash;                  /* of the promise */
};

/* Books it as it was authorised then, and captures it; a hold that its promise proves is captured first. Inside a step.
 * STATUS_NOT_FOUND, STATUS_OUT_OF_STEP, STATUS_CARD_REPLACED, STATUS_TERMINAL_LIMIT, STATUS_MERCHANT_LIMIT: as
 * ledger_receipt_bring. */
enum status bring_receipt(struct ledger *ledger, const struct bringing *bringing) EPURSE_MUST_USE;

/* Of a receipt that is known: its account, where that was forgotten. STATUS_BAD_FORMAT: it is one in cash;
 * STATUS_IBAN_INVALID. */
enum status bring_account(struct ledger *ledger, const struct bringing *bringing) EPURSE_MUST_USE;

/* Notes that what is captured, as the last one, may have been paid out by a settlement that was forgotten. */
enum status brought_in_note(struct ledger *ledger, int64_t booking, int64_t now) EPURSE_MUST_USE;

#endif

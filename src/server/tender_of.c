/* SPDX-License-Identifier: Apache-2.0
 * How a load was paid for: from a message's words to the ledger's kinds. */
#include "tender_of.h"

#include <stdio.h>
#include <string.h>

#include "epurse/message.h"

_Static_assert(sizeof((struct ledger_tender *)0)->reference ==
                   sizeof((struct transaction_request *)0)->tender_reference,
               "a bank's reference is kept whole");

struct ledger_tender tender_of(const char *kind, const char *reference) {
  struct ledger_tender tender = {.kind = LEDGER_TENDER_BANK}; /* "manual", "simulator", "zvt": a bank's reader */

  if (kind[0] == '\0')
    tender.kind = LEDGER_TENDER_NONE;
  else if (strcmp(kind, "cash") == 0)
    tender.kind = LEDGER_TENDER_CASH;
  else if (strcmp(kind, "owed") == 0)
    tender.kind = LEDGER_TENDER_OWED;
  (void)snprintf(tender.reference, sizeof tender.reference, "%s", reference);
  return tender;
}

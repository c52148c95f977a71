/* SPDX-License-Identifier: Apache-2.0
 * What a person has to do after a restoration: all that nobody but the issuer tells the ledger again. */
#ifndef EPURSE_CMD_ADMIN_RESTORE_LIST_H
#define EPURSE_CMD_ADMIN_RESTORE_LIST_H

#include "admin.h"
#include "epurse/ledger.h"

/* Prints it, and adds it to admin->report: "since", "until" (RFC 3339) and "todo", objects of "what", "whose", "do".
 * `old` is what stood there before, and says exactly what is missing; NULL: it cannot be read, and all that may be is
 * named. `ledger` is the restored one. */
enum status restore_list(struct admin *admin, struct ledger *ledger, struct ledger *old) EPURSE_MUST_USE;

#endif

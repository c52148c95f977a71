/* SPDX-License-Identifier: Apache-2.0
 * What a person has to do after a restoration: all that nobody but the issuer tells the ledger again. */
#ifndef EPURSE_CMD_ADMIN_RESTORE_LIST_H
#define EPURSE_CMD_ADMIN_RESTORE_LIST_H

#include "admin.h"

/* Says on stderr what the restored ledger at `url` lacks; prints the list, and adds it to admin->report: "since",
 * "until" (RFC 3339) and "todo", objects of "what", "whose", "do". `old` is the file that stood there before, and says
 * exactly what is missing; NULL: it cannot be read, and all that may be is named. Both are opened; that they cannot be
 * is said, and no failure. */
void restore_tell(struct admin *admin, const char *url, const char *old);

#endif

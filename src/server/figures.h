/* SPDX-License-Identifier: Apache-2.0
 * What the metrics tell of the ledger, read once for all who ask at a time. */
#ifndef EPURSE_SERVER_FIGURES_H
#define EPURSE_SERVER_FIGURES_H

#include "epurse/must_use.h"
#include "epurse/status.h"

struct ledger_silence;
struct ledger_totals;
struct service;
struct figures_kept;

/* STATUS_NO_MEMORY. */
enum status figures_new(struct figures_kept **kept) EPURSE_MUST_USE;
/* Sets *kept to NULL; NULL is fine. */
void figures_free(struct figures_kept **kept);

/* As the ledger is now. One reading is under way at most; who asks meanwhile waits, and the next one is for all of
 * them. Otherwise as ledger_totals_live. From any thread but the writers'. */
enum status figures_look(struct service *service, struct ledger_totals *totals,
                         struct ledger_silence *silence) EPURSE_MUST_USE;

#endif

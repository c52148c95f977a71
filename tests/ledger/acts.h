/* SPDX-License-Identifier: Apache-2.0
 * Calls of the ledger as world_do takes them. */
#ifndef TESTS_LEDGER_ACTS_H
#define TESTS_LEDGER_ACTS_H

#include "epurse/ledger.h"

/* `what`: the card's number. */
enum status act_block(struct ledger *ledger, const void *what);
/* A struct ledger_replacing. */
enum status act_replace(struct ledger *ledger, const void *what);
/* A struct ledger_terminal. */
enum status act_terminal(struct ledger *ledger, const void *what);
/* The terminal's identifier. */
enum status act_revoke(struct ledger *ledger, const void *what);
/* An int64_t, the time: closes a settlement. */
enum status act_close(struct ledger *ledger, const void *what);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The rows that a transaction has locked, and what it may do with them while others are under way.
 *
 * Locked before anything is read: terminals, then merchants, cards and references, each in order of number; the till,
 * of which there is one, last, before the first statement that needs it is sent. So no two wait for each other. */
#ifndef LEDGER_POSTGRES_GUARD_H
#define LEDGER_POSTGRES_GUARD_H

#include "postgres_pipe.h"

struct guard; /* of one connection */

/* NULL: no memory. */
struct guard *guard_make(void);
void guard_free(struct guard *guard);
/* Nothing is locked any more. */
void guard_drop(struct guard *guard);

/* Sends the locks of all that the hints name; they are held once guard_take has seen the answers. */
enum status guard_ask(struct guard *guard, struct pipe *pipe, const struct store_hint *hints,
                      size_t count) EPURSE_MUST_USE;
/* After pipe_wait, whatever came of it. */
void guard_take(struct guard *guard, struct pipe *pipe);

enum guard_verdict { GUARD_OPEN, GUARD_TILL, GUARD_CLOSED };
/* Whether the rows that the call reads or writes are locked; GUARD_TILL: once the till is, too. */
enum guard_verdict guard_judge(const struct guard *guard, const struct store_call *call);

#define GUARD_LOCK_TILL "SELECT pg_advisory_xact_lock(CAST(CAST(to_regclass('capture') AS oid) AS bigint))"

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What the steps of a group are going to read, read for all of them at once: one statement for each kind. Whatever was
 * written since is not answered from here. */
#ifndef LEDGER_POSTGRES_GATHER_H
#define LEDGER_POSTGRES_GATHER_H

#include "postgres_pipe.h"

struct gather; /* of one connection */

/* NULL: no memory. */
struct gather *gather_make(void);
void gather_free(struct gather *gather);
/* Nothing is known any more. */
void gather_drop(struct gather *gather);

/* Reads in one round trip what the hints name. Where that fails the pipe says why; less may be known than was asked
 * for. */
enum status gather_read(struct gather *gather, struct pipe *pipe, const struct store_hint *hints,
                        size_t count) EPURSE_MUST_USE;
/* Whether the call's answer is known: a cursor before its first row, which need not be finished. */
bool gather_answer(struct gather *gather, const struct store_call *call, struct store_cursor *cursor);
/* Anything may have been written. What was answered stays readable until gather_drop or gather_read. */
void gather_forget(struct gather *gather);
/* Rows of that card (0: none) or key are written: what is known of them counts no longer. */
void gather_dirty(struct gather *gather, int64_t card, int64_t key);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Terminals as the ledger has them, kept at hand: each request needs its sender's row. */
#ifndef EPURSE_SERVER_TERMINAL_CACHE_H
#define EPURSE_SERVER_TERMINAL_CACHE_H

#include <stdbool.h>

#include "epurse/must_use.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger_terminal;
struct writer;
struct terminal_cache;

/* `only`: nobody but this process changes terminals, so that what is kept is never old. STATUS_NO_MEMORY. */
enum status terminal_cache_new(bool only, struct terminal_cache **terminal_cache) EPURSE_MUST_USE;
void terminal_cache_free(struct terminal_cache **terminal_cache);

/* As ledger_terminal_find, but for last_seq, which may be an older one. `old_will_do`: so may be all of it, where other
 * servers change terminals too: whoever acts on it asks again in his step (ledger_terminal_check). From any thread. */
enum status terminal_cache_find(struct terminal_cache *terminal_cache, struct writer *writer,
                                const uint8_t tid[TID_SIZE], bool old_will_do,
                                struct ledger_terminal *terminal) EPURSE_MUST_USE;

/* A payment's number was noted (ledger_terminal_hear): nothing is to be noted until one is much higher. From any
 * thread. */
void terminal_cache_heard(struct terminal_cache *terminal_cache, const uint8_t tid[TID_SIZE], uint64_t seq);

/* Forgets what it has: called once a terminal's new row is committed, before anybody is told. */
void terminal_cache_forget(struct terminal_cache *terminal_cache);

#endif

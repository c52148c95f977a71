/* SPDX-License-Identifier: Apache-2.0
 * Terminals as the ledger has them, kept at hand: each request needs its sender's row. */
#ifndef EPURSE_SERVER_ROSTER_H
#define EPURSE_SERVER_ROSTER_H

#include <stdbool.h>

#include "epurse/ledger_terminal.h"
#include "writer.h"

struct roster;

/* `keep`: nobody but this process changes terminals; without it each one is read anew. STATUS_NO_MEMORY. */
enum status roster_new(bool keep, struct roster **roster) EPURSE_MUST_USE;
void roster_free(struct roster **roster);

/* As ledger_terminal_find, but for last_seq, which may be an older one. From any thread. */
enum status roster_find(struct roster *roster, struct writer *writer, const uint8_t tid[TID_SIZE],
                        struct ledger_terminal *terminal) EPURSE_MUST_USE;

/* Forgets what it has: called once a terminal's new row is committed, before anybody is told. */
void roster_forget(struct roster *roster);

#endif

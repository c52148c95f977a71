/* SPDX-License-Identifier: Apache-2.0
 * A whole purse world for the flow tests: a new issuer, the real epursed as a process on a free port, terminals of each
 * role, made by the real epurse-admin. */
#ifndef EPURSE_TESTS_SYSTEM_FLOW_WORLD_H
#define EPURSE_TESTS_SYSTEM_FLOW_WORLD_H

#include <stdbool.h>

#include "epurse/message.h"
#include "epurse/terminal.h"
#include "world/installation.h"

#define WORLD_PURSE_CEILING   50000 /* minor units, as epurse-admin init sets them */
#define WORLD_PAYMENT_CEILING 15000
#define FLOW_DEPOSIT          700 /* minor units, taken for each card of this world */

/* One world for all tests: unchecked fixtures of a test case. */
void flow_world_begin(void);
void flow_world_begin_with(
    const char *no_pin); /* with these options of `epurse-admin init` on payments without a PIN */
void flow_world_end(void);
extern struct installation flow_world;
/* Runs a command line, with $W the world's folder and $P the programs', which must end with 0. */
#define flow_shell(...) ck_assert(installation_shell(__VA_ARGS__))

/* The server stops answering, keeping what comes; and goes on. Whoever is to give up meanwhile says so before:
 * terminals that are opened from then on wait five seconds for an answer, and a minute again once the server goes
 * on. */
void flow_server_freeze(void);
void flow_server_thaw(void);
void flow_impatient(void);
/* It ends, for good. */
void flow_server_stop(void);

/* A terminal of the world: "pos", "pos2", "reload", "perso", "issuer/admin", or one that was added. Close it with
 * terminal_close. */
struct terminal *flow_terminal(const char *name);
/* One more, of the bakery. */
void flow_terminal_add(const char *tid, const char *role, const char *name);
/* Leads a terminal's line to where nobody listens, and back. */
void flow_terminal_unplug(const char *name, bool unplugged);

/* What the server holds of a card. */
struct card_facts flow_facts(const uint8_t cid[CID_SIZE]);
/* Has it block a card. */
void flow_block(const uint8_t cid[CID_SIZE]);
/* How many requests to that path it has answered with OK, by its own log. */
unsigned flow_requests(const char *path);
/* The ledger check: no findings. */
void flow_ledger_clean(void);
/* The audit of everything that the world has written so far, the ledger from a copy: no findings. */
void flow_audit_clean(void);

/* How many of its two ways a test goes that is torn at every write: both, or the first one where FLOW_WAYS is 1, as
 * in a quick run under sanitizers. */
int flow_ways(void);

#endif

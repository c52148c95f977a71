/* SPDX-License-Identifier: Apache-2.0
 * The world of a measurement: an issuer made by epurse-admin in a folder of its own, and its keys, since whoever makes
 * a world may sign in it. */
#ifndef EPURSE_TESTS_BENCH_WORLD_H
#define EPURSE_TESTS_BENCH_WORLD_H

#include <stdint.h>

#include "plan.h"
#include "server/service.h"

#define WORLD_PIN               "2468"
#define WORLD_SERVER_PASSPHRASE "server passphrase"

struct world {
  const struct plan *plan;
  char folder[160];
  char issuer[192];       /* its folder: epursed.conf, keys, certificates */
  int port;               /* of the server, 127.0.0.1 */
  struct service service; /* keyring and configuration, as the server reads them; no ledger */
  struct key *terminal_ca;
  int64_t made_at; /* unix seconds */
};

/* Makes the folder and the issuer with one card number; at exit the folder goes, unless the plan says --keep. */
void world_make(const struct plan *plan, struct world *world);
void world_close(struct world *world);

/* Runs a command line, with $W the folder and $P the programs' folder. */
void world_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The ledger, while no server has it open; the caller closes it. */
struct ledger *world_ledger(const struct world *world);

#endif

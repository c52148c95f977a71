/* SPDX-License-Identifier: Apache-2.0
 * The world of a measurement: an issuer made by epurse-admin in a folder of its own, and its keys, since whoever makes
 * a world may sign in it. */
#ifndef EPURSE_TESTS_BENCH_WORLD_H
#define EPURSE_TESTS_BENCH_WORLD_H

#include <stdint.h>

#include "plan.h"
#include "server/service.h"
#include "world/installation.h"

#define WORLD_PIN "2468"

struct world {
  const struct plan *plan;
  struct installation installation;
  char issuer[192];       /* its folder: epursed.conf, keys, certificates */
  struct service service; /* keyring and configuration, as the server reads them; no ledger */
  struct key *terminal_ca;
  int64_t made_at; /* unix seconds */
};

/* Makes the folder and the issuer with one card number; at exit the folder goes, unless the plan says --keep. */
void world_make(const struct plan *plan, struct world *world);
void world_close(struct world *world);

/* The ledger, while no server has it open; the caller closes it. */
struct ledger *world_ledger(const struct world *world);

#endif

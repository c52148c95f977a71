/* SPDX-License-Identifier: Apache-2.0
 * A service over a ledger of its own, with its terminals: what each test of an endpoint begins with. */
#ifndef TESTS_SERVER_WORLD_H
#define TESTS_SERVER_WORLD_H

#include <check.h>

#include "epurse/ledger_card.h"
#include "epurse/ledger_terminal.h"
#include "epurse/pin_envelope.h"
#include "house.h"
#include "server/service.h"
#include "server/writer.h"
#include "station.h"

struct world {
  struct service service;
  bool borrows_keys; /* the keyring is that of all tests */
  int64_t now;       /* the service's clock */
  struct station pos, other_pos, reload, desk, other_desk, admin, admin_too, expired;
};

/* Once for a suite, before its tests are forked: makes the directory. As an unchecked fixture. */
void world_begin(void);
void world_end(void);

/* The directory. */
const char *world_folder(void);

/* A service with the directory's keys and configuration, put together by hand: opening enciphered keys is slow. */
void world_open(struct world *world);
/* The same by service_open, as the program does it. */
void world_open_whole(struct world *world);
/* Another server on the same database; service_close closes it. */
void world_open_beside(struct world *world, struct service *service);
/* After the ledger's own check found nothing. */
void world_close(struct world *world);
/* The same of one whose ledger is broken, or whose server has stopped already. */
void world_leave(struct world *world);

/* The clock that shows world->now, which is its context. */
int64_t world_clock(void *context);

/* A case whose tests find the directory there; slow cryptography under instrumentation has its time. */
TCase *world_case(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A service over a ledger of its own, with its terminals. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epurse/ledger_audit.h"
#include "place.h"
#include "world/folder.h"

#define ok(call)     ck_assert_int_eq((call), STATUS_OK)
#define CASE_SECONDS 60

/* One directory for all tests of a suite: making keys is slow, and nothing in it changes. */
static char folder[64];
static struct keyring keys;
static char pattern[PLACE_MAX]; /* the ledger that tests have copies of */

const char *world_folder(void) {
  return folder;
}

void world_begin(void) {
  char problem[256] = "";

  ck_assert(folder_make(NULL, "epurse-server", folder, sizeof folder));
  house_make(folder);
  struct configuration configuration;
  ck_assert_msg(configuration_load(folder, &configuration, problem) == STATUS_OK, "%s", problem);
  ck_assert_int_lt(snprintf(pattern, sizeof pattern, "%s", configuration.store), PLACE_MAX);
  ok(keyring_certificates(&keys, folder, (int64_t)time(NULL), problem));
  ok(keyring_keys(&keys, folder, HOUSE_PASSPHRASE, problem));
}

void world_end(void) {
  keyring_clear(&keys);
  place_remove(pattern);
  ck_assert(folder_remove(folder));
}

int64_t world_clock(void *context) {
  return *(int64_t *)context;
}

/* Configuration with a test's own copy of the empty ledger. */
static void load_configuration(struct configuration *configuration) {
  char problem[256] = "", url[PLACE_MAX];

  ck_assert_msg(configuration_load(folder, configuration, problem) == STATUS_OK, "%s", problem);
  place_copy(configuration->store, folder, url);
  ck_assert_int_lt(snprintf(configuration->store, sizeof configuration->store, "%s", url), PLACE_MAX);
  configuration->watch = 0; /* tests look into the ledger while nobody else does */
  snprintf(configuration->backups, sizeof configuration->backups, "%s/backups-%d", folder, (int)getpid());
}

static void open_stations(struct world *world) {
  world->now = (int64_t)time(NULL);
  world->service.clock = world_clock;
  world->service.clock_context = &world->now;
  world->service.log.fd = -1;
  station_open(&world->pos, folder, POS);
  station_open(&world->other_pos, folder, OTHER_POS);
  station_open(&world->reload, folder, RELOAD);
  station_open(&world->desk, folder, DESK);
  station_open(&world->other_desk, folder, OTHER_DESK);
  station_open(&world->admin, folder, ADMIN);
  station_open(&world->admin_too, folder, ADMIN_TOO);
  station_open(&world->expired, folder, EXPIRED);
}

void world_open(struct world *world) {
  struct ledger *ledger = NULL;

  memset(world, 0, sizeof *world);
  load_configuration(&world->service.configuration);
  world->service.keyring = keys;
  world->borrows_keys = true;
  ok(ledger_open(world->service.configuration.store, &ledger));
  ok(service_start(&world->service, &ledger));
  open_stations(world);
}

void world_open_whole(struct world *world) {
  struct configuration configuration;
  char problem[256] = "";

  memset(world, 0, sizeof *world);
  load_configuration(&configuration);
  ck_assert_msg(service_open(&world->service, &configuration, HOUSE_PASSPHRASE, problem) == STATUS_OK, "%s", problem);
  open_stations(world);
}

void world_open_beside(struct world *world, struct service *service) {
  struct configuration configuration = world->service.configuration;
  char problem[256] = "";

  *service = (struct service){0};
  ck_assert_msg(service_open(service, &configuration, HOUSE_PASSPHRASE, problem) == STATUS_OK, "%s", problem);
  service->clock = world_clock;
  service->clock_context = &world->now;
  service->log.fd = -1;
}

static void report(void *context, const char *line) {
  (void)context;
  ck_abort_msg("the ledger says: %s", line);
}

void world_close(struct world *world) {
  ok(ledger_check(writer_ledger(world->service.writer), report, NULL));
  world_leave(world);
}

void world_leave(struct world *world) {
  if (world->borrows_keys) /* a test may be no process of its own (CK_FORK=no) */
    service_stop(&world->service);
  else
    service_close(&world->service);
  place_remove(world->service.configuration.store);
  station_close(&world->pos);
  station_close(&world->other_pos);
  station_close(&world->reload);
  station_close(&world->desk);
  station_close(&world->other_desk);
  station_close(&world->admin);
  station_close(&world->admin_too);
  station_close(&world->expired);
}

TCase *world_case(const char *name) {
  TCase *made = tcase_create(name);

  tcase_add_unchecked_fixture(made, world_begin, world_end);
  tcase_set_timeout(made, CASE_SECONDS);
  return made;
}

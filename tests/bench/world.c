/* SPDX-License-Identifier: Apache-2.0
 * The world of a measurement. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"
#include "configure.h"
#include "epurse/key.h"
#include "epurse/ledger.h"
#include "must.h"
#include "world/folder.h"

static char removable[160]; /* "": nothing is to be removed */
static pid_t maker;

/* A child that exits must not take its parent's world away. */
static void remove_folder(void) {
  if (removable[0] != '\0' && getpid() == maker)
    (void)folder_remove(removable);
}

static void place_take(struct world *world) {
  struct installation *made = &world->installation;
  must(installation_begin(made, world->plan->folder, "bench-world", world->plan->programs),
       "no folder can be made in %s", world->plan->folder);
  snprintf(world->issuer, sizeof world->issuer, "%s/issuer", made->folder);
  if (!world->plan->keep)
    memcpy(removable, made->folder, sizeof removable);
  maker = getpid();
  must_at_end(remove_folder);
}

/* Limits that stand in nobody's way, the store, and whatever the plan adds. */
static void configure(const struct world *world) {
  static const char *const limits[] = {"limits.connections=32768", "limits.connections_each=1024",
                                       "limits.requests_per_second=100000", "limits.requests_at_once=100000",
                                       "limits.idle_seconds=3600"};
  char path[256], store[640];
  snprintf(path, sizeof path, "%s/epursed.conf", world->issuer);
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
    configure_set(path, limits[i]);
  if (bare_is_postgres(world->plan->store)) {
    must((size_t)snprintf(store, sizeof store, "ledger.store=%s", world->plan->store) < sizeof store,
         "the store's name is too long");
    configure_set(path, store);
  }
  for (size_t i = 0; i < world->plan->setting_count; i++)
    configure_set(path, world->plan->settings[i]);
}

/* epurse-admin init has made one of SQLite; nobody here needs the issuer's own terminal in it. */
static void ledger_make(const struct world *world) {
  static const struct ledger_settings settings = {.currency = 978, .issuer = 999999, .pool_size = 1};
  if (bare_is_postgres(world->plan->store))
    must_ok(ledger_create(world->plan->store, &settings), world->plan->store);
}

static void issuer_make(struct world *world) {
  must(installation_init(&world->installation, "--pool 1"), "the issuer cannot be made");
  configure(world);
  ledger_make(world);
}

static int64_t wall_clock(void *context) {
  (void)context;
  return (int64_t)time(NULL);
}

static void keys_load(struct world *world) {
  struct service *service = &world->service;
  char problem[256] = "", path[256];
  must_ok(configuration_load(world->issuer, &service->configuration, problem), problem);
  must_ok(keyring_certificates(&service->keyring, world->issuer, world->made_at, problem), problem);
  must_ok(keyring_keys(&service->keyring, world->issuer, INSTALLATION_SERVER_PASSPHRASE, problem), problem);
  snprintf(path, sizeof path, "%s/issuer/terminal-ca.key", world->issuer);
  must_ok(key_load(path, INSTALLATION_PASSPHRASE, &world->terminal_ca), path);
  service->clock = wall_clock;
}

void world_make(const struct plan *plan, struct world *world) {
  memset(world, 0, sizeof *world);
  world->plan = plan;
  world->made_at = (int64_t)time(NULL);
  place_take(world);
  issuer_make(world);
  keys_load(world);
}

void world_close(struct world *world) {
  keyring_clear(&world->service.keyring);
  key_free(&world->terminal_ca);
}

struct ledger *world_ledger(const struct world *world) {
  struct ledger *ledger = NULL;
  must_ok(ledger_open(world->service.configuration.store, &ledger), "the ledger cannot be opened");
  return ledger;
}

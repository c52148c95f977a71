/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint works with: ledger, keys, settings, clock, counters, log. Every thread may use it. */
#ifndef EPURSE_SERVER_SERVICE_H
#define EPURSE_SERVER_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "configuration.h"
#include "epurse/ledger_incarnation.h"
#include "http/log.h"
#include "http/metrics.h"
#include "keyring.h"

struct figures_kept;
struct ledger;
struct rate;
struct terminal_cache;
struct writer;
struct watch;
struct backup;

struct service {
  struct configuration configuration;
  struct keyring keyring;
  struct writer *writer; /* the one that works with the ledger */
  struct writer *reader; /* for what reads much: of a shared ledger, on a connection of its own; else the writer */
  struct watch *watch;   /* of the ledger; NULL: not watched */
  struct backup *backup; /* on-line backups */
  struct terminal_cache *terminal_cache; /* of terminals */
  struct figures_kept *figures;          /* of the ledger, for metrics */
  struct ledger_incarnation incarnation; /* of the ledger, as it was opened */
  int64_t (*clock)(void *context);       /* unix seconds; tests bring one of their own */
  void *clock_context;
  bool (*clock_synchronised)(void); /* asked where the configuration is strict */
  struct clock_mark clock_mark;     /* how far the time had come */
  _Atomic int64_t
      store_failed_at; /* unix seconds, when a request last met a store that does not do its work; 0: over, as told */
  struct rate *rate;   /* of requests, by terminal; the event loop's, NULL: unbounded */
  struct metrics metrics;
  struct log log;
  struct log_room log_room;
};

/* Unix seconds. */
int64_t service_now(const struct service *service);
/* Seconds that the issuer's time zone, which is this machine's (TZ), is ahead of UTC at that moment. */
int64_t service_zone(int64_t now);
/* The day there, counted from 1970-01-01. */
int64_t service_day(int64_t now);

/* What nobody brought in of cards' off-line payments in `replacement_days` (one at least) is theirs again. Inside a
 * step. */
enum status service_offline_lapse(const struct service *service, struct ledger *ledger) EPURSE_MUST_USE;

/* ---- service_open.c ---- */

/* Opens ledger and keys by a configuration that was loaded. `passphrase` opens the private keys; the caller wipes it.
 * STATUS_BAD_CONFIG: the ledger is of another currency or issuer; otherwise as ledger_open, keyring_certificates and
 * keyring_keys. `problem` (256 bytes) says what. On failure everything is released. */
enum status service_open(struct service *service, const struct configuration *configuration, const char *passphrase,
                         char problem[256]) EPURSE_MUST_USE;

/* Hands the ledger to a writer of its own, by the service's configuration, and makes the terminal_cache: what
 * service_open ends with. STATUS_NO_MEMORY: *ledger stays the caller's. */
enum status service_start(struct service *service, struct ledger **ledger) EPURSE_MUST_USE;

/* Ends what service_start began: checkpoints and closes the ledger. */
void service_stop(struct service *service);

/* service_stop; wipes the keys. */
void service_close(struct service *service);

#endif

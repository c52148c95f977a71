/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint works with: ledger, keys, settings, clock, counters, log. */
#ifndef EPURSE_SERVER_SERVICE_H
#define EPURSE_SERVER_SERVICE_H

#include <stdint.h>

#include "configuration.h"
#include "epurse/ledger.h"
#include "keyring.h"
#include "log.h"
#include "metrics.h"
#include "rate.h"

struct service {
  struct configuration configuration;
  struct keyring keyring;
  struct ledger *ledger;           /* the one connection that writes */
  int64_t (*clock)(void *context); /* unix seconds; tests bring one of their own */
  void *clock_context;
  struct rate *rate; /* of requests, by terminal; the running server's, NULL: unbounded */
  struct metrics metrics;
  struct log log;
};

/* Opens ledger and keys by a configuration that was loaded. `passphrase` opens the private keys; the caller wipes it.
 * STATUS_BAD_CONFIG: the ledger is of another currency or issuer; otherwise as ledger_open, keyring_certificates and
 * keyring_keys. `problem` (256 bytes) says what. On failure everything is released. */
enum status service_open(struct service *service, const struct configuration *configuration, const char *passphrase,
                         char problem[256]) EPURSE_MUST_USE;

/* Unix seconds. */
int64_t service_now(const struct service *service);

/* Checkpoints and closes the ledger, wipes the keys. */
void service_close(struct service *service);

#endif

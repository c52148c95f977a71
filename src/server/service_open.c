/* SPDX-License-Identifier: Apache-2.0
 * The service's beginning and end: ledger, keys, writer, backup and watch, in this order. */
#include "service.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "backup.h"
#include "epurse/clock.h"
#include "epurse/ledger_approval.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_totals.h"
#include "figures.h"
#include "terminal_cache.h"
#include "watch.h"
#include "writer.h"

#define PROBLEM_SIZE 256

static int64_t system_clock(void *context) {
  (void)context;
  return (int64_t)time(NULL);
}

static enum status open_ledger(const struct configuration *configuration, struct ledger **ledger, char problem[256]) {
  struct ledger_settings settings = {0};
  enum status status =
      ledger_is_backup(configuration->store) ? STATUS_BACKUP_UNRESTORED : ledger_open(configuration->store, ledger);

  if (status == STATUS_OK)
    status = ledger_settings(*ledger, &settings);
  if (status != STATUS_OK) {
    ledger_place(configuration->store, problem, PROBLEM_SIZE);
    return status;
  }
  if (settings.currency != configuration->currency || settings.issuer != configuration->issuer) {
    snprintf(problem, PROBLEM_SIZE, "the ledger is of currency %u and issuer %06u, the configuration says otherwise",
             settings.currency, settings.issuer);
    return STATUS_BAD_CONFIG;
  }
  return STATUS_OK;
}

/* What was booked between a backup and its return is not here; whoever runs this has to know. */
static enum status tell_restored(const struct service *service, struct ledger *ledger) {
  int64_t at = 0, needed = 0;
  enum status status = ledger_restored_at(ledger, &at);

  if (status != STATUS_OK || at == 0)
    return status;
  status = ledger_approvals_needed(ledger, &needed);
  if (status == STATUS_OK) {
    log_line(&service->log, LOG_WARNING, "restored",
             "at=%lld administrators=%lld text=\"this ledger is a backup that was put back%s\"", (long long)at,
             (long long)needed, needed > 1 ? "" : "; one administrator is enough in it, whatever was required since");
  }
  return status;
}

/* No cards are made here: meant so, or the file was forgotten. */
static void tell_not_issuing(const struct service *service) {
  if (service->keyring.card_ca == NULL)
    log_line(&service->log, LOG_INFO, "not-issuing", "text=\"no card-ca.key: payments are taken, no cards are made\"");
}

/* Payments do not wait for what reads much, where the database lets one read beside them. */
static enum status start_reader(struct service *service) {
  const struct writer_options options = {.group = 1, .shared = true, .metrics = &service->metrics};
  struct ledger *ledger = NULL;

  service->reader = service->writer;
  if (!ledger_shared(writer_ledger(service->writer)))
    return STATUS_OK;
  enum status status = ledger_open(service->configuration.store, &ledger);
  if (status == STATUS_OK)
    status = writer_open(&options, &ledger, &service->reader);
  ledger_close(&ledger);
  return status;
}

enum status service_start(struct service *service, struct ledger **ledger) {
  const struct writer_options options = {.group = service->configuration.group,
                                         .shared = ledger_shared(*ledger),
                                         .wait_us = service->configuration.group_wait_us,
                                         .metrics = &service->metrics};
  struct ledger_totals totals;

  json_object_seed(0); /* at the first use otherwise, by whichever thread comes first */
  enum status status = terminal_cache_new(!ledger_shared(*ledger), &service->terminal_cache);
  if (status == STATUS_OK)
    status = figures_new(&service->figures);
  if (status == STATUS_OK)
    status = ledger_incarnation(*ledger, &service->incarnation);
  if (status == STATUS_OK) /* what takes long only once, before anybody waits */
    status = ledger_totals_live(*ledger, &totals);
  if (status == STATUS_OK)
    status = writer_open(&options, ledger, &service->writer);
  if (status == STATUS_OK)
    status = start_reader(service);
  if (status == STATUS_OK)
    status = clock_open(service);
  if (status == STATUS_OK)
    status = backup_open(service, &service->backup);
  return status == STATUS_OK ? watch_open(service, &service->watch) : status;
}

enum status service_open(struct service *service, const struct configuration *configuration, const char *passphrase,
                         char problem[256]) {
  struct ledger *ledger = NULL;

  *service = (struct service){
      .configuration = *configuration, .clock = system_clock, .clock_synchronised = clock_synchronised};
  service->log_room.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  service->log = (struct log){.fd = STDERR_FILENO, .level = configuration->log_level, .room = &service->log_room};
  service->metrics.started_at = service_now(service);
  enum status status = keyring_certificates(&service->keyring, configuration->folder, service_now(service), problem);
  if (status == STATUS_OK)
    status = keyring_keys(&service->keyring, configuration->folder, passphrase, problem);
  if (status == STATUS_OK)
    status = open_ledger(configuration, &ledger, problem);
  if (status == STATUS_OK) {
    tell_not_issuing(service);
    status = tell_restored(service, ledger);
  }
  if (status == STATUS_OK && !configuration->numbers_ascending)
    ledger_numbers_draw(ledger);
  if (status == STATUS_OK)
    status = service_start(service, &ledger);
  if (status != STATUS_OK) {
    ledger_close(&ledger);
    service_close(service);
  }
  return status;
}

void service_stop(struct service *service) {
  watch_close(&service->watch);
  backup_close(&service->backup);
  if (service->reader != service->writer)
    writer_close(&service->reader);
  service->reader = NULL;
  writer_close(&service->writer);
  figures_free(&service->figures);
  terminal_cache_free(&service->terminal_cache);
}

void service_close(struct service *service) {
  service_stop(service);
  keyring_clear(&service->keyring);
}

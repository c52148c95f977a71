/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint works with, opened and closed. */
#include "config.h"

#include "service.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PROBLEM_SIZE 256

static int64_t system_clock(void *context) {
  (void)context;
  return (int64_t)time(NULL);
}

int64_t service_now(const struct service *service) {
  return service->clock(service->clock_context);
}

static enum status open_ledger(struct service *service, char problem[256]) {
  const struct configuration *configuration = &service->configuration;
  struct ledger_settings settings = {0};
  enum status status = ledger_open(configuration->store, &service->ledger);

  if (status == STATUS_OK) {
    status = ledger_settings(service->ledger, &settings);
  }
  if (status != STATUS_OK) {
    snprintf(problem, PROBLEM_SIZE, "%.150s: %.90s", configuration->store, status_sentence(status));
    return status;
  }
  if (settings.currency != configuration->currency || settings.issuer != configuration->issuer) {
    snprintf(problem, PROBLEM_SIZE, "the ledger is of currency %u and issuer %06u, the configuration says otherwise",
             settings.currency, settings.issuer);
    return STATUS_BAD_CONFIG;
  }
  return STATUS_OK;
}

enum status service_open(struct service *service, const struct configuration *configuration, const char *passphrase,
                         char problem[256]) {
  *service = (struct service){.configuration = *configuration, .clock = system_clock};
  service->log = (struct log){.fd = STDERR_FILENO, .level = configuration->log_level};
  service->metrics.started_at = service_now(service);
  enum status status = keyring_certificates(&service->keyring, configuration->folder, service_now(service), problem);
  if (status == STATUS_OK) {
    status = keyring_keys(&service->keyring, configuration->folder, passphrase, problem);
  }
  if (status == STATUS_OK) {
    status = open_ledger(service, problem);
  }
  if (status != STATUS_OK) {
    service_close(service);
  }
  return status;
}

void service_close(struct service *service) {
  ledger_close(&service->ledger);
  keyring_clear(&service->keyring);
}

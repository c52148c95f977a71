/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint asks of the service itself. */
#include "service.h"

#include <time.h>

#include "epurse/ledger_offline.h"
#include "epurse/moment.h"

#define LAPSE_MOST 1000 /* stretches in one step */

int64_t service_now(const struct service *service) {
  return service->clock(service->clock_context);
}

int64_t service_zone(int64_t now) {
  time_t moment = (time_t)now;
  struct tm local = {0};

  return localtime_r(&moment, &local) != NULL ? (int64_t)local.tm_gmtoff : 0;
}

int64_t service_day(int64_t now) {
  return (now + service_zone(now)) / SECONDS_PER_DAY;
}

enum status service_offline_lapse(const struct service *service, struct ledger *ledger) {
  unsigned days = service->configuration.replacement_days;

  return ledger_offline_lapse(ledger, service_now(service) - (int64_t)(days > 0 ? days : 1) * SECONDS_PER_DAY,
                              LAPSE_MOST);
}

/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint asks of the service itself. */
#include "service.h"

#include <time.h>

int64_t service_now(const struct service *service) {
  return service->clock(service->clock_context);
}

int64_t service_zone(int64_t now) {
  time_t moment = (time_t)now;
  struct tm local = {0};

  return localtime_r(&moment, &local) != NULL ? (int64_t)local.tm_gmtoff : 0;
}

int64_t service_day(int64_t now) {
  return (now + service_zone(now)) / (24 * 60 * 60);
}

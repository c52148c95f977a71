/* SPDX-License-Identifier: Apache-2.0
 * What every endpoint asks of the service itself. */
#include "service.h"

int64_t service_now(const struct service *service) {
  return service->clock(service->clock_context);
}

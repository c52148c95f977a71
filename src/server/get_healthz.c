/* SPDX-License-Identifier: Apache-2.0
 * GET /healthz: whether the server can do its work: the store answers. */
#include "config.h"

#include <string.h>

#include "endpoints.h"
#include "problem.h"

void get_healthz(struct service *service, const struct request *request, struct reply *reply) {
  struct ledger_settings settings;

  (void)request;
  reply->status = ledger_settings(service->ledger, &settings);
  if (reply->status == STATUS_OK) {
    reply_text(reply, 200, "application/json", strdup("{\"status\":\"ok\"}"));
  } else {
    problem_reply(reply->status, reply);
  }
}

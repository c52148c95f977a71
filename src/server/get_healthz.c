/* SPDX-License-Identifier: Apache-2.0
 * GET /healthz: whether the server can do its work: the store answers, takes what is written, and does not contradict
 * itself; the clock is good. */
#include <string.h>

#include "endpoints.h"
#include "http/problem.h"
#include "service.h"
#include "watch.h"
#include "writer.h"

static enum status read_settings(struct ledger *ledger, void *context) {
  return ledger_settings(ledger, context);
}

void get_healthz(struct service *service, const struct request *request, struct reply *reply) {
  struct ledger_settings settings;

  (void)request;
  reply->status =
      watch_alarmed(service) ? STATUS_LEDGER_STOPPED : writer_read(service->writer, read_settings, &settings);
  if (reply->status == STATUS_OK)
    reply->status = writer_try(service->writer);
  if (reply->status == STATUS_OK)
    reply->status = clock_look(service);
  if (reply->status == STATUS_OK)
    reply_text(reply, 200, "application/json", strdup("{\"status\":\"ok\"}"));
  else
    problem_reply(reply->status, reply);
}

/* SPDX-License-Identifier: Apache-2.0
 * GET /metrics: what the server counts, for Prometheus. */
#include <stdio.h>
#include <stdlib.h>

#include "endpoints.h"
#include "http/problem.h"

static enum status read_totals(struct ledger *ledger, void *context) {
  return ledger_totals(ledger, context);
}

void get_metrics(struct service *service, const struct request *request, struct reply *reply) {
  struct ledger_totals totals;
  char *text = NULL;
  size_t len = 0;
  FILE *out = NULL;

  (void)request;
  reply->status = writer_read(service->writer, read_totals, &totals);
  if (reply->status == STATUS_OK) {
    out = open_memstream(&text, &len);
    reply->status = out == NULL ? STATUS_NO_MEMORY : STATUS_OK;
  }
  if (reply->status == STATUS_OK) {
    metrics_print(&service->metrics, &totals, routes_path, out);
    reply->status = fclose(out) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
  }
  if (reply->status == STATUS_OK) {
    reply_text(reply, 200, METRICS_MEDIA_TYPE, text);
  } else {
    free(text);
    problem_reply(reply->status, reply);
  }
}

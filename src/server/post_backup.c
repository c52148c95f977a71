/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/backups and /v1/backup-queries: begins a copy of the running ledger, and says how far it is. */
#include "backup.h"
#include "endpoints.h"
#include "envelope.h"
#include "http/request.h"
#include "service.h"

static json_t *facts_body(const struct backup_facts *facts) {
  static const char *const states[] = {"none", "copying", "proving", "done", "failed"};

  return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "name", facts->name, "state", states[facts->state],
                   "copied", (json_int_t)facts->copied, "pages", (json_int_t)facts->pages, "bytes",
                   (json_int_t)facts->copy.bytes, "postings", (json_int_t)facts->copy.postings, "began",
                   (json_int_t)facts->began, "ended", (json_int_t)facts->ended, "code", status_name(facts->status));
}

static void reply_facts(struct service *service, struct reply *reply) {
  struct backup_facts facts;

  backup_facts(service->backup, &facts);
  reply_ok(reply, facts_body(&facts));
}

void post_backup(struct service *service, const struct request *request, struct reply *reply) {
  const char *name = NULL;

  if (json_unpack(request->message.body, "{s:s !}", "name", &name) != 0) {
    reply->status = STATUS_UNKNOWN_FIELD;
    return;
  }
  reply->status = envelope_accept(service, request);
  if (reply->status == STATUS_OK)
    reply->status = backup_start(service->backup, name);
  if (reply->status == STATUS_OK)
    reply_facts(service, reply);
}

void post_backup_query(struct service *service, const struct request *request, struct reply *reply) {
  if (json_object_size(request->message.body) != 0) {
    reply->status = STATUS_UNKNOWN_FIELD;
    return;
  }
  reply->status = envelope_accept(service, request);
  if (reply->status == STATUS_OK)
    reply_facts(service, reply);
}

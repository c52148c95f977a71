/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/chip-additions: chips that were delivered to the issuer; from the first one on, no others become cards. */
#include "endpoints.h"
#include "envelope.h"
#include "epurse/ledger_desk.h"
#include "epurse/message_chip.h"
#include "http/request.h"

struct addition {
  struct chip_list list;
  int64_t added, listed;
};

static enum status add_chips(struct ledger *ledger, void *context) {
  struct addition *addition = context;
  enum status status = STATUS_OK;

  addition->added = 0; /* a step can run twice */
  for (size_t i = 0; status == STATUS_OK && i < addition->list.count; i++) {
    bool added = false;
    status = ledger_chip_add(ledger, addition->list.serials[i], &added);
    addition->added += added;
  }
  return status == STATUS_OK ? ledger_chip_count(ledger, &addition->listed) : status;
}

void post_chip_addition(struct service *service, const struct request *request, struct reply *reply) {
  struct addition addition;

  reply->status = chip_list_parse(request->message.body, &addition.list);
  if (reply->status == STATUS_OK)
    reply->status = envelope_transact(service, request, add_chips, &addition);
  if (reply->status == STATUS_OK)
    reply_ok(reply,
             json_pack("{s:I, s:I}", "added", (json_int_t)addition.added, "listed", (json_int_t)addition.listed));
}

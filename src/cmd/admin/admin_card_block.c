/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin card block, suspend, resume: the server takes nothing more from a card, for good or until it is
 * resumed. */
#include <stdbool.h>
#include <stdio.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "epurse/ledger.h"

/* Takes the number and, where one is wanted, the reason: as much of it as can be kept, for no card stays open because
 * of a text. */
static enum status order_take(const struct admin *admin, const char *cid, bool reasoned, struct card_message *order) {
  *order = (struct card_message){0};
  if (cid_parse(cid, order->cid) != STATUS_OK)
    return admin_refuse_cid(admin, cid);
  if (!reasoned)
    return STATUS_OK;
  if (admin->reason == NULL || admin->reason[0] == '\0')
    return admin_refuse(admin, STATUS_USAGE, "say why, in 1 to %d characters: --reason TEXT", LEDGER_REASON_MAX);
  if (!problem_text_keep(admin->reason, order->reason, LEDGER_REASON_MAX + 1))
    fprintf(stderr,
            translated("%s: the reason cannot be kept as it is (UTF-8, one line, up to %d bytes); it becomes: %s\n"),
            admin->program->name, LEDGER_REASON_MAX, order->reason);
  return STATUS_OK;
}

/* One order about a card, whose number is the verb's argument; `operation` is the verb. */
static enum status order_give(struct admin *admin, const char *cid, enum message_type type, const char *operation) {
  struct card_message order;
  struct message reply;
  enum status status = order_take(admin, cid, type != MESSAGE_CARD_RESUMPTION, &order);

  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, type, card_message_body(type, &order), &reply);
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, cid, status);
  admin->changed = true;
  admin->report = json_pack("{s:s, s:s, s:s}", "operation", operation, "cid", cid, "reason", order.reason);
  return STATUS_OK;
}

enum status admin_card_block(void *context, char **arguments) {
  enum status status = order_give(context, arguments[0], MESSAGE_CARD_BLOCK, "card block");

  if (status == STATUS_OK)
    admin_print(context, "Card %s is blocked for good; it dies at its next contact with a terminal.\n", arguments[0]);
  return status;
}

enum status admin_card_suspend(void *context, char **arguments) {
  enum status status = order_give(context, arguments[0], MESSAGE_CARD_SUSPENSION, "card suspend");

  if (status == STATUS_OK)
    admin_print(context, "Card %s is suspended until it is resumed.\n", arguments[0]);
  return status;
}

enum status admin_card_resume(void *context, char **arguments) {
  enum status status = order_give(context, arguments[0], MESSAGE_CARD_RESUMPTION, "card resume");

  if (status == STATUS_OK)
    admin_print(context, "Card %s is not suspended.\n", arguments[0]);
  return status;
}

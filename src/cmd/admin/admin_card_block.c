/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin card block: the server takes nothing more from a card, and orders it dead at its next contact. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "epurse/ledger_card.h"

enum status admin_card_block(void *context, char **arguments) {
  struct admin *admin = context;
  struct card_message order = {0};
  struct message reply;
  enum status status = cid_parse(arguments[0], order.cid);

  if (status != STATUS_OK)
    return admin_refuse_cid(admin, arguments[0]);
  if (admin->reason == NULL || admin->reason[0] == '\0' || strlen(admin->reason) > LEDGER_REASON_MAX)
    return admin_refuse(admin, STATUS_USAGE, "say why, in 1 to %d characters: --reason TEXT", LEDGER_REASON_MAX);
  (void)snprintf(order.reason, sizeof order.reason, "%s", admin->reason);
  status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &order), &reply);
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, arguments[0], status);
  admin->changed = true;
  admin_print(admin, "Card %s is blocked for good; it dies at its next contact with a terminal.\n", arguments[0]);
  admin->report = json_pack("{s:s, s:s, s:s}", "operation", "card block", "cid", arguments[0], "reason", order.reason);
  return STATUS_OK;
}

/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin merchant add: a shop that cards can be paid at. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_terminal_folder.h"
#include "epurse/ledger.h"

/* What a person typed becomes a message. */
static enum status merchant_take(const struct admin *admin, const char *id, struct merchant_message *merchant) {
  const char *name = admin->name != NULL ? admin->name : id;

  if (!terminal_folder_name_valid(id, 1, MERCHANT_MAX)) {
    return admin_refuse(admin, STATUS_USAGE, "a merchant's identifier has 1 to %d letters and digits, not '%s'",
                        MERCHANT_MAX, id);
  }
  if (name[0] == '\0' || strlen(name) > LEDGER_NAME_MAX) {
    return admin_refuse(admin, STATUS_USAGE, "a merchant's name has 1 to %d bytes", LEDGER_NAME_MAX);
  }
  *merchant = (struct merchant_message){.points_rate = admin->points_rate};
  (void)snprintf(merchant->id, sizeof merchant->id, "%s", id);
  (void)snprintf(merchant->name, sizeof merchant->name, "%s", name);
  return STATUS_OK;
}

enum status admin_merchant_add(void *context, char **arguments) {
  struct admin *admin = context;
  struct merchant_message merchant;
  struct message reply;
  enum status status = merchant_take(admin, arguments[0], &merchant);

  if (status == STATUS_OK) {
    status = admin_open(admin);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = admin_call(admin, MESSAGE_MERCHANT, merchant_body(&merchant), &reply);
  message_clear(&reply);
  if (status != STATUS_OK) {
    return admin_fail(admin, merchant.id, status);
  }
  admin_print(admin, "Merchant %s (%s) is added.\n", merchant.id, merchant.name);
  admin->report = json_pack("{s:s, s:s, s:s, s:I}", "operation", "merchant add", "merchant", merchant.id, "name",
                            merchant.name, "points_rate", (json_int_t)merchant.points_rate);
  return STATUS_OK;
}

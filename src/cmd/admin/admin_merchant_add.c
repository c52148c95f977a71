/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin merchant add, merchant change: a shop that cards can be paid at, and how it is paid out. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_terminal_folder.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"

/* How it is paid out, as far as the options say. */
static enum status terms_take(const struct admin *admin, struct merchant_message *merchant) {
  if (admin->iban != NULL && !iban_read(admin->iban, merchant->iban)) {
    return admin_refuse(admin, STATUS_USAGE, "'%s' is not an IBAN: its check digits are wrong, or its form",
                        admin->iban);
  }
  if (admin->bic != NULL && !bic_read(admin->bic, merchant->bic))
    return admin_refuse(admin, STATUS_USAGE, "'%s' is not a BIC: 8 or 11 letters and digits", admin->bic);
  merchant->fee_rate = admin->fee_rate;
  return STATUS_OK;
}

/* What a person typed becomes a message. */
static enum status merchant_take(const struct admin *admin, const char *id, struct merchant_message *merchant) {
  const char *name = admin->name != NULL ? admin->name : id;

  if (!terminal_folder_name_valid(id, 1, MERCHANT_MAX)) {
    return admin_refuse(admin, STATUS_USAGE, "a merchant's identifier has 1 to %d letters and digits, not '%s'",
                        MERCHANT_MAX, id);
  }
  if (name[strspn(name, " ")] == '\0' || strlen(name) > LEDGER_NAME_MAX)
    return admin_refuse(admin, STATUS_USAGE, "a merchant's name has 1 to %d bytes, and not only blanks",
                        LEDGER_NAME_MAX);
  *merchant = (struct merchant_message){.points_rate = admin->points_rate};
  (void)snprintf(merchant->id, sizeof merchant->id, "%s", id);
  (void)snprintf(merchant->name, sizeof merchant->name, "%s", name);
  if (admin->bic != NULL && admin->iban == NULL)
    return admin_refuse(admin, STATUS_USAGE, "a BIC by itself names no account: give --iban too");
  return terms_take(admin, merchant);
}

enum status admin_merchant_add(void *context, char **arguments) {
  struct admin *admin = context;
  struct merchant_message merchant;
  struct message reply;
  enum status status = merchant_take(admin, arguments[0], &merchant);

  merchant.fee_rate = merchant.fee_rate < 0 ? 0 : merchant.fee_rate;
  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_MERCHANT, merchant_body(&merchant), &reply);
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, merchant.id, status);
  admin->changed = true;
  admin_print(admin, "Merchant %s (%s) is added.\n", merchant.id, merchant.name);
  admin->report = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s}", "operation", "merchant add", "merchant", merchant.id,
                            "name", merchant.name, "points_rate", (json_int_t)merchant.points_rate, "fee_rate",
                            (json_int_t)merchant.fee_rate, "iban", merchant.iban, "bic", merchant.bic);
  return STATUS_OK;
}

enum status admin_merchant_change(void *context, char **arguments) {
  struct admin *admin = context;
  struct merchant_message merchant = {.fee_rate = -1};
  struct message reply;
  enum status status = STATUS_OK;

  if (!terminal_folder_name_valid(arguments[0], 1, MERCHANT_MAX)) {
    return admin_refuse(admin, STATUS_USAGE, "a merchant's identifier has 1 to %d letters and digits, not '%s'",
                        MERCHANT_MAX, arguments[0]);
  }
  if (admin->fee_rate < 0 && admin->iban == NULL && admin->bic == NULL)
    return admin_refuse(admin, STATUS_USAGE, "say what changes: --fee-rate, --iban, --bic");
  (void)snprintf(merchant.id, sizeof merchant.id, "%s", arguments[0]);
  status = terms_take(admin, &merchant);
  if (status == STATUS_OK)
    status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_MERCHANT_CHANGE, merchant_change_body(&merchant), &reply);
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, merchant.id, status);
  admin->changed = true;
  admin_print(admin, "Merchant %s is settled by these terms from now on.\n", merchant.id);
  admin->report = json_pack("{s:s, s:s}", "operation", "merchant change", "merchant", merchant.id);
  return STATUS_OK;
}

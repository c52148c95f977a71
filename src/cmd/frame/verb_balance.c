/* SPDX-License-Identifier: Apache-2.0
 * The verb `balance`: what is on the card. */
#include <inttypes.h>

#include "language.h"
#include "terminal_program.h"

static void report(struct terminal_program *self, const struct balance *balance, const struct card_info *info) {
  char cid[17], amount[AMOUNT_TEXT_MAX];
  const struct currency *currency = currency_by_number(balance->currency);
  cid_print(info->cid, cid);
  report_amount(amount, balance->balance, balance->currency);
  terminal_program_print(self, translated("card ....%s: %s, points: %" PRIu32 ", valid until %02x%02x-%02x-%02x\n"),
                         cid + 12, amount, balance->points, info->expiry[0], info->expiry[1], info->expiry[2],
                         info->expiry[3]);
  char expiry[11];
  date_print(info->expiry, expiry);
  self->report = json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:i}", "operation", "balance", "cid", cid, "balance",
                           (json_int_t)balance->balance, "points", (json_int_t)balance->points, "currency",
                           currency != NULL ? currency->code : "", "atc", (json_int_t)info->atc, "expiry", expiry,
                           "pin_tries_left", info->pin_tries_left);
}

enum status verb_balance(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct balance balance;
  struct card_info info;
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_await_card(self);
  if (status == STATUS_OK)
    status = card_read_balance(self->terminal, self->reader, &self->dialogue, &balance, &info);
  if (status == STATUS_OK)
    report(self, &balance, &info);
  else
    report_failure(self, status, NULL);
  return status;
}

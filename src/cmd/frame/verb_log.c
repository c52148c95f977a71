/* SPDX-License-Identifier: Apache-2.0
 * The verb `log`: the card's own record of its purchases and loads (R14). */
#include <inttypes.h>
#include <string.h>

#include "epurse/bytes.h"
#include "language.h"
#include "local_time.h"
#include "terminal_program.h"

static const char *type_name(uint8_t type) {
  switch (type) {
  case TRANSACTION_LOAD:
    return SENTENCE("load");
  case TRANSACTION_POINTS_PURCHASE:
    return SENTENCE("points");
  case TRANSACTION_REFUND:
    return SENTENCE("refund");
  case TRANSACTION_PAYOUT:
    return SENTENCE("payout");
  case TRANSACTION_OFFLINE_PURCHASE:
    return SENTENCE("offline");
  default:
    return SENTENCE("purchase");
  }
}

static void print_record(const struct terminal_program *self, const struct log_record *record) {
  char amount[AMOUNT_TEXT_MAX], balance[AMOUNT_TEXT_MAX], time[LOCAL_TIME_MAX], tid[4 * TID_SIZE + 1];
  report_amount(amount, record->amount, record->currency);
  report_amount(balance, record->balance, record->currency);
  const char *shop = self->terminal->merchant_name;
  local_time_print(record->time, time);
  bytes_to_text(record->tid, TID_SIZE, tid);
  const bool here = strcmp(tid, self->terminal->tid) == 0 && shop[0] != 0;
  terminal_program_print(self, translated("%6" PRIu32 "  %s  %-8s %14s  balance %14s  points %+" PRId32 "  %s\n"),
                         record->atc, time, translated(type_name(record->type)), amount, balance, record->points,
                         here ? shop : tid);
}

static json_t *record_json(const struct log_record *record) {
  char time[21], tid[4 * TID_SIZE + 1];
  const struct currency *currency = currency_by_number(record->currency);
  moment_print(record->time, time);
  bytes_to_text(record->tid, TID_SIZE, tid);
  return json_pack("{s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:s}", "atc", (json_int_t)record->atc, "time", time, "type",
                   type_name(record->type), "amount", (json_int_t)record->amount, "balance",
                   (json_int_t)record->balance, "currency", currency != NULL ? currency->code : "", "points",
                   (json_int_t)record->points, "tid", tid);
}

json_t *statement_json(const struct card_statement *statement) {
  const struct card_info *info = &statement->info;
  const struct currency *currency = currency_by_number(info->currency);
  char cid[17], chip[2 * CHIP_SERIAL_SIZE + 1], expiry[11];
  json_t *list = json_array();
  for (size_t i = 0; i < statement->count; i++)
    json_array_append_new(list, record_json(&statement->records[i]));
  cid_print(info->cid, cid);
  bytes_to_hex(info->chip_serial, CHIP_SERIAL_SIZE, chip);
  date_print(info->expiry, expiry);
  return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:I, s:I, s:s, s:o}", "operation", "log", "cid", cid, "chip",
                   chip, "atc", (json_int_t)info->atc, "balance", (json_int_t)statement->balance.balance, "points",
                   (json_int_t)statement->balance.points, "currency", currency != NULL ? currency->code : "",
                   "purse_ceiling", (json_int_t)info->purse_ceiling, "payment_ceiling",
                   (json_int_t)info->payment_ceiling, "expiry", expiry, "records", list);
}

enum status verb_log(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct card_statement statement = {.count = 0};
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_await_card(self);
  if (status == STATUS_OK)
    status = card_read_statement(self->terminal, self->reader, &self->dialogue, &statement);
  if (status != STATUS_OK) {
    report_failure(self, status, NULL);
    return status;
  }
  for (size_t i = 0; i < statement.count; i++)
    print_record(self, &statement.records[i]);
  if (statement.count == 0)
    terminal_program_print(self, "%s\n", translated("The card has not been used yet."));
  self->report = statement_json(&statement);
  return STATUS_OK;
}

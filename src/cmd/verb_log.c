/* SPDX-License-Identifier: Apache-2.0
 * The verb `log`: the card's own record of its purchases and loads (R14). */
#include <inttypes.h>

#include "terminal_program.h"

static const char *type_name(uint8_t type) {
  switch (type) {
  case TRANSACTION_LOAD:
    return "load";
  case TRANSACTION_POINTS_PURCHASE:
    return "points";
  default:
    return "purchase";
  }
}

static void report_record(const struct terminal_program *self, json_t *list, const struct log_record *record) {
  char amount[AMOUNT_TEXT_MAX], balance[AMOUNT_TEXT_MAX], time[21], tid[TID_SIZE + 1] = "";
  const struct currency *currency = currency_by_number(record->currency);
  report_amount(amount, record->amount, record->currency);
  report_amount(balance, record->balance, record->currency);
  moment_print(record->time, time);
  for (size_t i = 0; i < TID_SIZE; i++)
    tid[i] = (char)record->tid[i];
  terminal_program_print(self, "%6" PRIu32 "  %s  %-8s %14s  balance %14s  points %+" PRId32 "  %s\n", record->atc,
                         time, type_name(record->type), amount, balance, record->points, tid);
  json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:s}", "atc", (json_int_t)record->atc,
                                        "time", time, "type", type_name(record->type), "amount",
                                        (json_int_t)record->amount, "balance", (json_int_t)record->balance, "currency",
                                        currency != NULL ? currency->code : "", "points", (json_int_t)record->points,
                                        "tid", tid));
}

enum status verb_log(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct log_record records[CARD_LOG_MAX];
  size_t count = CARD_LOG_MAX;
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_await_card(self);
  if (status == STATUS_OK)
    status = card_read_log(self->terminal, self->reader, &self->dialogue, records, &count);
  if (status != STATUS_OK) {
    fprintf(stderr, "%s: %s\n", self->program->name, status_sentence(status));
    return status;
  }
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    report_record(self, list, &records[i]);
  if (count == 0)
    terminal_program_print(self, "The card has not been used yet.\n");
  self->report = json_pack("{s:s, s:o}", "operation", "log", "records", list);
  return STATUS_OK;
}

/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso measure: how long the card in the reader takes for each command, beside what docs/card-cost.md
 * computes. */
#include "verb_measure.h"

#include <stdlib.h>

#include "cmd/frame/terminal_program.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/secret.h"
#include "measure.h"

#define RUNS_DEFAULT 5

/* What of a command's time is the card's: the rest is what one takes that is refused at once. */
static int64_t card_part(const struct measure *measure, enum measure_command command) {
  int64_t part = measure_median(measure, command) - measure_median(measure, MEASURE_AT_ONCE);
  return part > 0 ? part : 0;
}

static json_t *computed(enum measure_command command) {
  json_t *families = json_array();
  for (size_t i = 0; measure_family(i) != NULL; i++)
    json_array_append_new(families, json_pack("{s:s, s:I}", "card", measure_family(i), "microseconds",
                                              (json_int_t)measure_computed(command, i)));
  return families;
}

static json_t *report_make(const struct measure *measure) {
  json_t *commands = json_array();
  for (enum measure_command i = MEASURE_AT_ONCE + 1; i < MEASURE_COMMANDS; i++)
    if (measure->counts[i] > 0)
      json_array_append_new(commands, json_pack("{s:s, s:I, s:I, s:I, s:o}", "command", measure_name(i), "times",
                                                (json_int_t)measure->counts[i], "microseconds",
                                                (json_int_t)measure_median(measure, i), "card_microseconds",
                                                (json_int_t)card_part(measure, i), "computed", computed(i)));
  return json_pack("{s:s, s:I, s:I, s:o}", "operation", "measure", "runs", (json_int_t)measure->runs,
                   "reader_microseconds", (json_int_t)measure_median(measure, MEASURE_AT_ONCE), "commands", commands);
}

static void tell(const struct terminal_program *self, const struct measure *measure) {
  terminal_program_print(self, "%-40s %9s %9s %9s\n", "milliseconds, median", "measured", "the card", "computed");
  for (enum measure_command i = MEASURE_AT_ONCE + 1; i < MEASURE_COMMANDS; i++)
    if (measure->counts[i] > 0)
      terminal_program_print(self, "%-40s %9.1f %9.1f %9.1f\n", measure_name(i),
                             (double)measure_median(measure, i) / 1000, (double)card_part(measure, i) / 1000,
                             (double)measure_computed(i, 0) / 1000);
  terminal_program_print(self, "reader and link take %.1f for a command; computed for an %s\n",
                         (double)measure_median(measure, MEASURE_AT_ONCE) / 1000, measure_family(0));
}

static enum status pin_read(const struct terminal_program *self, uint8_t block[PIN_BLOCK_SIZE]) {
  char digits[PIN_MAX + 1] = "";
  enum status status = secret_from_fd((int)self->pin_fd, digits, sizeof digits);
  if (status == STATUS_OK)
    status = pin_block_encode(digits, block);
  crypto_wipe(digits, sizeof digits);
  return status;
}

static enum status meet(struct terminal_program *self, struct measure *measure) {
  enum status status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status; /* that was said */
  status = terminal_program_await_card(self);
  if (status == STATUS_OK)
    status = reader_connect(self->reader);
  if (status == STATUS_OK)
    status = measure_run(measure, self->reader);
  if (status == STATUS_WRONG_PIN)
    self->tries_left = measure->tries_left;
  if (status != STATUS_OK) {
    report_failure(self, status, NULL);
    return status;
  }
  self->report = report_make(measure);
  tell(self, measure);
  return STATUS_OK;
}

enum status verb_measure(void *context, char **arguments) {
  struct terminal_program *self = context;
  uint8_t block[PIN_BLOCK_SIZE] = {0};
  struct measure *measure = calloc(1, sizeof *measure);
  (void)arguments;
  if (measure == NULL)
    return STATUS_NO_MEMORY;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK && self->pin_fd >= 0) {
    status = pin_read(self, block);
    if (status != STATUS_OK)
      report_failure(self, status, NULL);
    measure->pin_block = block;
  }
  if (status == STATUS_OK) {
    measure->terminal = self->terminal;
    measure->runs = self->runs > 0 ? (unsigned)self->runs : RUNS_DEFAULT;
    status = meet(self, measure);
  }
  crypto_wipe(block, sizeof block);
  free(measure);
  return status;
}

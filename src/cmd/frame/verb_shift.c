/* SPDX-License-Identifier: Apache-2.0
 * The verb `shift`: a cashier's time at the drawer, from the float that is counted into it to what is counted at its
 * end. */
#include <inttypes.h>
#include <string.h>

#include "cashier.h"
#include "epurse/closing_json.h"
#include "finish.h"
#include "local_time.h"
#include "paper.h"
#include "problem.h"
#include "terminal_program.h"
#include "verb_totals.h"

static enum status say(const struct terminal_program *self, enum status status) {
  if (status == STATUS_NOT_FOUND)
    problem_say(self->program->name, "there is no such shift");
  else if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

static enum status begin(struct terminal_program *self, const char *argument) {
  struct shown shown = {.closing.chain = JOURNAL_SHIFTS};
  (void)argument;
  enum status status = cashier_ask(self);
  if (status == STATUS_OK)
    status = drawer_amount(self, self->drawer_float, &shown.closing.drawer_float);
  if (status == STATUS_OK)
    status = paper_possible(self);
  if (status != STATUS_OK)
    return status;
  finish_begun(finish_look_first);
  status = say(self, shift_begin(self->terminal, &shown.closing));
  self->changed = status == STATUS_OK;
  return status == STATUS_OK ? shown_report(self, &shown, true) : status;
}

static enum status end(struct terminal_program *self, const char *argument) {
  struct shown shown = {.closing.chain = JOURNAL_SHIFTS};
  (void)argument;
  enum status status = cashier_ask(self);
  if (status == STATUS_OK)
    status = drawer_amount(self, self->drawer_counted, &shown.closing.drawer_counted);
  if (status == STATUS_OK)
    status = paper_possible(self);
  if (status != STATUS_OK)
    return status;
  finish_begun(finish_look_first);
  status = say(self, shift_end(self->terminal, &shown.closing, shown.hash));
  self->changed = status == STATUS_OK;
  return status == STATUS_OK ? shown_report(self, &shown, true) : status;
}

/* That one; without a number the one that runs, else the last that has ended. */
static enum status show(struct terminal_program *self, const char *argument) {
  struct shown shown = {.closing.chain = JOURNAL_SHIFTS};
  int64_t number = 0;
  if (argument != NULL && shown_number(argument, &number) != STATUS_OK) {
    problem_say(self->program->name, "'%s' is not the number of a shift", argument);
    return STATUS_USAGE;
  }
  enum status status = shift_read(self->terminal, number, &shown.closing, shown.hash);
  return say(self, status) == STATUS_OK ? shown_report(self, &shown, false) : status;
}

static void list_line(const struct terminal_program *self, const struct closing *shift) {
  char begun[LOCAL_TIME_MAX], difference[AMOUNT_TEXT_MAX] = "";
  local_time_print_unix(shift->begun, begun);
  if (shift->at != 0)
    report_amount(difference, shift->drawer_counted - closing_target(shift), self->terminal->currency->numeric);
  terminal_program_print(self, "%6" PRId64 "  %14s  %s%s%s\n", shift->number, difference, begun,
                         shift->begun_by[0] != 0 ? "  " : "", shift->begun_by);
}

static enum status list(struct terminal_program *self, const char *argument) {
  struct closing running, shift = {.chain = JOURNAL_SHIFTS};
  uint8_t hash[CRYPTO_SHA256_SIZE];
  json_t *shifts = json_array();
  (void)argument;
  enum status status = STATUS_OK;
  for (int64_t number = 1; status == STATUS_OK; number++) {
    shift = (struct closing){.chain = JOURNAL_SHIFTS};
    status = closing_read(self->terminal, number, &shift, hash);
    if (status != STATUS_OK)
      break;
    list_line(self, &shift);
    json_array_append_new(shifts, shift_line_json(&shift));
  }
  if (status == STATUS_NOT_FOUND)
    status = shift_running(self->terminal, &running);
  if (status == STATUS_OK) {
    list_line(self, &running);
    json_array_append_new(shifts, shift_line_json(&running));
  }
  self->report = json_pack("{s:s, s:o}", "operation", "shift", "shifts", shifts);
  return status == STATUS_NOT_FOUND ? STATUS_OK : say(self, status);
}

/* The float goes with the beginning, what was counted with the end, and each of them has to be said. */
static enum status options_check(const struct terminal_program *self, const char *what) {
  const bool begins = strcmp(what, "begin") == 0, ends = strcmp(what, "end") == 0;
  const bool asks = begins || ends;
  if ((self->drawer_float != NULL) != begins || (self->drawer_counted != NULL) != ends) {
    problem_say(self->program->name, "shift begin --float AMOUNT, shift end --counted AMOUNT");
    return STATUS_USAGE;
  }
  if (!asks && (self->cashier != NULL || self->cashier_fd >= 0)) {
    problem_say(self->program->name, "%s does not go with %s", "--cashier", what);
    return STATUS_USAGE;
  }
  if (self->csv && self->json) {
    problem_say(self->program->name, "--csv does not go with --json");
    return STATUS_USAGE;
  }
  return STATUS_OK;
}

enum status verb_shift(void *context, char **arguments) {
  static const struct {
    const char *name;
    enum status (*run)(struct terminal_program *self, const char *argument);
    bool numbered;
  } rows[] = {{"begin", begin, false}, {"end", end, false}, {"show", show, true}, {"list", list, false}};
  struct terminal_program *self = context;
  const char *what = arguments[0] != NULL ? arguments[0] : "show";
  const char *argument = arguments[0] != NULL ? arguments[1] : NULL;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (strcmp(rows[i].name, what) != 0 || (argument != NULL && !rows[i].numbered))
      continue;
    enum status status = options_check(self, what);
    if (status == STATUS_OK)
      status = terminal_program_open(self);
    return status == STATUS_OK ? rows[i].run(self, argument) : status;
  }
  problem_say(self->program->name, "shift begin, shift end, shift show [N], or shift list");
  return STATUS_USAGE;
}

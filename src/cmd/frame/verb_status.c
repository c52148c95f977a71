/* SPDX-License-Identifier: Apache-2.0
 * References at the command line: a payment or load of a name that was done before is answered before a card is asked
 * for; the verb `status` says what became of one. */
#include <inttypes.h>
#include <string.h>

#include "epurse/reference.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

static enum status reference_check(const struct terminal_program *self, const char *reference) {
  if (reference_valid(reference))
    return STATUS_OK;
  problem_say(self->program->name, "a reference is 1 to %d printable ASCII characters without blanks", REFERENCE_MAX);
  return STATUS_USAGE;
}

bool terminal_program_recall(struct terminal_program *self, uint8_t type, const struct payment *payment,
                             struct outcome *outcome, enum status *status) {
  if (payment->reference == NULL)
    return false;
  *status = reference_check(self, payment->reference);
  if (*status == STATUS_OK)
    *status = payment_recall(self->terminal, type, payment, &self->dialogue, outcome);
  self->held = *status == STATUS_REFERENCE_HELD;
  if (self->held || *status == STATUS_NOT_FOUND)
    return false;
  if (*status != STATUS_OK && *status != STATUS_UNREPORTED) /* that was said */
    report_outcome(self, report_operation(type), *status, outcome);
  return true;
}

enum status terminal_program_held(const struct terminal_program *self, enum status status) {
  return payment_standing(self->terminal, self->reference, self->held, status);
}

enum status terminal_program_reader(struct terminal_program *self, const char *operation,
                                    const struct outcome *outcome) {
  enum status status = terminal_program_open_reader(self), standing = terminal_program_held(self, status);
  if (standing != status)
    report_outcome(self, operation, standing, outcome);
  return standing;
}

static const char *state_word(enum status status) {
  switch (status) {
  case STATUS_OK:
    return SENTENCE("done");
  case STATUS_REFERENCE_HELD:
  case STATUS_LOAD_UNSETTLED:
  case STATUS_TENDER_UNKNOWN:
    return SENTENCE("held");
  case STATUS_DECLINED:
    return SENTENCE("declined");
  case STATUS_NOT_FOUND:
    return SENTENCE("unknown");
  default:
    return NULL; /* it could not be asked */
  }
}

static void status_print(const struct terminal_program *self, uint8_t type, const char *word,
                         const struct outcome *outcome) {
  char amount[AMOUNT_TEXT_MAX], cid[2 * CID_SIZE + 1];
  terminal_program_print(self, translated("reference %s: %s\n"), outcome->reference, translated(word));
  if (type == 0)
    return;
  report_amount(amount, outcome->amount.minor, outcome->amount.currency);
  cid_print(outcome->cid, cid);
  terminal_program_print(self, "%s %s", translated(report_operation(type)), amount);
  if (outcome->atc > 0)
    terminal_program_print(self, translated(", card ....%s, no. %" PRIu32), cid + 12, outcome->atc);
  if (outcome->number > 0)
    terminal_program_print(self, translated(", receipt %" PRId64), outcome->number);
  terminal_program_print(self, "\n");
}

enum status verb_status(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct outcome outcome;
  uint8_t type = 0;
  enum status status = reference_check(self, arguments[0]);
  if (status == STATUS_OK)
    status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = reference_status(self->terminal, arguments[0], &outcome, &type);
  const char *word = state_word(status);
  self->report = report_json("status", &outcome);
  if (type != 0)
    json_object_set_new(self->report, "type", json_string(report_operation(type)));
  if (word == NULL) {
    report_failure(self, status, NULL);
    return status;
  }
  json_object_set_new(self->report, "state", json_string(word));
  status_print(self, type, word, &outcome);
  return status;
}

/* SPDX-License-Identifier: Apache-2.0
 * What happened to a card, for people in their locale's figures and for machines in minor units. */
#include <inttypes.h>
#include <locale.h>
#include <string.h>

#include "epurse/backend.h"
#include "epurse/outcome_json.h"
#include "language.h"
#include "local_time.h"
#include "problem.h"
#include "terminal_program.h"

void report_amount(char text[AMOUNT_TEXT_MAX], int64_t minor, uint16_t currency) {
  const struct lconv *locale = localeconv();
  struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  struct amount amount = {minor, currency};
  if (amount_print(amount, &format, text, AMOUNT_TEXT_MAX) == 0)
    snprintf(text, AMOUNT_TEXT_MAX, "%" PRId64, minor);
}

const char *report_operation(uint8_t type) {
  switch (type) {
  case TRANSACTION_LOAD:
    return SENTENCE("load");
  case TRANSACTION_REFUND:
    return SENTENCE("refund");
  case TRANSACTION_PAYOUT:
    return SENTENCE("payout");
  case TRANSACTION_OFFLINE_PURCHASE:
    return SENTENCE("off-line purchase");
  default:
    return SENTENCE("purchase");
  }
}

json_t *report_json(const char *operation, const struct outcome *outcome) {
  json_t *object = json_pack("{s:s}", "operation", operation);
  outcome_json_add(object, outcome);
  return object;
}

/* Beside the amount. */
static void report_deposit(FILE *out, const struct outcome *outcome) {
  char deposit[AMOUNT_TEXT_MAX];
  if (outcome->deposit <= 0)
    return;
  report_amount(deposit, outcome->deposit, outcome->amount.currency);
  fprintf(out, translated("  deposit        %s\n"), deposit);
}

/* What moves no money says so: its amount is a price. */
static const char *done_text(const char *operation, const struct outcome *outcome) {
  if (outcome->sale_in_points)
    return SENTENCE("refund in points");
  return outcome->type == TRANSACTION_POINTS_PURCHASE ? SENTENCE("purchase with points") : operation;
}

static void report_taken(FILE *out, const struct outcome *outcome) {
  char deposit[AMOUNT_TEXT_MAX];
  if (outcome->deposit <= 0)
    return;
  report_amount(deposit, outcome->deposit, outcome->amount.currency);
  fprintf(out, translated("The deposit of %s for this card has been booked: take it from its holder now.\n"), deposit);
}

void report_done(FILE *out, const char *operation, const struct outcome *outcome) {
  char amount[AMOUNT_TEXT_MAX], balance[AMOUNT_TEXT_MAX], cid[17];
  cid_print(outcome->cid, cid);
  if (outcome->finished_before && outcome->reference[0] != 0)
    fprintf(out, translated("The %s of this reference was done before; nothing was done twice.\n"),
            translated(operation));
  else if (outcome->finished_before)
    fprintf(out, translated("The %s that was interrupted before is finished now; nothing was done twice.\n"),
            translated(operation));
  if (outcome->amount.minor == 0 && outcome->type != TRANSACTION_PAYOUT) {
    fprintf(out, translated("%s card %s\n"), translated(operation), cid);
    report_taken(out, outcome);
    return;
  }
  report_amount(amount, outcome->amount.minor, outcome->amount.currency);
  report_amount(balance, outcome->balance_after, outcome->amount.currency);
  fprintf(out, translated("%s %s, card ....%s, no. %" PRIu32 "\n"), translated(done_text(operation, outcome)), amount,
          cid + 12, outcome->atc);
  report_deposit(out, outcome);
  fprintf(out, translated("balance %s"), balance);
  if (outcome->points != 0 || outcome->points_after > 0)
    fprintf(out, translated(", points %+" PRId64 " = %" PRId64), outcome->points, outcome->points_after);
  fprintf(out, "\n");
  if (outcome->offline)
    fprintf(out, "%s\n", translated("off-line, promised by the card; no authorisation"));
  if (outcome->without_pin)
    fprintf(out, "%s\n", translated("without the PIN"));
  if (outcome->wanted > outcome->amount.minor) {
    report_amount(amount, outcome->wanted - outcome->amount.minor, outcome->amount.currency);
    fprintf(out, translated("That was all there was on the card: %s is left to pay by other means.\n"), amount);
  }
  if (outcome->reference[0] != 0)
    fprintf(out, translated("reference %s\n"), outcome->reference);
  if (outcome->receipt_path[0] != 0)
    fprintf(out, translated("receipt %s\n"), outcome->receipt_path);
  if (!outcome->confirmed)
    fprintf(out, "%s\n", translated("The back-end has not confirmed yet; the journal keeps it and sends it again."));
}

/* Why the card, or the server, did not take the amount, in figures; false: there are none. */
static bool figures_say(const struct terminal_program *self, const struct outcome *outcome, enum status status) {
  char wanted[AMOUNT_TEXT_MAX], there[AMOUNT_TEXT_MAX], limit[AMOUNT_TEXT_MAX];
  const char *name = self->program->name, *sentence = status_sentence(status);
  const int64_t before = outcome->balance_before;
  if (status == STATUS_INSUFFICIENT_POINTS && outcome->points_after >= 0) {
    report_amount(wanted, outcome->amount.minor, outcome->amount.currency);
    problem_say_with(name, sentence, "%s: %s wanted, points there: %" PRId64, sentence, wanted, outcome->points_after);
    return true;
  }
  const bool poor = status == STATUS_INSUFFICIENT_BALANCE && before >= 0 && outcome->amount.minor > before;
  if (!poor && (status != STATUS_ABOVE_LIMIT || outcome->limit <= 0))
    return false;
  report_amount(wanted, outcome->amount.minor, outcome->amount.currency);
  report_amount(there, before, outcome->amount.currency);
  report_amount(limit, outcome->limit, outcome->amount.currency);
  if (poor)
    problem_say_with(name, sentence, "%s: %s wanted, %s there", sentence, wanted, there);
  else if (outcome->amount.minor > outcome->limit)
    problem_say_with(name, sentence, "%s: %s wanted, at most %s", sentence, wanted, limit);
  else
    problem_say_with(name, sentence, "%s: %s wanted, %s there, at most %s in all", sentence, wanted, there, limit);
  return true;
}

/* The sentence, and where it was the line to the back-end which one and why. */
static void report_status(const struct terminal_program *self, enum status status) {
  if (self->till_problem != NULL && self->till_problem[0] != 0) {
    problem_say_with(self->program->name, status_sentence(status), "%s", self->till_problem);
    return;
  }
  const char *trouble = self->terminal != NULL ? backend_trouble(self->terminal->backend, status) : "";
  problem_say_with(self->program->name, status_sentence(status), "%s%s%s%s", status_sentence(status),
                   trouble[0] != 0 ? " (" : "", trouble, trouble[0] != 0 ? ")" : "");
}

void report_failure(const struct terminal_program *self, enum status status, const struct outcome *outcome) {
  if (status == STATUS_USAGE) /* that was said where it was noticed */
    return;
  if (status == STATUS_WRONG_PIN)
    problem_say(self->program->name, "wrong PIN, %u left", self->tries_left);
  else if (outcome == NULL || !figures_say(self, outcome, status))
    report_status(self, status);
}

/* Where and when, as the cardholder reads it. */
static void report_place(const struct terminal_program *self, const struct outcome *outcome) {
  char time[LOCAL_TIME_MAX];
  if (self->terminal == NULL || (outcome->amount.minor == 0 && outcome->type != TRANSACTION_PAYOUT) ||
      !moment_valid(outcome->time))
    return;
  local_time_print(outcome->time, time);
  printf("%s, %s\n", self->terminal->merchant_name[0] != 0 ? self->terminal->merchant_name : self->terminal->merchant,
         time);
}

void report_outcome(struct terminal_program *self, const char *operation, enum status status,
                    const struct outcome *outcome) {
  self->report = report_json(operation, outcome);
  if (status != STATUS_OK) {
    report_failure(self, status, outcome);
  } else if (!self->json) {
    report_place(self, outcome);
    report_done(stdout, operation, outcome);
  }
}

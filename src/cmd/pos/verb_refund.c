/* SPDX-License-Identifier: Apache-2.0
 * The verbs `refund` and `void`: a sale is given back to the card that paid it. */
#include "verb_refund.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/frame/language.h"
#include "cmd/frame/paper.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/receipt.h"
#include "epurse/terminal_refund.h"
#include "verb_supervisor.h"

static enum status show(void *context, const struct outcome *outcome) {
  return terminal_program_show(context, "refund", outcome);
}

/* A file of a receipt, in bytes or as the text of its QR code. STATUS_NOT_FOUND: there is none of that name. */
static enum status sale_by_file(const struct terminal_program *self, const char *path, struct sale *sale) {
  uint8_t data[RECEIPT_TEXT_SIZE];
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return STATUS_NOT_FOUND;
  size_t len = fread(data, 1, sizeof data, file);
  bool whole = ferror(file) == 0 && len < sizeof data;
  fclose(file);
  while (whole && receipt_text_is(data, len) && len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
    len--;
  return whole ? sale_by_receipt(self->terminal, data, len, sale) : STATUS_BAD_FORMAT;
}

static enum status sale_named(const struct terminal_program *self, const char *name, struct sale *sale) {
  char *end = NULL;
  errno = 0;
  int64_t number = strtoimax(name, &end, 10);
  if (errno == 0 && *end == 0 && number > 0)
    return sale_by_number(self->terminal, number, sale);
  if (receipt_text_is((const uint8_t *)name, strlen(name)))
    return sale_by_receipt(self->terminal, (const uint8_t *)name, strlen(name), sale);
  enum status status = sale_by_file(self, name, sale);
  return status == STATUS_NOT_FOUND ? sale_by_reference(self->terminal, name, sale) : status;
}

/* *amount: what stands after the name of the sale; NULL: nothing. */
static enum status sale_find(const struct terminal_program *self, char **arguments, struct sale *sale,
                             const char **amount) {
  const char *name = self->last ? NULL : arguments[0];
  *amount = self->last || arguments[0] == NULL ? arguments[0] : arguments[1];
  if (name == NULL && !self->last) {
    problem_say(self->program->name, "say which sale: its number, its receipt, its reference, or --last");
    return STATUS_USAGE;
  }
  if (self->last && arguments[0] != NULL && arguments[1] != NULL) {
    problem_say(self->program->name, "say which sale: its number, its receipt, its reference, or --last");
    return STATUS_USAGE;
  }
  enum status status = name == NULL ? sale_by_number(self->terminal, 0, sale) : sale_named(self, name, sale);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "no sale: %s", status_sentence(status));
  return status;
}

/* A card that is not here, or cannot take it: there is another way. */
static void suggest_without_card(const struct terminal_program *self, enum status status) {
  if (status == STATUS_NO_CARD || status == STATUS_ABOVE_LIMIT || status == STATUS_CARD_SUSPENDED)
    self->dialogue.say(self->dialogue.context,
                       SENTENCE("Nothing was given back. With refund --without-card it is owed to the card."));
}

static enum status give_back(struct terminal_program *self, struct payment *payment, const struct sale *sale) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  enum status status;
  self->dialogue.show = show;
  if (terminal_program_recall(self, TRANSACTION_REFUND, payment, &outcome, &status))
    return status;
  status = paper_ready(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_reader(self, "refund", &outcome);
  if (status != STATUS_OK) {
    suggest_without_card(self, status);
    return status;
  }
  payment->wait_seconds = terminal_program_wait(self);
  status = refund_run(self->terminal, self->reader, payment, sale, &self->dialogue, &outcome);
  status = terminal_program_held(self, status);
  if (status == STATUS_OK || status == STATUS_UNREPORTED) { /* that was said */
    self->dialogue.say(self->dialogue.context, "Take the card.");
    if (status == STATUS_OK)
      paper_after(self, &outcome);
    return status;
  }
  report_outcome(self, "refund", status, &outcome);
  suggest_without_card(self, status);
  return status;
}

/* The card collects it at a reload terminal, and people are told so. */
static enum status owe(struct terminal_program *self, const struct payment *payment, const struct sale *sale) {
  struct outcome outcome;
  char amount[AMOUNT_TEXT_MAX], cid[2 * CID_SIZE + 1];
  enum status status = refund_owe(self->terminal, payment, sale, &outcome);
  if (status != STATUS_OK) {
    report_outcome(self, "refund", status, &outcome);
    return status;
  }
  self->changed = true;
  cid_print(outcome.cid, cid);
  report_amount(amount, outcome.amount.minor, outcome.amount.currency);
  terminal_program_print(
      self, translated("%s is owed to card ....%s now: to have it, load just that at a reload terminal.\n"), amount,
      cid + 12);
  self->report =
      json_pack("{s:s, s:I, s:s, s:s, s:b}", "operation", "refund", "amount", (json_int_t)outcome.amount.minor,
                "currency", self->terminal->currency->code, "cid", cid, "owed", 1);
  if (outcome.reference[0] != 0)
    json_object_set_new(self->report, "reference", json_string(outcome.reference));
  return STATUS_OK;
}

enum status verb_refund(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference};
  struct sale sale;
  const char *amount = NULL;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = sale_find(self, arguments, &sale, &amount);
  if (status != STATUS_OK)
    return status;
  payment.amount = sale.amount;
  if (amount != NULL)
    status = terminal_program_amount(self, amount, &payment.amount);
  if (status == STATUS_OK)
    status = supervisor_ask(self);
  if (status != STATUS_OK)
    return status;
  return self->without_card ? owe(self, &payment, &sale) : give_back(self, &payment, &sale);
}

enum status verb_void(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference};
  struct sale sale;
  char *whole[] = {arguments[0], NULL};
  const char *amount = NULL;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = sale_find(self, whole, &sale, &amount);
  if (status == STATUS_OK && amount != NULL) {
    problem_say(self->program->name, "a void is of the whole sale; for a part: refund");
    return STATUS_USAGE;
  }
  if (status == STATUS_OK && !sale_is_of_today(&sale)) {
    problem_say_with(self->program->name, status_sentence(STATUS_NOT_VOIDABLE), "%s",
                     status_sentence(STATUS_NOT_VOIDABLE));
    return STATUS_NOT_VOIDABLE;
  }
  if (status != STATUS_OK)
    return status;
  payment.amount = sale.amount;
  status = supervisor_ask(self);
  return status != STATUS_OK ? status : give_back(self, &payment, &sale);
}

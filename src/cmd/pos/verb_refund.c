/* SPDX-License-Identifier: Apache-2.0
 * The verbs `refund` and `void`: a sale is given back to the card that paid it. */
#include "verb_refund.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/paper.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "cmd/frame/till_client.h"
#include "cmd/frame/verb_supervisor.h"
#include "epurse/crypto.h"
#include "epurse/receipt.h"
#include "epurse/terminal_refund.h"
#include "epurse/terminal_supervisor.h"

/* What is asked for: a sale, by which name a till finds it too, and how much of it. */
struct wanted {
  struct sale sale;
  char name[RECEIPT_TEXT_SIZE]; /* its number, reference, or receipt as text; "": its number, which nobody typed */
  bool whole;
  char supervisor[SUPERVISOR_CODE_MAX + 1]; /* the code that was given; "": none is set */
};

/* A file of a receipt, in bytes or as the text of its QR code. STATUS_NOT_FOUND: there is none of that name. */
static enum status sale_by_file(const struct terminal_program *self, const char *path, struct wanted *wanted) {
  uint8_t data[RECEIPT_TEXT_SIZE];
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return STATUS_NOT_FOUND;
  size_t len = fread(data, 1, sizeof data, file);
  bool whole = ferror(file) == 0 && len < sizeof data;
  fclose(file);
  while (whole && receipt_text_is(data, len) && len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
    len--;
  if (!whole)
    return STATUS_BAD_FORMAT;
  enum status status = sale_by_receipt(self->terminal, data, len, &wanted->sale);
  if (status == STATUS_OK && receipt_text_is(data, len))
    snprintf(wanted->name, sizeof wanted->name, "%.*s", (int)len, (const char *)data);
  else if (status == STATUS_OK)
    status = receipt_text_encode(data, len, wanted->name, sizeof wanted->name);
  return status;
}

static enum status sale_named(const struct terminal_program *self, const char *name, struct wanted *wanted) {
  snprintf(wanted->name, sizeof wanted->name, "%s", name);
  if (name[strspn(name, "0123456789")] == 0)
    return sale_by_name(self->terminal, name, &wanted->sale);
  if (receipt_text_is((const uint8_t *)name, strlen(name)))
    return sale_by_receipt(self->terminal, (const uint8_t *)name, strlen(name), &wanted->sale);
  enum status status = sale_by_file(self, name, wanted);
  return status == STATUS_NOT_FOUND ? sale_by_name(self->terminal, name, &wanted->sale) : status;
}

/* *amount: what stands after the name of the sale; NULL: nothing. */
static enum status sale_find(const struct terminal_program *self, char **arguments, struct wanted *wanted,
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
  enum status status = name == NULL ? sale_by_number(self->terminal, 0, &wanted->sale) : sale_named(self, name, wanted);
  wanted->whole = *amount == NULL;
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

/* The card collects it at a reload terminal, and people are told so. */
static enum status show_owed(struct terminal_program *self, const struct outcome *outcome) {
  char amount[AMOUNT_TEXT_MAX], cid[2 * CID_SIZE + 1];
  self->changed = true;
  cid_print(outcome->cid, cid);
  report_amount(amount, outcome->amount.minor, outcome->amount.currency);
  terminal_program_print(
      self, translated("%s is owed to card ....%s now: to have it, load just that at a reload terminal.\n"), amount,
      cid + 12);
  self->report =
      json_pack("{s:s, s:I, s:s, s:s, s:b}", "operation", "refund", "amount", (json_int_t)outcome->amount.minor,
                "currency", self->terminal->currency->code, "cid", cid, "owed", 1);
  if (outcome->reference[0] != 0)
    json_object_set_new(self->report, "reference", json_string(outcome->reference));
  return STATUS_OK;
}

/* Under its reference it may have been done before, either way. */
static enum status show_back(struct terminal_program *self, const struct outcome *outcome) {
  return outcome->owed ? show_owed(self, outcome) : terminal_program_show(self, "refund", outcome);
}

static enum status show(void *context, const struct outcome *outcome) {
  return show_back(context, outcome);
}

/* False: no till is at work here. */
static bool by_till(struct terminal_program *self, const struct payment *payment, const struct wanted *wanted,
                    struct outcome *outcome, enum status *status) {
  const struct till_wish wish = {.operation = "refund",
                                 .path = "/refunds",
                                 .payment = payment,
                                 .sale = wanted->name,
                                 .sale_number = wanted->name[0] == 0 ? wanted->sale.number : 0,
                                 .supervisor = wanted->supervisor,
                                 .whole = wanted->whole,
                                 .without_card = self->without_card,
                                 .show = show_back};
  return till_client_runs(self, &wish, outcome, status);
}

static enum status give_back(struct terminal_program *self, struct payment *payment, const struct wanted *wanted) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  enum status status;
  if (by_till(self, payment, wanted, &outcome, &status)) {
    suggest_without_card(self, status);
    return status;
  }
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
  status = refund_run(self->terminal, self->reader, payment, &wanted->sale, &self->dialogue, &outcome);
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

static enum status owe(struct terminal_program *self, const struct payment *payment, const struct wanted *wanted) {
  struct outcome outcome;
  enum status status;
  finish_begun(finish_look_first);
  if (!by_till(self, payment, wanted, &outcome, &status)) {
    self->dialogue.show = show;
    status = refund_owe(self->terminal, payment, &wanted->sale, &self->dialogue, &outcome);
    if (status == STATUS_OK && !outcome.finished_before)
      return show_owed(self, &outcome);
    if (status == STATUS_OK || status == STATUS_UNREPORTED) /* that was said */
      return status;
    report_outcome(self, "refund", status, &outcome);
  }
  if (status == STATUS_OUTCOME_UNKNOWN)
    self->dialogue.say(
        self->dialogue.context,
        SENTENCE("It may be owed to the card: ask for the same without the card again, it is owed once."));
  return status;
}

static enum status carry_out(struct terminal_program *self, struct payment *payment, struct wanted *wanted) {
  enum status status = supervisor_ask(self, wanted->supervisor);
  if (status == STATUS_OK)
    status = self->without_card ? owe(self, payment, wanted) : give_back(self, payment, wanted);
  crypto_wipe(wanted->supervisor, sizeof wanted->supervisor);
  return status;
}

enum status verb_refund(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference};
  struct wanted wanted = {.name = ""};
  const char *amount = NULL;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = sale_find(self, arguments, &wanted, &amount);
  if (status != STATUS_OK)
    return status;
  payment.amount = wanted.sale.amount;
  if (amount != NULL)
    status = terminal_program_amount(self, amount, &payment.amount);
  return status != STATUS_OK ? status : carry_out(self, &payment, &wanted);
}

enum status verb_void(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference};
  struct wanted wanted = {.name = ""};
  char *whole[] = {arguments[0], NULL};
  const char *amount = NULL;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = sale_find(self, whole, &wanted, &amount);
  if (status == STATUS_OK && amount != NULL) {
    problem_say(self->program->name, "a void is of the whole sale; for a part: refund");
    return STATUS_USAGE;
  }
  if (status == STATUS_OK && !sale_is_of_today(&wanted.sale)) {
    problem_say_with(self->program->name, status_sentence(STATUS_NOT_VOIDABLE), "%s",
                     status_sentence(STATUS_NOT_VOIDABLE));
    return STATUS_NOT_VOIDABLE;
  }
  if (status != STATUS_OK)
    return status;
  payment.amount = wanted.sale.amount;
  return carry_out(self, &payment, &wanted);
}

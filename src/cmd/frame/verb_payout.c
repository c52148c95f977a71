/* SPDX-License-Identifier: Apache-2.0
 * The verb `payout`: the card pays its holder, and the cashier hands out what the terminal says, when it says so; or it
 * goes to a bank account. */
#include "verb_payout.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cashier.h"
#include "epurse/iban.h"
#include "epurse/terminal_payout.h"
#include "finish.h"
#include "language.h"
#include "paper.h"
#include "problem.h"
#include "terminal_program.h"
#include "till_client.h"
#include "till_question.h"

const struct option_row payout_rows[] = {{"all", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, all), 0,
                                          0, SENTENCE("payout: all that is on the card")},
                                         {"back", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, back),
                                          0, 0, SENTENCE("payout: what was not handed out is owed to its cards")},
                                         {"close", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, close),
                                          0, 0, SENTENCE("payout: all that is on the card, which ends it for good")},
                                         {"iban", 0, "IBAN", NULL, OPTION_TEXT, offsetof(struct terminal_program, iban),
                                          0, 0, SENTENCE("payout: to this bank account, and not in cash")},
                                         {"name", 0, "NAME", NULL, OPTION_TEXT,
                                          offsetof(struct terminal_program, holder), 0, 0,
                                          SENTENCE("payout --iban: whose account it is; else it is asked for")},
                                         {0}};

static enum status show(void *context, const struct outcome *outcome) {
  return terminal_program_show(context, "payout", outcome);
}

/* struct payout_desk: the one moment at which money leaves the drawer. */
static enum status hand_out(void *context, struct amount amount, int64_t deposit, bool again) {
  char question[TILL_QUESTION_MAX];
  hand_out_words(amount, deposit, again, question);
  finish_begun(status_sentence(STATUS_PAYOUT_OPEN));
  return operator_confirm(context, question);
}

/* What was begun by one cashier is not handed out by whoever comes by. */
static enum status hand_out_by_cashier(void *context, struct amount amount, int64_t deposit, bool again) {
  struct terminal_program *self = context;
  enum status status = self->terminal->role == ROLE_PERSO || self->cashier_code[0] != 0 ? STATUS_OK : cashier_ask(self);
  return status == STATUS_OK ? hand_out(context, amount, deposit, again) : status;
}

enum status payout_ask_cashier(struct terminal_program *self) {
  const struct payout_desk desk = {self, hand_out_by_cashier};
  finish_begun(NULL);
  return payouts_confirm(self->terminal, &desk);
}

enum status verb_recover_payouts(void *context, char **arguments) {
  struct terminal_program *self = context;
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = payout_ask_cashier(self);
  return status == STATUS_OK ? recover_report(self) : status;
}

/* ---- to a bank account ---- */

struct account {
  char iban[IBAN_MAX + 1], holder[HOLDER_MAX + 1];
};

/* Before a card is asked for. */
static enum status account_ask(struct terminal_program *self, struct account *account, struct payment *payment) {
  if (!iban_read(self->iban, account->iban)) {
    report_failure(self, STATUS_IBAN_INVALID, NULL);
    return STATUS_IBAN_INVALID;
  }
  if (self->holder != NULL && strlen(self->holder) <= HOLDER_MAX)
    memcpy(account->holder, self->holder, strlen(self->holder) + 1);
  else if (self->holder != NULL ||
           operator_ask(self, translated("Whose account is it?"), account->holder, sizeof account->holder) != STATUS_OK)
    account->holder[0] = '\0';
  if (account->holder[0] == '\0') {
    problem_say(self->program->name, "say whose account it is, in at most 70 bytes: --name NAME");
    return STATUS_USAGE;
  }
  payment->iban = account->iban;
  payment->holder = account->holder;
  return STATUS_OK;
}

/* ---- the verb ---- */

static enum status pay_out(struct terminal_program *self, struct payment *payment) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  const struct payout_desk desk = {self, hand_out};
  const bool all = self->all || self->close;
  enum status status = paper_ready(self);
  if (status == STATUS_OK)
    status = terminal_program_reader(self, "payout", &outcome);
  if (status != STATUS_OK)
    return status;
  payment->wait_seconds = terminal_program_wait(self);
  status = all ? payout_all_run(self->terminal, self->reader, payment, &desk, &self->dialogue, &outcome)
               : payout_run(self->terminal, self->reader, payment, &desk, &self->dialogue, &outcome);
  status = terminal_program_held(self, status);
  if (status != STATUS_OK && status != STATUS_UNREPORTED) /* that was said */
    report_outcome(self, "payout", status, &outcome);
  else
    self->dialogue.say(self->dialogue.context, payment->closes ? PAYOUT_CLOSED : "Take the card.");
  if (status == STATUS_OK)
    paper_after(self, &outcome);
  return status;
}

static enum status put_back(struct terminal_program *self) {
  unsigned count = 0;
  int64_t amount = 0;
  char text[AMOUNT_TEXT_MAX];
  finish_begun(finish_look_first);
  enum status status = payouts_put_back(self->terminal, &count, &amount);
  if (status != STATUS_OK) {
    report_failure(self, status, NULL);
    return status;
  }
  self->changed = count > 0;
  report_amount(text, amount, self->terminal->currency->numeric);
  terminal_program_print(
      self, translated("%u payouts put back: %s is owed to the cards; a load of just that credits it\n"), count, text);
  self->report = json_pack("{s:s, s:i, s:I, s:s}", "operation", "payout", "put_back", (int)count, "amount",
                           (json_int_t)amount, "currency", self->terminal->currency->code);
  return STATUS_OK;
}

/* At a reload terminal a till may be at work. */
static bool till_runs(struct terminal_program *self, const struct payment *payment, enum status *status) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  const struct till_wish wish = {
      .operation = "payout", .path = "/payouts", .payment = payment, .whole = self->all || self->close};
  return self->terminal->role == ROLE_RELOAD && till_client_runs(self, &wish, &outcome, status);
}

enum status verb_payout(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference, .closes = self->close};
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  struct account account;
  int said = (arguments[0] != NULL) + self->all + self->back + self->close;
  if (self->iban == NULL ? self->holder != NULL : self->back) {
    problem_say(self->program->name, "--name goes with --iban, and --iban with what is paid out");
    return STATUS_USAGE;
  }
  if (said == 1 && arguments[0] == NULL && self->reference != NULL) {
    problem_say(self->program->name,
                "--reference goes with an amount: a name stands for one, and only the card knows what all of it is");
    return STATUS_USAGE;
  }
  if (said != 1) {
    problem_say(self->program->name, "say how much: an amount, or --all; --back for what was not handed out");
    return STATUS_USAGE;
  }
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK && self->iban != NULL)
    status = account_ask(self, &account, &payment);
  if (status == STATUS_OK && arguments[0] != NULL)
    status = terminal_program_amount(self, arguments[0], &payment.amount);
  if (status != STATUS_OK)
    return status;
  if (self->back)
    return put_back(self);
  self->wanted = payment.amount;
  if (till_runs(self, &payment, &status))
    return status;
  self->dialogue.show = show;
  if (terminal_program_recall(self, TRANSACTION_PAYOUT, &payment, &outcome, &status))
    return status;
  return pay_out(self, &payment);
}

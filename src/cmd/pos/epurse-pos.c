/* SPDX-License-Identifier: Apache-2.0
 * epurse-pos: the shop's terminal; takes payments and gives them back. */
#include <stddef.h>
#include <string.h>

#include "cmd/frame/cashier.h"
#include "cmd/frame/paper.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/tap.h"
#include "cmd/frame/terminal_program.h"
#include "cmd/frame/till_client.h"
#include "cmd/frame/verb_supervisor.h"
#include "verb_refund.h"

static enum status show(void *context, const struct outcome *outcome) {
  return terminal_program_show(context, "purchase", outcome);
}

/* What the option says, else the configuration. Points and names are the server's to know: they are never paid
 * off-line. */
static enum status offline_take(const struct terminal_program *self, struct payment *payment) {
  static const char *const words[] = {
      [OFFLINE_USE_NEVER] = "never", [OFFLINE_USE_AUTO] = "auto", [OFFLINE_USE_ONLY] = "only"};
  payment->offline = self->terminal->offline.use;
  if (self->offline == NULL)
    return STATUS_OK;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strcmp(self->offline, words[i]) != 0)
      continue;
    payment->offline = (enum offline_use)i;
    if (payment->offline != OFFLINE_USE_ONLY || (!payment->points && payment->reference == NULL))
      return STATUS_OK;
    problem_say(self->program->name, "--offline=only goes neither with --points nor with --reference");
    return STATUS_USAGE;
  }
  problem_say(self->program->name, "--offline: never, auto or only");
  return STATUS_USAGE;
}

/* How much a card has of points is nothing to pay the rest of otherwise. */
static enum status up_to_check(const struct terminal_program *self) {
  if (!self->up_to || !self->points)
    return STATUS_OK;
  problem_say(self->program->name, "--up-to does not go with --points");
  return STATUS_USAGE;
}

static enum status verb_pay(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {
      .points = self->points, .ask_pin = self->ask_pin, .up_to = self->up_to, .reference = self->reference};
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  enum status status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = up_to_check(self);
  if (status == STATUS_OK)
    status = offline_take(self, &payment);
  if (status == STATUS_OK)
    status = terminal_program_amount(self, arguments[0], &payment.amount);
  if (status != STATUS_OK)
    return status;
  self->wanted = payment.amount;
  if (till_client_runs(self, &(struct till_wish){.operation = "purchase", .path = "/sales", .payment = &payment},
                       &outcome, &status))
    return status;
  self->dialogue.show = show;
  if (terminal_program_recall(self, payment.points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE, &payment,
                              &outcome, &status))
    return status;
  status = paper_ready(self);
  if (status != STATUS_OK)
    return status;
  status = tap_begin(self, &payment);
  if (status != STATUS_OK) {
    report_outcome(self, "purchase", terminal_program_held(self, status), &outcome);
    return terminal_program_held(self, status);
  }
  status = terminal_program_reader(self, "purchase", &outcome);
  if (status != STATUS_OK)
    return status;
  payment.wait_seconds = terminal_program_wait(self);
  status = tap_run(self, purchase_run, &payment, &outcome);
  status = terminal_program_held(self, status);
  if (status != STATUS_OK && status != STATUS_UNREPORTED) /* that was said */
    report_outcome(self, "purchase", status, &outcome);
  else
    self->dialogue.say(self->dialogue.context, "Take the card.");
  if (status == STATUS_OK)
    paper_after(self, &outcome);
  return status;
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"points", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, points), 0, 0,
       SENTENCE("pay with loyalty points instead of money")},
      {"ask-pin", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, ask_pin), 0, 0,
       SENTENCE("pay: ask for the PIN, also where the card pays without it")},
      {"up-to", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, up_to), 0, 0,
       SENTENCE("pay: where the card has less, take that, and say what is left to pay by other means")},
      {"offline", 0, "USE", NULL, OPTION_TEXT, offsetof(struct terminal_program, offline), 0, 0,
       SENTENCE("pay: never, auto or only: without the back-end, where the issuer lets card and terminal")},
      {"without-card", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, without_card), 0, 0,
       SENTENCE("refund: the card is not here; it is owed to it")},
      {"supervisor-fd", 0, "FD", NULL, OPTION_FD_IN, offsetof(struct terminal_program, supervisor_fd), 0, 1023,
       SENTENCE("read the supervisor's code from this file descriptor")},
      {0}};
  static const struct verb verbs[] = {
      {"pay", "AMOUNT", 1, SENTENCE("take a payment, like 12.50"), verb_pay},
      {"refund", "[SALE] [AMOUNT]", -2, SENTENCE("give a sale back: its number, receipt, reference, or --last"),
       verb_refund},
      {"void", "[SALE]", -1, SENTENCE("give the whole of a sale of today back"), verb_void},
      {"supervisor", "", 0, SENTENCE("set the code without which nothing is given back"), verb_supervisor},
      {"cashier", "[add|list|remove] [NAME]", -2, SENTENCE("who may work at this terminal, each by a code"),
       verb_cashier},
      {"balance", "", 0, SENTENCE("show what is on the card"), verb_balance},
      {"log", "", 0, SENTENCE("show the card's own log"), verb_log},
      {"pin", "", 0, SENTENCE("change the card's PIN"), verb_pin},
      {"receipt", "[N]", -1, SENTENCE("write or show a receipt again: N, or --last"), verb_receipt},
      {"status", "ID", 1, SENTENCE("tell what became of a reference"), verb_status},
      {"totals", "[N]", -1, SENTENCE("show what was done here since the last closing, or closing N"), verb_totals},
      {"shift", "[begin|end|show|list] [N]", -2,
       SENTENCE("a cashier's time at the drawer, from its float to its count"), verb_shift},
      {"recover", "", 0, SENTENCE("settle what was broken off"), verb_recover},
      {"renew", "[DIR]", -1, SENTENCE("ask for new certificates; take the answer DIR"), verb_renew},
      {"readers", "", 0, SENTENCE("list the card readers"), verb_readers},
      {"doctor", "", 0, SENTENCE("look for what is wrong with this terminal"), verb_doctor},
      {0}};
  static const struct program program = {"epurse-pos",
                                         SENTENCE("Takes payments from electronic purse cards."),
                                         {rows, terminal_money_rows, terminal_program_rows},
                                         verbs,
                                         NULL,
                                         0};
  struct terminal_program self = {.program = &program, .roles = 1U << ROLE_POS};
  return terminal_program_main(&self, argc, argv);
}

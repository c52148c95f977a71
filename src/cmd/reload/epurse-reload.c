/* SPDX-License-Identifier: Apache-2.0
 * epurse-reload: the reload terminal; takes money and loads it onto cards, and pays it out. */
#include <stddef.h>
#include <string.h>

#include "cmd/frame/cashier.h"
#include "cmd/frame/language.h"
#include "cmd/frame/paper.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/tap.h"
#include "cmd/frame/terminal_program.h"
#include "cmd/frame/till_client.h"
#include "cmd/frame/verb_payout.h"

static enum status show(void *context, const struct outcome *outcome) {
  return terminal_program_show(context, "load", outcome);
}

static enum status load(struct terminal_program *self, struct payment *payment) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  payment->wait_seconds = terminal_program_wait(self);
  enum status status = tap_run(self, load_run, payment, &outcome);
  status = terminal_program_held(self, status);
  if (status != STATUS_OK && status != STATUS_UNREPORTED) /* that was said */
    report_outcome(self, "load", status, &outcome);
  else
    self->dialogue.say(self->dialogue.context, "Take the card.");
  if (status == STATUS_OK)
    paper_after(self, &outcome);
  return status;
}

static void say_no_tender(const struct terminal_program *self, const char *spec) {
  static const char zvt[] = "zvt:";
  if (strncmp(spec, zvt, sizeof zvt - 1) == 0)
    problem_say(self->program->name,
                "'%s' is no zvt:HOST:PORT, with ,wait=SECONDS or ,goods behind it; or zvt-orders.json in %s is damaged",
                spec, self->terminal->folder);
  else
    problem_say(self->program->name, "'%s' is no way to pay a load: cash, manual, zvt:HOST:PORT, simulator:HOST:PORT",
                spec);
}

/* The way in which loads are paid, with the terminal open. */
static enum status open_tender(struct terminal_program *self, struct tender **tender) {
  struct tender_operator operator= {.context = self,
                                    .confirm = operator_confirm,
                                    .ask = operator_ask,
                                    .words = translated,
                                    .folder = self->terminal->folder,
                                    .receipts = self->terminal->receipts,
                                    .prints =
                                        self->terminal->printer.output[0] != 0 && self->terminal->printer.copies > 0};
  const char *spec = self->tender_spec != NULL ? self->tender_spec : self->terminal->tender_spec;
  enum status status = tender_open(spec, &operator, tender);
  if (status == STATUS_BAD_CONFIG)
    say_no_tender(self, spec);
  else if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s: %s", spec, status_sentence(status));
  return status;
}

/* Charges are found out about, and given back, where they were made. */
static enum status verb_recover_loads(void *context, char **arguments) {
  struct terminal_program *self = context;
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = open_tender(self, &self->terminal->tender);
  if (status != STATUS_OK)
    return status;
  status = payout_ask_cashier(self);
  if (status == STATUS_OK)
    status = recover_report(self);
  tender_close(&self->terminal->tender);
  return status;
}

static enum status verb_load(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct payment payment = {.reference = self->reference};
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  enum status status = terminal_program_open(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_amount(self, arguments[0], &payment.amount);
  if (status != STATUS_OK)
    return status;
  self->wanted = payment.amount;
  self->wanted_load = true;
  if (till_client_runs(self, &(struct till_wish){.operation = "load", .path = "/loads", .payment = &payment}, &outcome,
                       &status))
    return status;
  status = open_tender(self, &payment.tender);
  if (status != STATUS_OK)
    return status;
  self->dialogue.show = show;
  if (!terminal_program_recall(self, TRANSACTION_LOAD, &payment, &outcome, &status)) {
    enum status paper = paper_ready(self);
    status = paper == STATUS_OK ? tap_begin(self, &payment) : paper;
    if (paper == STATUS_OK && status != STATUS_OK) {
      status = terminal_program_held(self, status);
      report_outcome(self, "load", status, &outcome);
    } else if (status == STATUS_OK)
      status = terminal_program_reader(self, "load", &outcome);
    if (status == STATUS_OK)
      status = load(self, &payment);
  }
  tender_close(&payment.tender);
  return status;
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"tender", 't', "DRIVER", NULL, OPTION_TEXT, offsetof(struct terminal_program, tender_spec), 0, 0,
       SENTENCE("how it is paid: cash, manual, zvt:HOST:PORT, simulator:HOST:PORT")},
      {0}};
  static const struct verb verbs[] = {
      {"load", "AMOUNT", 1, SENTENCE("load an amount, like 50.00"), verb_load},
      {"payout", "[AMOUNT]", -1, SENTENCE("pay an amount out to the cardholder, or --all"), verb_payout},
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
      {"recover", "", 0, SENTENCE("settle what was broken off"), verb_recover_loads},
      {"renew", "[DIR]", -1, SENTENCE("ask for new certificates; take the answer DIR"), verb_renew},
      {"readers", "", 0, SENTENCE("list the card readers"), verb_readers},
      {"doctor", "", 0, SENTENCE("look for what is wrong with this terminal"), verb_doctor},
      {0}};
  static const struct program program = {"epurse-reload",
                                         SENTENCE("Loads money onto electronic purse cards, and pays it out."),
                                         {rows, payout_rows, terminal_money_rows, terminal_program_rows},
                                         verbs,
                                         NULL,
                                         0};
  struct terminal_program self = {.program = &program, .roles = 1U << ROLE_RELOAD};
  return terminal_program_main(&self, argc, argv);
}

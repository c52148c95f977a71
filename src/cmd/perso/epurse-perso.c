/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso: the issuer's desk; turns raw cards into cardholders' cards. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/paper.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "cmd/frame/verb_payout.h"
#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "verb_batch.h"
#include "verb_measure.h"
#include "verb_prepare.h"
#include "verb_renew_card.h"

/* To a descriptor, and where that is a file, to its disk. */
static bool write_whole(int fd, const char *text, size_t len) {
  while (len > 0) {
    ssize_t put = write(fd, text, len);
    if (put < 0 && errno != EINTR)
      return false;
    if (put > 0) {
      text += put;
      len -= (size_t)put;
    }
  }
  return fsync(fd) == 0 || errno == EINVAL || errno == EROFS; /* these two: nothing that could be brought to a disk */
}

/* issue_desk.keep: hands the PIN over before the card is written, for nobody could ask for it afterwards: to a
 * descriptor for the printer of PIN letters, or once to the eyes at this terminal. */
static enum status deliver_pin(void *context, const uint8_t cid[CID_SIZE], const char *pin) {
  const struct terminal_program *self = context;
  char line[PIN_MAX + 2];
  size_t len = (size_t)snprintf(line, sizeof line, "%s\n", pin);
  (void)cid;
  bool handed = self->pin_out_fd >= 0 ? write_whole((int)self->pin_out_fd, line, len)
                                      : fprintf(stderr, "PIN: %s", line) >= 0 && fflush(stderr) == 0;
  crypto_wipe(line, sizeof line);
  if (!handed)
    problem_say(self->program->name, "the PIN cannot be handed over, so the card was left raw");
  return handed ? STATUS_OK : STATUS_STORE_FAILED;
}

static enum status verb_issue(void *context, char **arguments) {
  struct terminal_program *self = context;
  const struct issue_desk desk = {.context = self, .keep = deliver_pin};
  struct issue issue = {.pin = "", .desk = self->pin_fd < 0 ? &desk : NULL, .no_deposit = self->no_deposit};
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  (void)arguments;
  if (self->pin_fd < 0 && self->pin_out_fd < 0 && !isatty(STDERR_FILENO)) {
    problem_say(self->program->name, "nobody would learn the PIN: give --pin-fd or --pin-out-fd");
    return STATUS_USAGE;
  }
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status == STATUS_OK && self->pin_fd >= 0) {
    uint8_t block[PIN_BLOCK_SIZE];
    status = secret_from_fd((int)self->pin_fd, issue.pin, sizeof issue.pin);
    if (status == STATUS_OK)
      status = pin_block_encode(issue.pin, block);
    crypto_wipe(block, sizeof block);
    if (status != STATUS_OK)
      problem_say(self->program->name, "a PIN has %d to %d digits", PIN_MIN, PIN_MAX);
  }
  if (status == STATUS_OK) {
    issue.wait_seconds = terminal_program_wait(self);
    status = personalize_run(self->terminal, self->reader, &issue, &self->dialogue, &outcome);
    self->changed = status == STATUS_OK;
    self->tries_left = outcome.tries_left;
    report_outcome(self, SENTENCE("issue"), status, &outcome);
    if (status == STATUS_WRONG_PIN)
      problem_say(self->program->name, "an earlier run locked this card with its own PIN: run again with that one");
    if (status == STATUS_OK || status == STATUS_CARD_ALREADY_ISSUED)
      paper_deposit(self, &outcome, status != STATUS_OK);
  }
  crypto_wipe(&issue, sizeof issue);
  return status;
}

static enum status verb_void(void *context, char **arguments) {
  struct terminal_program *self = context;
  uint8_t cid[CID_SIZE];
  char text[17];
  (void)arguments;
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = terminal_program_open_reader(self);
  if (status != STATUS_OK)
    return status;
  status = terminal_program_await_card(self);
  if (status == STATUS_OK) {
    finish_begun(NULL);
    status = personalize_void(self->terminal, self->reader, cid);
  }
  if (status != STATUS_OK) {
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
    return status;
  }
  self->changed = true;
  cid_print(cid, text);
  terminal_program_print(self, translated("card number %s is given back\n"), text);
  self->report = json_pack("{s:s, s:s}", "operation", "void", "cid", text);
  return STATUS_OK;
}

static const struct option_row own_rows[] = {
    {"pin-out-fd", 0, "FD", NULL, OPTION_FD_OUT, offsetof(struct terminal_program, pin_out_fd), 0, 1023,
     SENTENCE("write the new card's PIN to this file descriptor")},
    {"results", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct terminal_program, results), 0, 0,
     SENTENCE("batch: where each card is noted")},
    {"pin-out", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct terminal_program, pin_out), 0, 0,
     SENTENCE("batch: where the PINs that the back-end draws go")},
    {"replace", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, replace), 0, 0,
     SENTENCE("batch: give up chips that were begun and will not come back")},
    {"verify", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, verify), 0, 0,
     SENTENCE("batch: make nothing, meet each finished card once more")},
    {"prepare", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, prepare), 0, 0,
     SENTENCE("batch: the cards are factory-fresh; prepare each first, as prepare does")},
    {"cap", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct terminal_program, cap), 0, 0,
     SENTENCE("prepare: the applet, as the converter wrote it")},
    {"card-keys", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct terminal_program, card_keys), 0, 0,
     SENTENCE("prepare: the keys that the card comes with; without it the published ones")},
    {"diversify", 0, "METHOD", NULL, OPTION_TEXT, offsetof(struct terminal_program, diversify), 0, 0,
     SENTENCE("prepare: how those are made for each card: none, emv, visa2, kdf3")},
    {"domain-key", 0, "FILE", NULL, OPTION_TEXT, offsetof(struct terminal_program, domain_key), 0, 0,
     SENTENCE("prepare: the key from which your cards' own keys are derived")},
    {"keep-keys", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, keep_keys), 0, 0,
     SENTENCE("prepare: leave the card's keys as they are")},
    {"check", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, check), 0, 0,
     SENTENCE("prepare: look and tell, change nothing")},
    {"undo", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, undo), 0, 0,
     SENTENCE("prepare: take the applet away again")},
    {"lock", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, lock), 0, 0,
     SENTENCE("prepare: secure the card in the end; there is no way back")},
    {"no-deposit", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, no_deposit), 0, 0,
     SENTENCE("issue, batch: take no deposit, as for a card that takes another one's place")},
    {"to", 0, "CARD", NULL, OPTION_TEXT, offsetof(struct terminal_program, renew_to), 0, 0,
     SENTENCE("renew: the card that gets what another one had")},
    {"runs", 0, "NUMBER", NULL, OPTION_NUMBER, offsetof(struct terminal_program, runs), 1, 100,
     SENTENCE("measure: how often each command is timed; 5 without it")},
    {0}};

/* Those of terminal_money_rows that a desk has a use for. */
static const struct option_row money_rows[] = {
    {"qr", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, qr), 0, 0,
     SENTENCE("show the receipt as a QR code for the cardholder")},
    {"reference", 0, "ID", NULL, OPTION_TEXT, offsetof(struct terminal_program, reference), 0, 0,
     SENTENCE("pay, load, refund, payout: your name of it, unique per merchant; nothing is done twice under one")},
    {"minor", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, minor), 0, 0,
     SENTENCE("pay, load, refund, payout: AMOUNT is in minor units, 1250 for 12.50, in every locale")},
    {"last", 0, NULL, NULL, OPTION_FLAG, offsetof(struct terminal_program, last), 0, 0,
     SENTENCE("receipt, refund, void: the newest")},
    {0}};

int main(int argc, char **argv) {
  static const struct verb verbs[] = {
      {"prepare", "", 0, SENTENCE("turn a factory-fresh card into a raw purse card"), verb_prepare},
      {"issue", "", 0, SENTENCE("turn the raw card into a cardholder's card"), verb_issue},
      {"batch", "FILE", 1, SENTENCE("make the cards of a list, over all readers"), verb_batch},
      {"void", "", 0, SENTENCE("give a broken raw card's number back"), verb_void},
      {"balance", "", 0, SENTENCE("show what is on the card"), verb_balance},
      {"log", "", 0, SENTENCE("show the card's own log"), verb_log},
      {"pin", "", 0, SENTENCE("change the card's PIN"), verb_pin},
      {"renew", "[DIR|OLD]", -1, SENTENCE("ask for new certificates; take the answer DIR; renew a card"),
       verb_renew_card},
      {"payout", "[AMOUNT]", -1, SENTENCE("pay an amount out to the cardholder, or --all"), verb_payout},
      {"receipt", "[N]", -1, SENTENCE("write or show a receipt again: N, or --last"), verb_receipt},
      {"status", "ID", 1, SENTENCE("tell what became of a reference"), verb_status},
      {"recover", "", 0, SENTENCE("settle what was broken off"), verb_recover_payouts},
      {"measure", "", 0, SENTENCE("time the card's commands, beside what they should cost"), verb_measure},
      {"readers", "", 0, SENTENCE("list the card readers"), verb_readers},
      {"doctor", "", 0, SENTENCE("look for what is wrong with this terminal"), verb_doctor},
      {0}};
  static const struct program program = {"epurse-perso",
                                         SENTENCE("Personalises electronic purse cards at the issuer's desk."),
                                         {own_rows, payout_rows, money_rows, terminal_program_rows},
                                         verbs,
                                         NULL,
                                         0};
  struct terminal_program self = {.program = &program, .roles = 1U << ROLE_PERSO};
  return terminal_program_main(&self, argc, argv);
}

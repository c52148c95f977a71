/* SPDX-License-Identifier: Apache-2.0
 * The frame of every program with a card reader: options, terminal, reader, verb, report, exit code. */
#include "terminal_program.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cashier.h"
#include "epurse/backend.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/secret.h"
#include "epurse/terminal_count.h"
#include "epurse/terminal_turn.h"
#include "finish.h"
#include "language.h"
#include "problem.h"
#include "receipt_qr.h"

#define CASHIER_VERBS " pay load refund void payout "
#define FIELD(field)  offsetof(struct terminal_program, field)

const struct option_row terminal_program_rows[] = {
    {"reader", 'r', "SPEC", "EPURSE_READER", OPTION_TEXT, FIELD(reader_spec), 0, 0,
     SENTENCE("card reader: part of its name, index, or ATR")},
    {"config", 'c', "PATH", "EPURSE_CONFIG", OPTION_TEXT, FIELD(config), 0, 0,
     SENTENCE("the terminal's directory, or its terminal.conf")},
    {"wait", 'w', "SECONDS", NULL, OPTION_OPTIONAL_NUMBER, FIELD(wait_seconds), 0, 86400,
     SENTENCE("wait for a card, for ever without SECONDS")},
    {"pin-fd", 0, "FD", NULL, OPTION_FD_IN, FIELD(pin_fd), 0, 1023,
     SENTENCE("read the PIN from this file descriptor, a line a try")},
    {"events-fd", 0, "FD", NULL, OPTION_FD_OUT, FIELD(events_fd), 0, 1023,
     SENTENCE("write a line of JSON for each step to this file descriptor")},
    {"cancel-on-eof", 0, NULL, NULL, OPTION_FLAG, FIELD(cancel_on_eof), 0, 0,
     SENTENCE("the end of standard input cancels the waiting for a card")},
    {"json", 'j', NULL, NULL, OPTION_FLAG, FIELD(json), 0, 0, SENTENCE("print one JSON object")},
    {"quiet", 'q', NULL, NULL, OPTION_FLAG, FIELD(quiet), 0, 0, SENTENCE("say nothing about what goes on")},
    {"apdu-trace", 0, "FILE", NULL, OPTION_OPTIONAL_TEXT, FIELD(trace), 0, 0,
     SENTENCE("trace APDUs, secrets blanked, to FILE or stderr")},
    {0}};

const struct option_row terminal_money_rows[] = {
    {"qr", 0, NULL, NULL, OPTION_FLAG, FIELD(qr), 0, 0, SENTENCE("show the receipt as a QR code for the cardholder")},
    {"reference", 0, "ID", NULL, OPTION_TEXT, FIELD(reference), 0, 0,
     SENTENCE("pay, load, refund, payout: your name of it, unique per merchant; nothing is done twice under one")},
    {"minor", 0, NULL, NULL, OPTION_FLAG, FIELD(minor), 0, 0,
     SENTENCE("pay, load, refund, payout: AMOUNT is in minor units, 1250 for 12.50, in every locale")},
    {"tap", 0, NULL, NULL, OPTION_FLAG, FIELD(dialogue.tap), 0, 0,
     SENTENCE("pay, load: ask for the PIN first, then have the card held to the reader")},
    {"print", 0, NULL, NULL, OPTION_FLAG, FIELD(print), 0, 0, SENTENCE("receipt, totals, shift: print it")},
    {"pdf", 0, "FILE", NULL, OPTION_TEXT, FIELD(pdf), 0, 0,
     SENTENCE("receipt, totals, shift: write it to FILE as PDF")},
    {"last", 0, NULL, NULL, OPTION_FLAG, FIELD(last), 0, 0, SENTENCE("receipt, refund, void: the newest")},
    {"cashier", 0, "NAME", NULL, OPTION_TEXT, FIELD(cashier), 0, 0,
     SENTENCE("pay, load, refund, void, payout, shift, totals --close: who is at the till")},
    {"cashier-fd", 0, "FD", NULL, OPTION_FD_IN, FIELD(cashier_fd), 0, 1023,
     SENTENCE("read the code of the cashier from this file descriptor")},
    {"csv", 0, NULL, NULL, OPTION_FLAG, FIELD(csv), 0, 0, SENTENCE("totals, shift: a line of CSV for each sum")},
    {"close", 0, NULL, NULL, OPTION_FLAG, FIELD(close), 0, 0,
     SENTENCE("totals: close (Z): number it, keep it for good, and begin anew")},
    {"float", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(drawer_float), 0, 0,
     SENTENCE("totals --close, shift begin: what was in the drawer at the beginning")},
    {"counted", 0, "AMOUNT", NULL, OPTION_TEXT, FIELD(drawer_counted), 0, 0,
     SENTENCE("totals --close, shift end: what is in the drawer now")},
    {0}};

/* The last day of the terminal's own certificate, where it is near; "": it is not. */
static void expiry_near(const struct terminal_program *self, char day[21]) {
  uint8_t moment[MOMENT_SIZE];
  int64_t expires = terminal_expires(self->terminal) - 1;
  day[0] = 0;
  if (expires - (int64_t)time(NULL) >= TERMINAL_RENEW_DAYS * INT64_C(86400))
    return;
  moment_from_unix(expires, moment);
  moment_print(moment, day);
  day[10] = 0;
}

static void warn_of_expiry(const struct terminal_program *self) {
  char day[21];
  expiry_near(self, day);
  if (day[0] != 0)
    fprintf(stderr, translated("%s: the certificate of this terminal ends on %s; renew it before: %s renew\n"),
            self->program->name, day, self->program->name);
}

static void say_waiting(void *context) {
  const struct terminal_program *self = context;
  self->dialogue.say(self->dialogue.context, SENTENCE("The back-end is busy; it is asked again in a moment."));
}

/* Whoever does it is noted in the journal. */
static bool moves_money(const struct terminal_program *self) {
  char verb[32];
  snprintf(verb, sizeof verb, " %s ", self->verb->name);
  return self->terminal->role != ROLE_PERSO && strstr(CASHIER_VERBS, verb) != NULL;
}

enum status terminal_program_open(struct terminal_program *self) {
  char problem[256] = "";
  if (self->config == NULL) {
    problem_say_with(self->program->name, status_sentence(STATUS_NO_CONFIG), "%s", status_sentence(STATUS_NO_CONFIG));
    return STATUS_NO_CONFIG;
  }
  enum status status = terminal_open(self->config, &self->terminal, problem);
  if (status != STATUS_OK) {
    problem_open(self->program->name, status_sentence(status), problem);
    return status;
  }
  if ((self->roles & (1U << self->terminal->role)) == 0) {
    problem_say_with(self->program->name, status_sentence(STATUS_NOT_PERMITTED), "%s: %s is a terminal of another role",
                     status_sentence(STATUS_NOT_PERMITTED), self->terminal->tid);
    return STATUS_NOT_PERMITTED;
  }
  if (self->cashier != NULL && !cashier_valid(self->cashier)) {
    problem_say(self->program->name, "a cashier's name has 1 to %d letters, digits, dots, dashes, underscores",
                CASHIER_MAX);
    return STATUS_USAGE;
  }
  if (self->cashier != NULL)
    (void)snprintf(self->terminal->cashier, sizeof self->terminal->cashier, "%s", self->cashier);
  backend_patience(self->terminal->backend, -1, say_waiting, self);
  warn_of_expiry(self);
  return moves_money(self) ? cashier_ask(self) : STATUS_OK;
}

static enum status trace_open(struct terminal_program *self) {
  if (self->trace == NULL)
    return STATUS_OK;
  if (self->trace[0] == 0) {
    reader_trace(self->reader, stderr);
    return STATUS_OK;
  }
  self->trace_file = fopen(self->trace, "ae"); /* umask 077: process_harden */
  if (self->trace_file == NULL) {
    problem_say(self->program->name, "%s: %s", self->trace, strerror(errno));
    return STATUS_STORE_FAILED;
  }
  reader_trace(self->reader, self->trace_file);
  return STATUS_OK;
}

/* The signals that cancel; one that is ignored stays so. */
static void cancelling_signals(sigset_t *signals) {
  static const int wanted[] = {SIGINT, SIGTERM};
  struct sigaction action;
  sigemptyset(signals);
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    if (sigaction(wanted[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(signals, wanted[i]);
}

static void ask_for_card(const struct terminal_program *self) {
  self->dialogue.step(self->dialogue.context, DIALOGUE_WAITING);
  self->dialogue.say(self->dialogue.context,
                     self->dialogue.tap ? SENTENCE("Hold the card to the reader.") : "Insert the card.");
}

/* Of several empty readers the card chooses one: looked for again and again while there is time. */
static enum status look_for_card(struct terminal_program *self, const sigset_t *signals, char problem[512]) {
  const struct timespec pause = {0, 200 * 1000 * 1000};
  int left = terminal_program_wait(self);
  for (unsigned turn = 0;; turn++) {
    enum status status = reader_open_pcsc(self->reader_spec, &self->reader, problem);
    if (status != STATUS_NO_CARD || left == 0)
      return status;
    if (turn == 0)
      ask_for_card(self);
    if (sigtimedwait(signals, NULL, &pause) > 0 || (self->cancel_on_eof && reader_input_ended(STDIN_FILENO)))
      break;
    if (left > 0 && turn % 5 == 4)
      left--;
  }
  problem[0] = 0;
  return STATUS_CANCELLED;
}

static enum status choose_reader(struct terminal_program *self, char problem[512]) {
  const struct timespec now = {0, 0};
  sigset_t signals, before;
  cancelling_signals(&signals);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  enum status status = look_for_card(self, &signals, problem);
  if (sigtimedwait(&signals, NULL, &now) > 0) { /* it came in the meantime */
    problem[0] = 0;
    status = STATUS_CANCELLED;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return status;
}

enum status terminal_program_open_reader(struct terminal_program *self) {
  char problem[512] = "";
  enum status status =
      self->terminal == NULL || self->turn >= 0 ? STATUS_OK : turn_take(self->terminal->folder, false, &self->turn);
  if (status == STATUS_OK)
    status = choose_reader(self, problem);
  if (status == STATUS_NO_READER && problem[0] != 0) { /* there are some, and none is the one that is meant */
    problem_say(self->program->name, "no reader matches '%s'; there are: %s", self->reader_spec, problem);
    return status;
  }
  if (status != STATUS_OK) {
    problem_open(self->program->name, status_sentence(status), problem);
    return status;
  }
  if (self->cancel_on_eof)
    reader_cancel_fd(self->reader, STDIN_FILENO);
  if (self->terminal != NULL)
    reader_limit(self->reader, self->terminal->answer_seconds);
  return trace_open(self);
}

static enum status typed_amount(const struct terminal_program *self, const char *text, struct amount *amount) {
  const char *mark = localeconv()->decimal_point; /* in Pashto it has two bytes */
  const char *rest = text + strspn(text, "0123456789");
  const bool local = strncmp(rest, mark, strlen(mark)) == 0;
  const bool point = rest[0] == '.' && (local || strlen(rest + 1) != 3);
  char plain[AMOUNT_TEXT_MAX];
  int len = snprintf(plain, sizeof plain, "%.*s%s%s", (int)(rest - text), text, local || point ? "." : "",
                     local ? rest + strlen(mark) : rest + point);
  const bool known = (local || point || rest[0] != '.') && len > 0 && (size_t)len < sizeof plain;
  return known ? amount_parse(plain, self->terminal->currency, '.', amount) : STATUS_BAD_AMOUNT;
}

enum status terminal_program_amount(const struct terminal_program *self, const char *text, struct amount *amount) {
  enum status status =
      self->minor ? amount_parse_minor(text, self->terminal->currency, amount) : typed_amount(self, text, amount);
  if (status != STATUS_OK && self->minor)
    problem_say(self->program->name, "'%s': with --minor an amount is in whole minor units: write 1250 for 12.50",
                text);
  else if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "'%s': %s", text, status_sentence(status));
  return status;
}

int terminal_program_wait(const struct terminal_program *self) {
  if (self->wait_seconds != INT64_MIN)
    return (int)self->wait_seconds;
  bool people = !self->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
  return people ? -1 : 0;
}

enum status terminal_program_await_card(struct terminal_program *self) {
  enum status status = reader_wait(self->reader, true, 0);
  if (status == STATUS_OK || terminal_program_wait(self) == 0)
    return status == STATUS_TIMEOUT ? STATUS_NO_CARD : status;
  ask_for_card(self);
  status = reader_wait(self->reader, true, terminal_program_wait(self));
  return status == STATUS_TIMEOUT ? STATUS_NO_CARD : status;
}

void terminal_program_print(const struct terminal_program *self, const char *format, ...) {
  if (self->json)
    return;
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
}

/* --json prints one object whatever happened: with its name and exit code, and what the verb had to say. */
static void print_report(struct terminal_program *self, enum status status) {
  if (!self->json || self->shown)
    return;
  if (self->report == NULL)
    self->report = json_object();
  if (status == STATUS_WRONG_PIN || status == STATUS_PIN_BLOCKED)
    json_object_set_new(self->report, "pin_tries_left",
                        json_integer(status == STATUS_WRONG_PIN ? self->tries_left : 0));
  char day[21] = "";
  if (self->terminal != NULL)
    expiry_near(self, day);
  if (day[0] != 0)
    json_object_set_new(self->report, "certificate_ends", json_string(day));
  json_t *object = finish_object(self->verb->name, self->report, status);
  finish_print(object);
  json_decref(self->report);
  self->report = object; /* where it was not written it is said elsewhere */
}

enum status terminal_program_show(struct terminal_program *self, const char *operation, const struct outcome *outcome) {
  enum status drawn = STATUS_OK;
  bool qr = self->qr && outcome->receipt_path[0] != 0;
  report_outcome(self, operation, STATUS_OK, outcome);
  if (qr && self->json)
    drawn = receipt_qr_text_file(outcome->receipt_path, self->report);
  print_report(self, STATUS_OK);
  if (qr && !self->json)
    drawn = receipt_qr_print_file(outcome->receipt_path, stdout);
  if (drawn != STATUS_OK) /* the payment is done all the same */
    fprintf(stderr, translated("%s: no QR code: %s\n"), self->program->name, translated_status(drawn));
  self->shown = true;
  if (outcome->receipt_lost)
    fprintf(stderr,
            translated("%s: the receipt could not be written to %s; later: %s receipt %" PRId64
                       " (where it finds none: first %s recover)\n"),
            self->program->name, self->terminal->receipts, self->program->name, outcome->number, self->program->name);
  if (finish_printed())
    return STATUS_OK;
  problem_say_with(self->program->name, status_sentence(STATUS_UNREPORTED), "%s", status_sentence(STATUS_UNREPORTED));
  report_done(stderr, operation, outcome);
  return STATUS_UNREPORTED;
}

static void close_all(struct terminal_program *self) {
  if (self->reader != NULL)
    reader_close(&self->reader);
  if (self->terminal != NULL)
    terminal_close(&self->terminal);
  turn_end(&self->turn);
  if (self->trace_file != NULL)
    fclose(self->trace_file);
  json_decref(self->report);
  crypto_wipe(self->tap_pin, sizeof self->tap_pin);
  crypto_wipe(self->cashier_code, sizeof self->cashier_code);
}

/* The options that are for some verbs alone. */
static const struct {
  const char *name, *verbs;
} fitting[] = {{"print", " receipt totals shift "},
               {"pdf", " receipt totals shift "},
               {"csv", " totals shift "},
               {"close", " totals payout "},
               {"float", " totals shift "},
               {"counted", " totals shift "},
               {"cashier", CASHIER_VERBS "recover shift totals "},
               {"cashier-fd", CASHIER_VERBS "recover cashier shift totals "},
               {"reference", " pay load refund void payout "},
               {"tap", " pay load "},
               {"last", " receipt refund void "},
               {"points", " pay "},
               {"ask-pin", " pay "},
               {"up-to", " pay "},
               {"offline", " pay "},
               {"without-card", " refund "},
               {"tender", " load recover "},
               {"all", " payout "},
               {"back", " payout "},
               {"iban", " payout "},
               {"name", " payout "},
               {"to", " renew "},
               {"pin-out-fd", " issue "},
               {"no-deposit", " issue batch "},
               {"results", " batch "},
               {"pin-out", " batch "},
               {"replace", " batch "},
               {"verify", " batch "},
               {"prepare", " batch "},
               {"cap", " prepare batch "},
               {"card-keys", " prepare batch "},
               {"diversify", " prepare batch "},
               {"domain-key", " prepare batch "},
               {"keep-keys", " prepare batch "},
               {"check", " prepare "},
               {"undo", " prepare "},
               {"lock", " prepare "},
               {"runs", " measure "}};

/* Whether it fills its field with anything else than terminal_program_main does. */
static bool is_given(const struct terminal_program *self, const struct option_row *row) {
  const void *field = (const char *)self + row->offset;
  switch (row->kind) {
  case OPTION_FLAG:
    return *(const bool *)field;
  case OPTION_FD_IN:
  case OPTION_FD_OUT:
    return *(const int64_t *)field >= 0;
  case OPTION_NUMBER:
    return *(const int64_t *)field != 0;
  case OPTION_TEXT:
    return *(const char *const *)field != NULL;
  default:
    return false;
  }
}

static const struct option_row *row_named(const struct program *program, const char *name) {
  for (size_t group = 0; group < sizeof program->rows / sizeof program->rows[0]; group++)
    for (const struct option_row *row = program->rows[group]; row != NULL && row->name != NULL; row++)
      if (strcmp(row->name, name) == 0)
        return row;
  return NULL;
}

/* What is for another verb alone would be passed over, and somebody waits for it. */
static enum status options_fit(const struct terminal_program *self) {
  char verb[32], option[32];
  snprintf(verb, sizeof verb, " %s ", self->verb->name);
  for (size_t i = 0; i < sizeof fitting / sizeof fitting[0]; i++) {
    const struct option_row *row = row_named(self->program, fitting[i].name);
    if (row == NULL || !is_given(self, row) || strstr(fitting[i].verbs, verb) != NULL)
      continue;
    snprintf(option, sizeof option, "--%s", row->name);
    problem_say(self->program->name, "%s does not go with %s", option, self->verb->name);
    return STATUS_USAGE;
  }
  return STATUS_OK;
}

int terminal_program_main(struct terminal_program *self, int argc, char **argv) {
  char **operands = NULL;
  process_harden();
  language_begin();
  setvbuf(stderr, NULL, _IOLBF, 0);
  self->wait_seconds = INT64_MIN;
  self->pin_fd = -1;
  self->pin_out_fd = -1;
  self->supervisor_fd = -1;
  self->cashier_fd = -1;
  self->events_fd = -1;
  self->turn = -1;
  self->tries_left = PIN_TRIES;
  dialogue_fill(self);
  enum status status = option_parse(self->program, argc, argv, self, &self->verb, &operands);
  if (status != STATUS_OK)
    return status_exit_code(status);
  status = options_fit(self);
  if (status == STATUS_OK)
    status = self->verb->run(self, operands);
  print_report(self, status);
  const struct ending ending = {self->program->name, self->verb->name, self->changed, self->report};
  status = finish(&ending, status);
  event_end(self, status);
  if (status == STATUS_OK)
    renew_by_itself(self);
  close_all(self);
  return status_exit_code(status);
}

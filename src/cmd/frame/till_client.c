/* SPDX-License-Identifier: Apache-2.0
 * A program as the till's client: it hands over a request, follows its events with the people, and shows the result. */
#include "till_client.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/crypto.h"
#include "epurse/reference.h"
#include "problem.h"
#include "terminal_program.h"
#include "till_line.h"
#include "till_question.h"
#include "verb_payout.h"

#define SLICE_MS      100   /* between two looks for a signal */
#define CARD_WAIT_MAX 86400 /* seconds; the till waits no longer for a card */
#define SHOWN         "Has the result been shown?"

struct talk {
  struct terminal_program *self;
  const struct till_wish *wish;
  struct till_line *line;
  struct outcome *outcome;
  char reference[REFERENCE_MAX + 1];
  sigset_t signals;
  enum status failed; /* why the till was told to end it; STATUS_OK: it was not */
  bool shown, done;
  enum status status; /* once it was shown */
  enum status ended;  /* once it is done: how this request ended, whatever its reference stands for */
};

/* ---- what the till says ---- */

static int64_t number_of(const json_t *object, const char *name, int64_t fallback) {
  const json_t *value = json_object_get(object, name);
  return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

static bool flag_of(const json_t *object, const char *name) {
  return json_is_true(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text != NULL ? text : "";
}

/* As moment_print has it; zeros where it is none. */
static void moment_take(const char *text, uint8_t moment[MOMENT_SIZE]) {
  struct tm parts = {.tm_year = 0};
  const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end != NULL && *end == 0)
    moment_from_unix((int64_t)timegm(&parts), moment);
  else
    memset(moment, 0, MOMENT_SIZE);
}

/* As far as what is told hangs on it: a payout has its amount said also where that is nothing. */
static uint8_t type_of(const json_t *object) {
  bool payout = strcmp(text_of(object, "kind"), "payout") == 0;
  return payout && json_object_get(object, "amount") != NULL ? TRANSACTION_PAYOUT : 0;
}

static void outcome_take(const json_t *object, bool unnamed, struct outcome *outcome) {
  const struct amount amount = outcome->amount;
  *outcome = (struct outcome){.amount = {number_of(object, "amount", amount.minor), amount.currency},
                              .type = type_of(object),
                              .balance_before = number_of(object, "balance_before", -1),
                              .balance_after = number_of(object, "balance_after", -1),
                              .points = number_of(object, "points", 0),
                              .points_after = number_of(object, "points_after", -1),
                              .limit = number_of(object, "limit", 0),
                              .deposit = number_of(object, "deposit", 0),
                              .number = number_of(object, "number", 0),
                              .atc = (uint32_t)number_of(object, "atc", 0),
                              .tries_left = (unsigned)number_of(object, "tries_left", 0),
                              .confirmed = flag_of(object, "confirmed"),
                              .finished_before = flag_of(object, "finished_before"),
                              .offline = flag_of(object, "offline"),
                              .owed = flag_of(object, "owed"),
                              .without_pin = flag_of(object, "without_pin"),
                              .receipt_lost = flag_of(object, "receipt_lost")};
  if (json_object_get(object, "left") != NULL)
    outcome->wanted = outcome->amount.minor + number_of(object, "left", 0);
  if (cid_parse(text_of(object, "cid"), outcome->cid) != STATUS_OK)
    memset(outcome->cid, 0, sizeof outcome->cid);
  moment_take(text_of(object, "time"), outcome->time);
  snprintf(outcome->tender_reference, sizeof outcome->tender_reference, "%s", text_of(object, "tender_reference"));
  snprintf(outcome->receipt_path, sizeof outcome->receipt_path, "%s", text_of(object, "receipt"));
  if (!unnamed)
    snprintf(outcome->reference, sizeof outcome->reference, "%s", text_of(object, "reference"));
}

static json_t *result_get(const struct talk *talk) {
  char path[3 * REFERENCE_MAX + 16] = "/sales/";
  json_t *answer = NULL;
  size_t len = strlen(path);
  for (const char *at = talk->reference; *at != 0; at++) /* any printable byte may stand in a reference */
    len += (size_t)snprintf(path + len, sizeof path - len, "%%%02X", (unsigned)(unsigned char)*at);
  if (till_line_call(talk->line, path, NULL, &answer) == 200)
    return answer;
  json_decref(answer);
  return NULL;
}

/* ---- what it is told ---- */

static void post(const struct talk *talk, const char *path, const char *body) {
  json_t *answer = NULL;
  (void)till_line_call(talk->line, path, body, &answer); /* too late is no matter: its end is told */
  json_decref(answer);
}

static void abort_it(struct talk *talk, enum status why) {
  json_t *object = json_pack("{s:s}", "reference", talk->reference);
  char *body = json_dumps(object, JSON_COMPACT);
  talk->failed = why;
  if (body != NULL)
    post(talk, "/abort", body);
  free(body);
  json_decref(object);
}

/* Whoever types slowly may come when another sale waits for a PIN, or an answer. */
static bool step_is(const struct talk *talk, const char *step) {
  json_t *result = result_get(talk);
  bool wanted = strcmp(text_of(result, "step"), step) == 0;
  json_decref(result);
  return wanted;
}

/* With the reference: for another one that asks by then it is not wanted. */
static void pin_post(const struct talk *talk, const char *digits) {
  char body[PIN_MAX + 2 * REFERENCE_MAX + 64]; /* no memory that grows: what it leaves behind nobody wipes */
  json_t *reference = json_string(talk->reference);
  char *quoted = json_dumps(reference, JSON_ENCODE_ANY);
  if (quoted != NULL) {
    snprintf(body, sizeof body, "{\"pin\":\"%s\",\"reference\":%s}", digits, quoted);
    post(talk, "/pin", body);
    crypto_wipe(body, sizeof body);
  }
  free(quoted);
  json_decref(reference);
}

static void pin_give(struct talk *talk, unsigned tries_left) {
  const struct dialogue *dialogue = &talk->self->dialogue;
  char digits[PIN_MAX + 1] = "";
  uint8_t block[PIN_BLOCK_SIZE];
  enum status status = dialogue->ask_pin(dialogue->context, tries_left, digits);
  if (status == STATUS_OK)
    status = pin_block_encode(digits, block);
  crypto_wipe(block, sizeof block);
  if (status == STATUS_OK && step_is(talk, "pin-wanted"))
    pin_post(talk, digits);
  else if (status != STATUS_OK)
    abort_it(talk, status);
  crypto_wipe(digits, sizeof digits);
}

static enum status show_outcome(const struct talk *talk) {
  return talk->wish->show != NULL ? talk->wish->show(talk->self, talk->outcome)
                                  : terminal_program_show(talk->self, talk->wish->operation, talk->outcome);
}

/* The cashier's, of cash that is taken and money that is handed out; what was neither yes nor no may have meant
 * either. */
static void question_answer(const struct talk *talk, const json_t *event) {
  char question[TILL_QUESTION_MAX], text[TENDER_REFERENCE_MAX] = "";
  const bool wants_text = flag_of(event, "wants_text");
  json_t *result = result_get(talk);
  struct amount amount = talk->wish->payment->amount;
  amount.minor = number_of(result, "amount", amount.minor); /* of all that is on a card the till alone knows it */
  if (amount.currency == 0)
    amount.currency = talk->self->terminal->currency->numeric;
  till_question_words(text_of(event, "text"), amount, number_of(result, "deposit", 0), question);
  json_decref(result);
  enum status status =
      wants_text ? operator_ask(talk->self, question, text, sizeof text) : operator_confirm(talk->self, question);
  if (status == STATUS_OUTCOME_UNKNOWN)
    snprintf(text, sizeof text, "unclear");
  json_t *object = json_pack("{s:b, s:s}", "yes", status == STATUS_OK, "reference", talk->reference);
  if (text[0] != 0 && (wants_text ? status == STATUS_OK : status == STATUS_OUTCOME_UNKNOWN))
    json_object_set_new(object, "text", json_string(text));
  char *body = json_dumps(object, JSON_COMPACT);
  if (body != NULL && step_is(talk, "question"))
    post(talk, "/answer", body);
  free(body);
  json_decref(object);
}

/* The journal notes next that people know, or that they may not. */
static void show(struct talk *talk) {
  json_t *result = result_get(talk);
  if (result != NULL) {
    outcome_take(result, talk->self->reference == NULL, talk->outcome);
    talk->status = show_outcome(talk);
    talk->shown = true;
  }
  post(talk, "/answer", result != NULL && talk->status == STATUS_OK ? "{\"yes\":true}" : "{\"yes\":false}");
  json_decref(result);
}

/* ---- the request ---- */

static void sale_options(const struct payment *payment, json_t *object) {
  if (payment->points)
    json_object_set_new(object, "points", json_true());
  else /* a name is the server's to know: it is not paid off-line */
    json_object_set_new(object, "offline",
                        json_string(payment->reference != NULL             ? "never"
                                    : payment->offline == OFFLINE_USE_ONLY ? "only"
                                    : payment->offline == OFFLINE_USE_AUTO ? "auto"
                                                                           : "never"));
  if (payment->ask_pin)
    json_object_set_new(object, "ask_pin", json_true());
  if (payment->up_to)
    json_object_set_new(object, "up_to", json_true());
}

static void refund_options(const struct till_wish *wish, json_t *object) {
  if (wish->sale_number > 0) /* never taken for a reference of the same digits */
    json_object_set_new(object, "sale_number", json_integer(wish->sale_number));
  else
    json_object_set_new(object, "sale", json_string(wish->sale));
  if (wish->supervisor != NULL && wish->supervisor[0] != 0)
    json_object_set_new(object, "supervisor", json_string(wish->supervisor));
  if (wish->without_card)
    json_object_set_new(object, "without_card", json_true());
}

static json_t *request_json(const struct talk *talk) {
  const struct terminal_program *self = talk->self;
  const struct till_wish *wish = talk->wish;
  const struct payment *payment = wish->payment;
  int wait = terminal_program_wait(self);
  json_t *object = json_pack("{s:s, s:b, s:b}", "reference", talk->reference, "card_stays", 1, "show", 1);
  if (!wish->whole) {
    json_object_set_new(object, "amount", json_integer(payment->amount.minor));
    json_object_set_new(object, "currency", json_string(self->terminal->currency->code));
  }
  if (wait == 0)
    json_object_set_new(object, "card_now", json_true());
  else
    json_object_set_new(object, "card_seconds", json_integer(wait < 0 ? CARD_WAIT_MAX : wait));
  if (payment->reference == NULL)
    json_object_set_new(object, "unnamed", json_true());
  if (wish->sale != NULL)
    refund_options(wish, object);
  else if (self->terminal->role == ROLE_POS)
    sale_options(payment, object);
  if (wish->whole && wish->sale == NULL)
    json_object_set_new(object, payment->closes ? "close" : "all", json_true());
  if (payment->iban != NULL) {
    json_object_set_new(object, "iban", json_string(payment->iban));
    json_object_set_new(object, "name", json_string(payment->holder));
  }
  if (self->cashier != NULL)
    json_object_set_new(object, "cashier", json_string(self->cashier));
  if (self->cashier_code[0] != 0)
    json_object_set_new(object, "cashier_code", json_string(self->cashier_code));
  return object;
}

/* STATUS_OK: it is under way, or over. STATUS_UNKNOWN_FIELD: this till is older than the program. */
static enum status begin(const struct talk *talk) {
  json_t *request = request_json(talk), *answer = NULL;
  char *body = json_dumps(request, JSON_COMPACT);
  int http = body != NULL ? till_line_call(talk->line, talk->wish->path, body, &answer) : 0;
  enum status status = http == 200 || http == 202 ? STATUS_OK
                       : http == 0                ? STATUS_OUTCOME_UNKNOWN
                                                  : status_by_name(text_of(answer, "code"));
  if (body != NULL) /* the supervisor's code may be in it */
    crypto_wipe(body, strlen(body));
  free(body);
  json_decref(answer);
  json_decref(request);
  return status;
}

/* ---- its events ---- */

static void event_take(struct talk *talk, const json_t *event) {
  const struct dialogue *dialogue = &talk->self->dialogue;
  const char *step = text_of(event, "event");
  if (strcmp(text_of(event, "reference"), talk->reference) != 0)
    return;
  if (strcmp(step, "waiting") == 0)
    dialogue->step(dialogue->context, DIALOGUE_WAITING);
  else if (strcmp(step, "card-in") == 0)
    dialogue->step(dialogue->context, DIALOGUE_CARD_IN);
  else if (strcmp(step, "authorising") == 0)
    dialogue->step(dialogue->context, DIALOGUE_AUTHORISING);
  else if (strcmp(step, "say") == 0)
    dialogue->say(dialogue->context, text_of(event, "text"));
  else if (strcmp(step, "pin-wanted") == 0)
    pin_give(talk, (unsigned)number_of(event, "tries_left", PIN_TRIES));
  else if (strcmp(step, "question") == 0 && strcmp(text_of(event, "text"), SHOWN) == 0)
    show(talk);
  else if (strcmp(step, "question") == 0)
    question_answer(talk, event);
  talk->done = strcmp(step, "done") == 0;
  if (talk->done)
    talk->ended = status_by_name(text_of(event, "status"));
}

static void follow(struct talk *talk) {
  static const struct timespec now = {0, 0};
  while (!talk->done && !till_line_lost(talk->line)) {
    json_t *event = till_line_event(talk->line, SLICE_MS);
    if (event != NULL)
      event_take(talk, event);
    json_decref(event);
    if (!talk->done && sigtimedwait(&talk->signals, NULL, &now) > 0)
      abort_it(talk, STATUS_CANCELLED);
  }
}

/* ---- its end ---- */

/* Of the reader, the printer, the turn: nothing of the payment is told, as alone. */
static bool is_outside(enum status status) {
  return status == STATUS_NO_READER || status == STATUS_NO_PCSCD || status == STATUS_TILL_BUSY ||
         status == STATUS_PRINTER_OFF || status == STATUS_PRINTER_PAPER;
}

static enum status refuse(const struct talk *talk, enum status status, const char *problem) {
  const char *sentence = status_sentence(status);
  if (status == STATUS_NO_READER && problem != NULL && problem[0] != 0) /* it may say which there are */
    sentence = problem;
  problem_open(talk->self->program->name, sentence, "");
  return status;
}

static enum status fail(struct talk *talk, enum status status, const char *problem) {
  if (status == STATUS_CANCELLED && talk->failed != STATUS_OK && talk->failed != status) {
    status = talk->failed;
    problem = NULL;
  }
  if (is_outside(status) && !talk->self->met)
    return refuse(talk, status, problem);
  talk->self->till_problem = problem;
  report_outcome(talk->self, talk->wish->operation, status, talk->outcome);
  talk->self->till_problem = NULL;
  return status;
}

/* Whether what the reference stands for is what this request came to: what is refused says nothing of what was done
 * before it. */
static bool is_of_it(const json_t *result, enum status status) {
  return strcmp(text_of(result, "state"), "done") == 0 ? status == STATUS_OK || status == STATUS_UNREPORTED
                                                       : status != STATUS_REFERENCE_USED;
}

static enum status conclude(struct talk *talk) {
  if (talk->shown)
    return talk->status;
  json_t *result = result_get(talk);
  bool told = result != NULL && strcmp(text_of(result, "state"), "running") != 0;
  enum status stands = told ? status_by_name(text_of(result, "status")) : STATUS_OUTCOME_UNKNOWN;
  enum status status = talk->done ? talk->ended : stands;
  bool done = status == STATUS_OK || status == STATUS_UNREPORTED;
  told = told && is_of_it(result, status);
  if (told)
    outcome_take(result, talk->self->reference == NULL, talk->outcome);
  if (done && told)
    status = show_outcome(talk);
  else
    status = fail(talk, done ? STATUS_OUTCOME_UNKNOWN : status, status == stands ? text_of(result, "problem") : NULL);
  json_decref(result);
  return status;
}

/* ---- all of it ---- */

/* The name that the caller gave, else one for the till alone. */
static bool name_take(struct talk *talk) {
  uint8_t random[16];
  if (talk->self->reference != NULL) {
    snprintf(talk->reference, sizeof talk->reference, "%s", talk->self->reference);
    return reference_valid(talk->self->reference);
  }
  if (!crypto_random(random, sizeof random))
    return false;
  for (size_t i = 0; i < sizeof random; i++)
    snprintf(talk->reference + 2 * i, 3, "%02x", random[i]);
  return true;
}

/* Whether it is one that a till does, with this reader and this tender. */
static bool is_for_a_till(const struct terminal_program *self) {
  return !self->dialogue.tap && self->trace == NULL && !self->cancel_on_eof &&
         (self->tender_spec == NULL || strcmp(self->tender_spec, self->terminal->tender_spec) == 0);
}

static bool goes_through(const struct terminal_program *self, const struct till_line *line) {
  const char *reader = till_line_reader(line);
  return self->reader_spec == NULL || strcmp(self->reader_spec, reader) == 0;
}

/* The signals that cancel are held, and looked for; one that is ignored stays so. */
static void signals_hold(struct talk *talk, sigset_t *before) {
  static const int wanted[] = {SIGINT, SIGTERM};
  struct sigaction action;
  sigemptyset(&talk->signals);
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
    if (sigaction(wanted[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&talk->signals, wanted[i]);
  pthread_sigmask(SIG_BLOCK, &talk->signals, before);
  talk->self->cancelling = &talk->signals;
}

static void signals_let(struct talk *talk, const sigset_t *before) {
  static const struct timespec now = {0, 0};
  while (sigtimedwait(&talk->signals, NULL, &now) > 0) /* it was heeded, or came too late */
    ;
  talk->self->cancelling = NULL;
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* False: this till does not know how. */
static bool run(struct talk *talk, enum status *status) {
  *status = begin(talk);
  if (*status == STATUS_UNKNOWN_FIELD)
    return false;
  if (*status != STATUS_OK) {
    *status = is_outside(*status) ? refuse(talk, *status, NULL) : fail(talk, *status, NULL);
    return true;
  }
  follow(talk);
  *status = conclude(talk);
  if (talk->self->met && (*status == STATUS_OK || *status == STATUS_UNREPORTED))
    talk->self->dialogue.say(talk->self->dialogue.context,
                             talk->wish->payment->closes ? PAYOUT_CLOSED : "Take the card.");
  return true;
}

bool till_client_runs(struct terminal_program *self, const struct till_wish *wish, struct outcome *outcome,
                      enum status *status) {
  struct talk talk = {.self = self, .wish = wish, .outcome = outcome};
  sigset_t before;
  bool through = false;
  if (!is_for_a_till(self) || !name_take(&talk))
    return false;
  talk.line = till_line_open(self->terminal->folder);
  if (talk.line == NULL)
    return false;
  outcome->amount = (struct amount){wish->payment->amount.minor, self->terminal->currency->numeric};
  if (self->reference != NULL)
    snprintf(outcome->reference, sizeof outcome->reference, "%s", self->reference);
  (void)setvbuf(stdin, NULL, _IONBF, 0); /* what poll does not see must not lie in a buffer */
  signals_hold(&talk, &before);
  if (goes_through(self, talk.line) && till_line_listen(talk.line))
    through = run(&talk, status);
  signals_let(&talk, &before);
  till_line_close(&talk.line);
  return through;
}

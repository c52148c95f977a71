/* SPDX-License-Identifier: Apache-2.0
 * One request from its first event to its last: the flows of terminal.h do it, and what they tell becomes events. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epurse/backend.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/terminal_payout.h"
#include "epurse/terminal_refund.h"
#include "epurse/terminal_turn.h"
#include "till_state.h"

#define CHOICE_PAUSE_MS 200 /* between two looks at several empty readers: the card chooses one */
#define REMOVE_SLICE    1   /* seconds; reader_wait tells of an abort within a slice of its own */

/* ---- the dialogue: on the thread, from within a flow ---- */

static enum status ask_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  return till_ask_pin(context, tries_left, digits);
}

static void tell(struct till *till, enum till_step step, const char *text) {
  pthread_mutex_lock(&till->mutex);
  till_tell(till, step, text);
  pthread_mutex_unlock(&till->mutex);
}

static void say(void *context, const char *sentence) {
  tell(context, TILL_SAY, sentence);
}

/* Before a card that has come, a question and a meeting that is over ended that. */
static void abortable_again(struct till *till) {
  till->abortable = true;
  reader_cancel_fd(till->reader, till->cancel[0]);
}

static void step(void *context, enum dialogue_step step) {
  static const enum till_step steps[] = {[DIALOGUE_WAITING] = TILL_WAITING,
                                         [DIALOGUE_RETURNING] = TILL_WAITING,
                                         [DIALOGUE_CARD_IN] = TILL_CARD_IN,
                                         [DIALOGUE_AUTHORISING] = TILL_AUTHORISING};
  struct till *till = context;
  pthread_mutex_lock(&till->mutex);
  if (step == DIALOGUE_WAITING)
    abortable_again(till);
  if (step == DIALOGUE_CARD_IN) {
    till->abortable = false; /* what has begun is brought to its end */
    till->health.card = true;
    till->served = true;
  }
  till_tell(till, steps[step], NULL);
  pthread_mutex_unlock(&till->mutex);
}

/* The journal has it, and whoever asks is told of it: by status, for as long as there is a journal. */
static enum status show(void *context, const struct outcome *outcome) {
  struct till *till = context;
  pthread_mutex_lock(&till->mutex);
  till->current.outcome = *outcome;
  till->current.owed = outcome->owed;
  pthread_mutex_unlock(&till->mutex);
  return till->request.show ? till_ask_shown(till) : STATUS_OK;
}

static bool question_print(struct amount amount, int64_t deposit, bool again, char text[256]) {
  struct payout_question question;
  payout_question(amount, deposit, again, &question);
  for (size_t i = 0; i < question.count; i++)
    if (amount_print((struct amount){question.minor[i], amount.currency}, NULL, question.texts[i], AMOUNT_TEXT_MAX) ==
        0)
      return false;
  return payout_question_print(&question, question.sentence, text, 256);
}

/* What it comes to is told by status, too: of all that is on a card nobody else knows it. */
static enum status hand_out(void *context, struct amount amount, int64_t deposit, bool again) {
  struct till *till = context;
  char question[256];
  if (!question_print(amount, deposit, again, question))
    return STATUS_BAD_AMOUNT;
  pthread_mutex_lock(&till->mutex);
  till->current.outcome.amount = amount;
  till->current.outcome.deposit = deposit;
  pthread_mutex_unlock(&till->mutex);
  return till_ask(till, question, NULL, 0);
}

/* ---- the card's way in ---- */

static bool is_aborted(struct till *till) {
  pthread_mutex_lock(&till->mutex);
  bool aborted = till->aborted;
  pthread_mutex_unlock(&till->mutex);
  return aborted;
}

static int wait_of(const struct till_request *request) {
  return request->card_now ? 0 : request->wait_seconds == 0 ? TILL_WAIT_SECONDS : request->wait_seconds;
}

/* Whoever is asked to take a card away does so, or it is over. */
static enum status let_go(struct till *till) {
  if (!till->served || till->request.card_stays || reader_wait(till->reader, false, 0) != STATUS_TIMEOUT)
    return STATUS_OK;
  tell(till, TILL_REMOVE_CARD, NULL);
  enum status status = reader_wait(till->reader, false, wait_of(&till->request));
  return status == STATUS_TIMEOUT ? STATUS_CANCELLED : status;
}

/* Of several empty readers the card chooses one: looked for again and again while there is time. */
static enum status find_reader(struct till *till) {
  static const struct timespec pause = {0, CHOICE_PAUSE_MS * 1000000L};
  int wait = wait_of(&till->request);
  int64_t until = wait < 0 ? INT64_MAX : till_now() + wait * INT64_C(1000);
  enum status status = till_reader(till);
  if (status == STATUS_NO_CARD && wait != 0) {
    tell(till, TILL_WAITING, NULL);
    terminal_confirm(till->terminal);
  }
  while (status == STATUS_NO_CARD && till_now() < until && !is_aborted(till)) {
    nanosleep(&pause, NULL);
    status = till_reader(till);
  }
  return is_aborted(till) ? STATUS_CANCELLED : status;
}

static enum status card_way(struct till *till) {
  enum status status = is_aborted(till) ? STATUS_CANCELLED : find_reader(till);
  if (status != STATUS_OK)
    return status;
  reader_cancel_fd(till->reader, till->cancel[0]);
  status = let_go(till);
  till->served = till->served && status == STATUS_OK && till->request.card_stays;
  return status;
}

/* ---- the four kinds ---- */

static uint8_t type_of(const struct till_request *request) {
  switch (request->kind) {
  case TILL_REFUND:
    return TRANSACTION_REFUND;
  case TILL_LOAD:
    return TRANSACTION_LOAD;
  case TILL_PAYOUT:
    return TRANSACTION_PAYOUT;
  case TILL_SALE:
  default:
    return request->points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE;
  }
}

static enum status run(struct till *till, struct payment *payment, const struct sale *sale,
                       const struct dialogue *dialogue, struct outcome *outcome) {
  const struct payout_desk desk = {till, hand_out};
  switch (till->request.kind) {
  case TILL_REFUND:
    return refund_run(till->terminal, till->reader, payment, sale, dialogue, outcome);
  case TILL_LOAD:
    return load_run(till->terminal, till->reader, payment, dialogue, outcome);
  case TILL_PAYOUT:
    return till->reads_balance ? payout_all_run(till->terminal, till->reader, payment, &desk, dialogue, outcome)
                               : payout_run(till->terminal, till->reader, payment, &desk, dialogue, outcome);
  case TILL_SALE:
  default:
    return purchase_run(till->terminal, till->reader, payment, dialogue, outcome);
  }
}

static enum status sale_find(struct till *till, struct sale *sale) {
  const char *name = till->request.sale;
  if (name[0] == 0)
    return sale_by_number(till->terminal, till->request.sale_number, sale);
  return receipt_text_is((const uint8_t *)name, strlen(name))
             ? sale_by_receipt(till->terminal, (const uint8_t *)name, strlen(name), sale)
             : sale_by_name(till->terminal, name, sale);
}

/* Whether somebody may. */
static enum status supervise(struct till *till) {
  enum status status = supervisor_check(till->terminal, till->request.door, till->request.supervisor);
  if (status != STATUS_OK)
    till_log(till, "supervisor", "refused status=%s", status_name(status));
  return status;
}

/* Which sale, how much of it, and whether somebody may. */
static enum status refund_prepare(struct till *till, struct payment *payment, struct sale *sale) {
  enum status status = sale_find(till, sale);
  if (status == STATUS_OK && till->request.whole)
    payment->amount = sale->amount;
  if (status == STATUS_OK && !till->request.supervisor_known && supervisor_is_set(till->terminal))
    status = supervise(till);
  return status;
}

/* Begun, and its outcome is not known. */
static bool is_held(enum status status) {
  return status == STATUS_REFERENCE_HELD || status == STATUS_OUTCOME_UNKNOWN || status == STATUS_PAYOUT_OPEN ||
         status == STATUS_LOAD_UNSETTLED || status == STATUS_TENDER_UNKNOWN;
}

static bool is_told(enum status status) {
  return status == STATUS_OK || status == STATUS_UNREPORTED || status == STATUS_NO_SERVER ||
         status == STATUS_REFERENCE_USED || status == STATUS_REFERENCE_DONE || is_held(status);
}

static void line_note(struct till *till, bool answers) {
  pthread_mutex_lock(&till->mutex);
  till->health.server = answers;
  pthread_mutex_unlock(&till->mutex);
}

/* Nobody asked for the name before the card: what is refused may have been done at another till, and its customer is
 * not to pay again. Where nobody answers that, it is what it would have been if it had been asked ahead: no refusal. */
static enum status name_ask(struct till *till, struct payment *payment, const struct dialogue *dialogue,
                            enum status refusal, struct outcome *outcome) {
  struct outcome first;
  payment->name_rides = false;
  enum status status = payment_recall(till->terminal, type_of(&till->request), payment, dialogue, &first);
  line_note(till, status != STATUS_NO_SERVER);
  if (status == STATUS_REFERENCE_HELD)
    return status;
  if (status == STATUS_NO_SERVER && !payment->named_offline)
    return status;
  if (status != STATUS_OK && status != STATUS_UNREPORTED && status != STATUS_REFERENCE_USED)
    return refusal;
  *outcome = first;
  till->printable = false;
  return status;
}

/* What was begun under that name goes on with what it was then: its card may have nothing more on it, and one that it
 * closes is not read any more, also where that was 0. */
static enum status all_named(struct till *till, struct payment *payment) {
  struct outcome before;
  uint8_t type = 0;
  payment->amount = (struct amount){0, till->facts.currency->numeric};
  till->reads_balance = true;
  if (payment->reference == NULL)
    return STATUS_OK;
  enum status status = reference_status(till->terminal, payment->reference, &before, &type);
  if (status == STATUS_NOT_FOUND || status == STATUS_DECLINED)
    return STATUS_OK;
  if (status != STATUS_OK && status != STATUS_REFERENCE_HELD)
    return status;
  payment->amount.minor = before.amount.minor;
  till->reads_balance = false;
  return type == TRANSACTION_PAYOUT ? STATUS_OK : STATUS_REFERENCE_USED;
}

/* *held: it has begun, as payment_recall says. */
static enum status attempt(struct till *till, struct payment *payment, const struct sale *sale, struct outcome *outcome,
                           bool *held) {
  const struct dialogue dialogue = {
      .context = till, .ask_pin = ask_pin, .say = say, .show = show, .step = step, .tap = till->request.tap};
  uint8_t type = type_of(&till->request);
  payment->name_rides = payment_name_may_ride(till->terminal, type, payment);
  enum status status = payment_recall(till->terminal, type, payment, &dialogue, outcome);
  *held = status == STATUS_REFERENCE_HELD;
  bool alone = status == STATUS_NO_SERVER && payment->named_offline;
  line_note(till, status != STATUS_NO_SERVER);
  if (!*held && !alone && status != STATUS_NOT_FOUND)
    return status;
  status = *held ? STATUS_OK : till_paper_ready(till); /* what has begun is brought to its end without */
  if (status == STATUS_OK)
    status = card_way(till);
  till->printable = status == STATUS_OK;
  if (status == STATUS_OK)
    status = run(till, payment, sale, &dialogue, outcome);
  till_reader_check(till, status);
  if (status == STATUS_NO_SERVER || (status == STATUS_OK && outcome->offline && !outcome->finished_before))
    line_note(till, false);
  return payment->name_rides && !is_told(status) ? name_ask(till, payment, &dialogue, status, outcome) : status;
}

/* Owed to its card by an earlier request of this life: what the server knows too, without asking it. */
static bool was_owed(struct till *till, struct outcome *outcome) {
  struct till_result before;
  pthread_mutex_lock(&till->mutex);
  bool owed = till_remembered(till, till->request.reference, true, &before) && before.owed;
  pthread_mutex_unlock(&till->mutex);
  if (owed)
    *outcome = before.outcome;
  return owed;
}

/* What is owed under that name is not given to a card as well, nor is anything else begun under it. STATUS_NOT_FOUND:
 * nothing is. */
static enum status owed_recall(struct till *till, const struct payment *payment, struct outcome *outcome) {
  struct outcome before;
  if (till->request.unnamed || !was_owed(till, &before))
    return STATUS_NOT_FOUND;
  if (till->request.kind != TILL_REFUND || before.amount.minor != payment->amount.minor)
    return STATUS_REFERENCE_USED;
  *outcome = before;
  outcome->finished_before = true;
  return STATUS_OK;
}

static enum status work(struct till *till, struct outcome *outcome, bool *held) {
  const struct till_request *request = &till->request;
  struct payment payment = {.amount = request->amount,
                            .points = request->points,
                            .ask_pin = request->ask_pin,
                            .up_to = request->up_to,
                            .offline = request->kind == TILL_SALE ? request->offline : OFFLINE_USE_NEVER,
                            .tender = till->tender,
                            .closes = request->closes,
                            .iban = request->iban[0] != 0 ? request->iban : NULL,
                            .holder = request->iban[0] != 0 ? request->holder : NULL,
                            .wait_seconds = wait_of(request),
                            .reference = request->unnamed ? NULL : request->reference};
  struct sale sale = {.atc = 0};
  enum status status = STATUS_OK;
  payment.named_offline = payment.offline != OFFLINE_USE_NEVER && !payment.points;
  if (till->terminal == NULL)
    return till->health.trouble;
  memcpy(till->terminal->cashier, request->cashier, sizeof till->terminal->cashier);
  till->terminal->later.wanted = !request->show;
  if (payment.offline != OFFLINE_USE_NEVER && till->terminal->offline.forbidden)
    return STATUS_OFFLINE_FORBIDDEN;
  if (request->kind == TILL_REFUND)
    status = refund_prepare(till, &payment, &sale);
  else if (request->kind == TILL_PAYOUT && request->whole)
    status = all_named(till, &payment);
  outcome->amount = payment.amount;
  if (status != STATUS_OK)
    return status;
  status = owed_recall(till, &payment, outcome);
  if (status != STATUS_NOT_FOUND)
    return status;
  if (request->kind != TILL_REFUND || !request->without_card)
    return attempt(till, &payment, &sale, outcome, held);
  const struct dialogue dialogue = {.context = till, .show = show};
  return refund_owe(till->terminal, &payment, &sale, &dialogue, outcome);
}

/* ---- what the name stands for ---- */

/* Whether what was done first is what is asked for now, as far as the request says that. */
static bool is_asked_for(const struct till_request *request, uint8_t type, const struct outcome *first) {
  bool points = request->kind == TILL_SALE && request->points;
  return till_kind_of(type) == request->kind && (type == TRANSACTION_POINTS_PURCHASE) == points &&
         (request->whole || request->up_to || first->amount.minor == request->amount.minor);
}

/* What a request is told as that came to `status`: whatever it was refused for, and even before a card, that ends
 * nothing that was done or begun under its name before. */
static enum status standing(struct till *till, bool held, enum status status, struct outcome *outcome) {
  const struct till_request *request = &till->request;
  struct outcome first;
  uint8_t type = 0;
  if (request->unnamed || till->terminal == NULL)
    return status;
  bool said = status == STATUS_OK || status == STATUS_UNREPORTED || status == STATUS_REFERENCE_USED;
  if (!said && was_owed(till, &first)) {
    if (!is_asked_for(request, TRANSACTION_REFUND, &first))
      return STATUS_REFERENCE_USED;
    *outcome = first;
    return STATUS_REFERENCE_DONE;
  }
  status = payment_standing(till->terminal, request->reference, held, status);
  if (status != STATUS_REFERENCE_DONE ||
      reference_status(till->terminal, request->reference, &first, &type) != STATUS_OK)
    return status;
  if (!is_asked_for(request, type, &first))
    return STATUS_REFERENCE_USED;
  *outcome = first;
  outcome->finished_before = true;
  return status;
}

/* ---- its end ---- */

static void end(struct till *till, enum status status, const struct outcome *outcome) {
  struct till_result *result = &till->current;
  pthread_mutex_lock(&till->mutex);
  if (till->served)
    till_tell(till, TILL_REMOVE_CARD, NULL);
  result->outcome = *outcome;
  result->status = status;
  result->held = is_held(status);
  if (status == STATUS_NO_READER)
    (void)snprintf(result->trouble, sizeof result->trouble, "%s", till->no_reader);
  else if (till->terminal != NULL)
    (void)snprintf(result->trouble, sizeof result->trouble, "%s", backend_trouble(till->terminal->backend, status));
  result->running = false;
  result->owed = outcome->owed && till_is_done(result);
  till->results[till->result_count++ % TILL_RESULTS] = *result;
  for (int i = 0; i < 2; i++)
    if (till->cancel[i] >= 0)
      close(till->cancel[i]);
  till->cancel[0] = till->cancel[1] = -1;
  till->abortable = till->busy = false;
  crypto_wipe(&till->request, sizeof till->request);
  till_tell(till, TILL_DONE, NULL);
  till->results[(till->result_count - 1) % TILL_RESULTS].step = TILL_DONE;
  pthread_mutex_unlock(&till->mutex);
}

void till_sale(struct till *till) {
  struct outcome outcome = {.balance_before = -1, .balance_after = -1, .points_after = -1};
  int turn = -1;
  bool held = false;
  till->printable = till->reads_balance = false;
  enum status status = turn_take(till->facts.folder, true, &turn); /* epurse-pos may be at work beside */
  if (status == STATUS_OK)
    status = work(till, &outcome, &held);
  status = standing(till, held, status, &outcome);
  turn_end(&turn);
  if (outcome.reference[0] == 0 && !till->request.unnamed)
    memcpy(outcome.reference, till->request.reference, sizeof outcome.reference);
  if (till->reader != NULL)
    reader_cancel_fd(till->reader, -1);
  till_log(till, "sale", "kind=%s reference=%s status=%s amount=%lld number=%lld", till_kind_name(till->request.kind),
           till->request.reference, status_name(status), (long long)outcome.amount.minor, (long long)outcome.number);
  end(till, status, &outcome);
  if (status == STATUS_OK && till->printable)
    till_paper_after(till, &outcome);
  till->pause_ms = 0; /* what it left is looked after soon */
}

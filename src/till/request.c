/* SPDX-License-Identifier: Apache-2.0
 * What front ends hand over: a request, a PIN, an answer, an end. Checked here, carried out on the till's thread. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/terminal_cashier.h"
#include "epurse/terminal_count.h"
#include "epurse/terminal_recovery.h"
#include "till_state.h"

#define SHOWN_SECONDS 10 /* a program prints at once, or is gone */

static enum status check_account(const struct till_request *request) {
  const bool named = request->holder[0] != 0;
  if ((request->iban[0] != 0) != named || (named && (request->kind != TILL_PAYOUT || !holder_valid(request->holder))))
    return STATUS_BAD_FORMAT;
  return !named || iban_valid(request->iban) ? STATUS_OK : STATUS_IBAN_INVALID;
}

static enum status check(const struct till *till, const struct till_request *request) {
  bool shop = request->kind == TILL_SALE || request->kind == TILL_REFUND;
  if (request->kind < TILL_SALE || request->kind > TILL_PAYOUT || !reference_valid(request->reference) ||
      (request->cashier[0] != 0 && !cashier_valid(request->cashier)))
    return STATUS_BAD_FORMAT;
  if (till->facts.role != (shop ? ROLE_POS : ROLE_RELOAD))
    return STATUS_NOT_PERMITTED;
  if (request->closes && !(request->whole && request->kind == TILL_PAYOUT))
    return STATUS_BAD_FORMAT;
  if (request->whole && (request->kind == TILL_REFUND || request->kind == TILL_PAYOUT))
    return STATUS_OK;
  if (request->up_to && (request->kind != TILL_SALE || request->points))
    return STATUS_BAD_FORMAT;
  if (request->amount.minor <= 0 || request->amount.minor > AMOUNT_MAX_ON_CARD)
    return STATUS_BAD_AMOUNT;
  return request->amount.currency == till->facts.currency->numeric ? STATUS_OK : STATUS_WRONG_CURRENCY;
}

/* Before anything is begun: a name that was used before is not told to be declined over a wrong code. */
static enum status check_cashier(const struct till *till, const struct till_request *request) {
  if (request->cashier_known || !cashiers_are_set(till->facts.folder))
    return STATUS_OK;
  enum status status = cashier_check(till->facts.folder, request->door, request->cashier, request->cashier_code);
  if (status != STATUS_OK)
    till_log(till, "cashier", "refused=%s status=%s", request->cashier, status_name(status));
  return status;
}

static bool is_running(const struct till *till, const struct till_request *request) {
  const struct till_request *now = &till->request;
  return now->kind == request->kind && now->whole == request->whole && strcmp(now->sale, request->sale) == 0 &&
         now->sale_number == request->sale_number && strcmp(now->iban, request->iban) == 0 &&
         now->closes == request->closes &&
         (request->whole || (now->amount.minor == request->amount.minor && now->up_to == request->up_to));
}

/* With the mutex held and nothing under way. */
static enum status accept(struct till *till, const struct till_request *request) {
  if (pipe2(till->cancel, O_CLOEXEC) != 0)
    return STATUS_NO_MEMORY;
  till->request = *request;
  crypto_wipe(till->request.cashier_code, sizeof till->request.cashier_code);
  till->current = (struct till_result){.kind = request->kind,
                                       .running = true,
                                       .points = request->points,
                                       .ask_pin = request->ask_pin,
                                       .unnamed = request->unnamed};
  memcpy(till->current.reference, request->reference, sizeof till->current.reference);
  till->current.outcome = (struct outcome){.amount = request->amount, .balance_before = -1, .balance_after = -1};
  till->busy = till->abortable = true;
  till->aborted = false;
  till_tell(till, TILL_BEGUN, NULL);
  return STATUS_OK;
}

enum status till_start(struct till *till, const struct till_request *request) {
  enum status status = check(till, request);
  if (status == STATUS_OK)
    status = check_account(request);
  if (status == STATUS_OK)
    status = check_cashier(till, request);
  if (status != STATUS_OK)
    return status;
  pthread_mutex_lock(&till->mutex);
  if (till->ending)
    status = STATUS_TILL_BUSY;
  else if (!till->busy)
    status = accept(till, request);
  else if (strcmp(till->request.reference, request->reference) != 0)
    status = STATUS_TILL_BUSY;
  else if (!is_running(till, request))
    status = STATUS_REFERENCE_USED;
  pthread_mutex_unlock(&till->mutex);
  return status;
}

enum status till_abort(struct till *till, const char *reference) {
  enum status status = STATUS_NOT_WANTED;
  pthread_mutex_lock(&till->mutex);
  if (till->busy && till->abortable && (reference == NULL || strcmp(reference, till->request.reference) == 0)) {
    till->aborted = true;
    if (till->cancel[1] >= 0)
      close(till->cancel[1]);
    till->cancel[1] = -1;
    pthread_cond_broadcast(&till->changed);
    status = STATUS_OK;
  }
  pthread_mutex_unlock(&till->mutex);
  return status;
}

enum status till_pin(struct till *till, const char *reference, const char *digits) {
  size_t len = strnlen(digits, PIN_MAX + 1);
  if (len < PIN_MIN || len > PIN_MAX || digits[strspn(digits, "0123456789")] != 0)
    return STATUS_BAD_FORMAT;
  pthread_mutex_lock(&till->mutex);
  bool meant = reference == NULL || strcmp(reference, till->request.reference) == 0;
  enum status status = meant && till->wanted == WANTED_PIN && !till->given ? STATUS_OK : STATUS_NOT_WANTED;
  if (status == STATUS_OK) {
    memcpy(till->pin, digits, len + 1);
    till->given = true;
    pthread_cond_broadcast(&till->changed);
  }
  pthread_mutex_unlock(&till->mutex);
  return status;
}

enum status till_answer(struct till *till, const char *reference, bool yes, const char *text) {
  if (text != NULL && strlen(text) >= sizeof till->text)
    return STATUS_BAD_LENGTH;
  pthread_mutex_lock(&till->mutex);
  enum status status = STATUS_NOT_WANTED;
  bool meant = reference == NULL || strcmp(reference, till->request.reference) == 0;
  if (meant && (till->wanted == WANTED_YES || till->wanted == WANTED_TEXT) && !till->given)
    status = till->wanted == WANTED_TEXT && yes && (text == NULL || text[0] == 0) ? STATUS_BAD_FORMAT : STATUS_OK;
  if (status == STATUS_OK) {
    memcpy(till->text, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
    till->yes = yes;
    till->given = true;
    pthread_cond_broadcast(&till->changed);
  }
  pthread_mutex_unlock(&till->mutex);
  return status;
}

/* ---- on the thread, with the mutex held: waits for one of them ---- */

/* What the server has not heard goes out while somebody types. */
static void confirm_meanwhile(struct till *till) {
  pthread_mutex_unlock(&till->mutex);
  terminal_confirm(till->terminal);
  pthread_mutex_lock(&till->mutex);
}

static bool await_given(struct till *till, enum till_wanted wanted, enum till_step step, const char *question,
                        int seconds) {
  int64_t until = till_now() + seconds * INT64_C(1000);
  till->wanted = wanted;
  till->given = false;
  till->abortable = true;
  till_tell(till, step, question);
  if (wanted == WANTED_PIN)
    confirm_meanwhile(till);
  while (!till->given && !till->aborted && !till->ending && till_wait_until(till, until))
    ;
  till->wanted = WANTED_NOTHING;
  till->abortable = false;
  return till->given && !till->aborted;
}

enum status till_ask_pin(struct till *till, unsigned tries_left, char digits[PIN_MAX + 1]) {
  pthread_mutex_lock(&till->mutex);
  till->current.tries_left = tries_left;
  bool given = await_given(till, WANTED_PIN, TILL_PIN_WANTED, NULL, TILL_WAIT_SECONDS);
  if (given)
    memcpy(digits, till->pin, sizeof till->pin);
  crypto_wipe(till->pin, sizeof till->pin);
  pthread_mutex_unlock(&till->mutex);
  return given ? STATUS_OK : STATUS_CANCELLED;
}

enum status till_ask(struct till *till, const char *question, char *text, unsigned capacity) {
  enum status status = STATUS_CANCELLED;
  pthread_mutex_lock(&till->mutex);
  bool given = till->busy &&
               await_given(till, text != NULL ? WANTED_TEXT : WANTED_YES, TILL_QUESTION, question, TILL_WAIT_SECONDS);
  if (given && till->yes)
    status = STATUS_OK;
  else if (given && text == NULL && till->text[0] != 0) /* what was said was neither yes nor no */
    status = STATUS_OUTCOME_UNKNOWN;
  if (status == STATUS_OK && text != NULL && strlen(till->text) < capacity)
    memcpy(text, till->text, strlen(till->text) + 1);
  else if (text != NULL)
    status = STATUS_CANCELLED;
  pthread_mutex_unlock(&till->mutex);
  return status;
}

enum status till_ask_shown(struct till *till) {
  pthread_mutex_lock(&till->mutex);
  bool shown = await_given(till, WANTED_YES, TILL_QUESTION, TILL_QUESTION_SHOWN, SHOWN_SECONDS) && till->yes;
  pthread_mutex_unlock(&till->mutex);
  return shown ? STATUS_OK : STATUS_UNREPORTED;
}

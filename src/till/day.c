/* SPDX-License-Identifier: Apache-2.0
 * The till's day: what it has done since the last closing, and its closings, by the second view of the journal. */
#include <string.h>

#include "epurse/terminal.h"
#include "epurse/terminal_cashier.h"
#include "epurse/terminal_closing.h"
#include "epurse/terminal_count.h"
#include "epurse/till_shift.h"
#include "till_state.h"

/* A card is at work, and has the journal. */
static enum status busy_if_taken(enum status status) {
  return status == STATUS_READER_BUSY ? STATUS_TILL_BUSY : status;
}

enum status till_count(struct till *till, struct closing *closing) {
  enum status status = STATUS_TILL_BUSY;
  *closing = (struct closing){.currency = till->facts.currency->numeric};
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = count_take(till->desk->journal, &closing->count);
  if (status == STATUS_OK)
    status = closing_shifts(till->desk, closing);
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

typedef enum status read_step(struct terminal *terminal, int64_t number, struct closing *closing,
                              uint8_t hash[CRYPTO_SHA256_SIZE]);

/* One that was made. */
static enum status read_by(struct till *till, read_step *step, int64_t number, struct closing *closing,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = STATUS_TILL_BUSY;
  *closing = (struct closing){.number = 0};
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = step(till->desk, number, closing, hash);
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

enum status till_closing(struct till *till, int64_t number, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  return read_by(till, closing_read, number, closing, hash);
}

/* ---- what is made now, by a cashier ---- */

static enum status let_in(const struct till *till, const struct till_cashier *cashier) {
  if (cashier->name[0] != 0 && !cashier_valid(cashier->name))
    return STATUS_BAD_FORMAT;
  if (cashier->known || !cashiers_are_set(till->facts.folder))
    return STATUS_OK;
  enum status status = cashier_check(till->facts.folder, cashier->door, cashier->name, cashier->code);
  if (status != STATUS_OK)
    till_log(till, "cashier", "refused=%s status=%s", cashier->name, status_name(status));
  return status;
}

typedef enum status make_step(struct terminal *terminal, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]);

/* In that cashier's name. */
static enum status make(struct till *till, const struct till_cashier *cashier, make_step *step, struct closing *closing,
                        uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = let_in(till, cashier);
  if (status != STATUS_OK)
    return status;
  status = STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL) {
    memcpy(till->desk->cashier, cashier->name, sizeof till->desk->cashier);
    status = step(till->desk, closing, hash);
    till->desk->cashier[0] = 0;
  }
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

enum status till_close_day(struct till *till, const struct till_cashier *cashier, struct closing *closing,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = make(till, cashier, closing_make, closing, hash);
  if (status == STATUS_OK)
    till_log(till, "closing", "number=%lld first=%lld last=%lld open=%lld cashier=%s", (long long)closing->number,
             (long long)closing->count.first, (long long)closing->count.last, (long long)closing->count.open.count,
             cashier->name);
  return status;
}

static enum status begin_step(struct terminal *terminal, struct closing *shift, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  (void)hash; /* it has none yet */
  return shift_begin(terminal, shift);
}

static enum status shift_told(struct till *till, const struct till_cashier *cashier, const struct closing *shift,
                              enum status status) {
  if (status == STATUS_OK)
    till_log(till, "shift", "number=%lld %s cashier=%s", (long long)shift->number, shift->at == 0 ? "begun" : "ended",
             cashier->name);
  return status;
}

enum status till_shift_begin(struct till *till, const struct till_cashier *cashier, struct closing *shift) {
  return shift_told(till, cashier, shift, make(till, cashier, begin_step, shift, NULL));
}

enum status till_shift_end(struct till *till, const struct till_cashier *cashier, struct closing *shift,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) {
  return shift_told(till, cashier, shift, make(till, cashier, shift_end, shift, hash));
}

enum status till_shift(struct till *till, int64_t number, struct closing *shift, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  return read_by(till, shift_read, number, shift, hash);
}

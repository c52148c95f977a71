/* SPDX-License-Identifier: Apache-2.0
 * The till's day: what it has done since the last closing, and its closings, by the second view of the journal. */
#include <string.h>

#include "epurse/terminal_cashier.h"
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
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

enum status till_closing(struct till *till, int64_t number, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = STATUS_TILL_BUSY;
  *closing = (struct closing){.number = 0};
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = closing_read(till->desk, number, closing, hash);
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

enum status till_close_day(struct till *till, struct closing *closing, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = closing_make(till->desk, closing, hash);
  pthread_mutex_unlock(&till->desk_mutex);
  if (status == STATUS_OK)
    till_log(till, "closing", "number=%lld first=%lld last=%lld open=%lld", (long long)closing->number,
             (long long)closing->count.first, (long long)closing->count.last, (long long)closing->count.open.count);
  return busy_if_taken(status);
}

/* ---- shifts ---- */

enum status till_shift(struct till *till, int64_t number, struct closing *shift, uint8_t hash[CRYPTO_SHA256_SIZE]) {
  enum status status = STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = shift_read(till->desk, number, shift, hash);
  pthread_mutex_unlock(&till->desk_mutex);
  return busy_if_taken(status);
}

static enum status shift_cashier(const struct till *till, const struct till_shift_cashier *cashier) {
  if (cashier->name[0] != 0 && !cashier_valid(cashier->name))
    return STATUS_BAD_FORMAT;
  if (!cashiers_are_set(till->facts.folder))
    return STATUS_OK;
  return cashier_check(till->facts.folder, cashier->name, cashier->code);
}

/* `hash` is NULL for the beginning. */
static enum status shift_step(struct till *till, const struct till_shift_cashier *cashier, struct closing *shift,
                              uint8_t *hash) {
  enum status status = shift_cashier(till, cashier);
  if (status != STATUS_OK)
    return status;
  status = STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL) {
    memcpy(till->desk->cashier, cashier->name, sizeof till->desk->cashier);
    status = hash == NULL ? shift_begin(till->desk, shift) : shift_end(till->desk, shift, hash);
    till->desk->cashier[0] = 0;
  }
  pthread_mutex_unlock(&till->desk_mutex);
  if (status == STATUS_OK)
    till_log(till, "shift", "number=%lld %s cashier=%s", (long long)shift->number, hash == NULL ? "begun" : "ended",
             cashier->name);
  return busy_if_taken(status);
}

enum status till_shift_begin(struct till *till, const struct till_shift_cashier *cashier, struct closing *shift) {
  return shift_step(till, cashier, shift, NULL);
}

enum status till_shift_end(struct till *till, const struct till_shift_cashier *cashier, struct closing *shift,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) {
  return shift_step(till, cashier, shift, hash);
}

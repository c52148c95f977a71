/* SPDX-License-Identifier: Apache-2.0
 * The till's day: what it has done since the last closing, and its closings, by the second view of the journal. */
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

/* SPDX-License-Identifier: Apache-2.0
 * INITIALIZE, for every type of transaction: every condition, then a signed promise in the slot, in one commit. An
 * off-line purchase is done by it. */
#include <string.h>

#include "epurse/bytes.h"

#include "memory.h"
#include "offline.h"
#include "pin.h"
#include "purse.h"

#define RECORD_ATC_AT 15 /* of a promise: tag and length 4, then 11 */

bool promise_needs_no_pin(const struct card *card, const struct apdu *command) {
  struct parameters parameters;
  if (command->lc != INITIALIZE_SIZE ||
      parameters_decode(card->memory.parameters, sizeof card->memory.parameters, &parameters) != STATUS_OK)
    return false;
  const struct no_pin_limits *limits = &parameters.no_pin;
  uint32_t amount = bytes_u32(command->data); /* it comes first */
  return limits->single != 0 && amount <= limits->single &&
         (uint64_t)bytes_u32(card->memory.no_pin_sum) + amount <= limits->total;
}

static uint8_t type_of(uint8_t p1, const struct initialize *initialize) {
  switch (p1) {
  case P1_INITIALIZE_LOAD:
    return TRANSACTION_LOAD;
  case P1_INITIALIZE_REFUND:
    return TRANSACTION_REFUND;
  case P1_INITIALIZE_PAYOUT:
    return TRANSACTION_PAYOUT;
  case P1_INITIALIZE_OFFLINE:
    return TRANSACTION_OFFLINE_PURCHASE;
  default:
    return initialize->points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE;
  }
}

/* The limits of section 4: 9402 above a ceiling, 9401 where the money does not suffice. Points are weighed by the
 * server, which knows what one is worth. */
static uint16_t limits_refusal(const struct card *card, uint8_t type, const struct initialize *initialize,
                               const struct parameters *parameters) {
  uint32_t balance = bytes_u32(card->memory.balance), amount = initialize->amount;
  if (type == TRANSACTION_REFUND && initialize->points)
    return SW_OK;
  if (type == TRANSACTION_LOAD || type == TRANSACTION_REFUND)
    return (uint64_t)balance + amount > parameters->purse_ceiling ? SW_ABOVE_LIMIT : SW_OK;
  if (type != TRANSACTION_PAYOUT && amount > parameters->payment_ceiling)
    return SW_ABOVE_LIMIT;
  if (type == TRANSACTION_OFFLINE_PURCHASE && offline_limits_refusal(card, amount, parameters) != SW_OK)
    return SW_ABOVE_LIMIT;
  return type != TRANSACTION_POINTS_PURCHASE && amount > balance ? SW_INSUFFICIENT_BALANCE : SW_OK;
}

static uint16_t refusal(const struct card *card, uint8_t type, const struct initialize *initialize) {
  struct parameters parameters;
  if (parameters_decode(card->memory.parameters, sizeof card->memory.parameters, &parameters) != STATUS_OK)
    return SW_INTERNAL;
  if (memcmp(initialize->tid, card->tid, TID_SIZE) != 0 || initialize->currency != parameters.currency)
    return SW_WRONG_DATA;
  if (initialize->amount == 0 && bytes_u32(card->memory.balance) != 0) /* it ends an empty card, and no other */
    return SW_WRONG_DATA;
  if (initialize->points && type != TRANSACTION_POINTS_PURCHASE && type != TRANSACTION_REFUND)
    return SW_WRONG_DATA;
  if (initialize->sale_atc > bytes_u32(card->memory.atc))
    return SW_WRONG_DATA;
  if (bytes_u32(card->memory.atc) == UINT32_MAX)
    return SW_COUNTER_EXHAUSTED;
  return limits_refusal(card, type, initialize, &parameters);
}

/* Everything but h and the hash of the promise before. */
static struct promise promise_of(const struct card *card, uint8_t type, const struct initialize *initialize) {
  const struct card_memory *memory = &card->memory;
  struct promise promise = {
      .type = type,
      .pin_verified = card->pin_verified,
      .sale_in_points = type == TRANSACTION_REFUND && initialize->points,
      .atc = bytes_u32(memory->atc) + 1,
      .amount = initialize->amount,
      .currency = initialize->currency,
      .balance = bytes_u32(memory->balance),
      .points = bytes_u32(memory->points),
      .last_atc = bytes_u32(memory->last_atc),
      .offline_count = bytes_u16(memory->offline_count),
      .offline_sum = bytes_u32(memory->offline_sum),
      .pin_changes = bytes_u16(memory->pin_changes),
      .sale_atc = initialize->sale_atc,
  };
  memcpy(promise.cid, memory->parameters, sizeof promise.cid);
  memcpy(promise.tid, initialize->tid, sizeof promise.tid);
  memcpy(promise.nonce, initialize->nonce, sizeof promise.nonce);
  memcpy(promise.time, initialize->time, sizeof promise.time);
  memcpy(promise.last_secret, memory->last_secret, sizeof promise.last_secret);
  return promise;
}

/* The promise that was made last, on-line or off-line, by its ATC; NULL where there was none. */
static const uint8_t *latest_promise(const struct card_memory *memory) {
  uint32_t atc = bytes_u32(memory->atc);
  if (memory->slot_state != SLOT_NONE && bytes_u32(memory->slot_promise + RECORD_ATC_AT) == atc)
    return memory->slot_promise;
  return memory->offline_promise[0] != 0 && bytes_u32(memory->offline_promise + RECORD_ATC_AT) == atc
             ? memory->offline_promise
             : NULL;
}

/* Ties the promise to r, where there is one, and to the promise before it, and signs. */
static bool promise_seal(const struct card *card, struct promise *promise, const uint8_t *secret,
                         uint8_t record[PROMISE_SIZE]) {
  const struct card_memory *memory = &card->memory;
  const uint8_t *before = latest_promise(memory);
  if (secret != NULL && !crypto_sha256(secret, SECRET_SIZE, promise->commitment))
    return false;
  if (before != NULL && record_hash(before, PROMISE_SIZE, promise->previous) != STATUS_OK)
    return false;
  promise_encode(promise, record);
  return record_sign(record, PROMISE_TLV_SIZE, memory->sig_private) == STATUS_OK;
}

/* A slot that was PREPARED is aborted by being replaced. */
static uint16_t slot_prepare(struct card *card, const struct promise *promise, const uint8_t secret[SECRET_SIZE],
                             const uint8_t record[PROMISE_SIZE]) {
  struct card_memory *memory = &card->memory;
  memory_stage_u32(card, memory->atc, promise->atc);
  memory_stage_u8(card, &memory->slot_state, SLOT_PREPARED);
  memory_stage(card, memory->slot_promise, record, PROMISE_SIZE);
  memory_stage(card, memory->slot_secret, secret, SECRET_SIZE);
  return memory_commit(card);
}

static uint16_t promise_make(struct card *card, uint8_t type, const struct initialize *initialize,
                             struct apdu_response *response) {
  struct promise promise = promise_of(card, type, initialize);
  uint8_t secret[SECRET_SIZE];
  uint16_t sw = SW_INTERNAL;
  response->len = PROMISE_SIZE;
  if (type == TRANSACTION_OFFLINE_PURCHASE)
    return promise_seal(card, &promise, NULL, response->data) ? offline_commit(card, &promise, response->data) : sw;
  if (!memory_random(card, secret, sizeof secret))
    return SW_MEMORY_FAILURE;
  if (promise_seal(card, &promise, secret, response->data))
    sw = slot_prepare(card, &promise, secret, response->data);
  crypto_wipe(secret, sizeof secret);
  return sw;
}

uint16_t promise_initialize(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct initialize initialize;
  uint8_t type;
  uint16_t sw = SW_OK;
  if ((command->lc == INITIALIZE_REFUND_SIZE) != (command->p1 == P1_INITIALIZE_REFUND))
    return SW_WRONG_LENGTH;
  enum status status = initialize_decode(command->data, command->lc, &initialize);
  if (status != STATUS_OK) {
    sw = status == STATUS_BAD_LENGTH ? SW_WRONG_LENGTH : SW_WRONG_DATA;
    goto out;
  }
  if (initialize.amount == 0 && command->p1 != P1_INITIALIZE_PAYOUT) {
    sw = SW_WRONG_DATA;
    goto out;
  }
  /* The PIN comes first: whoever does not know it learns nothing about balance and limits. */
  if (initialize.has_pin)
    sw = pin_check(card, initialize.pin_block, initialize.nonce, response);
  if (sw != SW_OK)
    goto out;
  type = type_of(command->p1, &initialize);
  sw = refusal(card, type, &initialize);
  if (sw == SW_OK)
    sw = promise_make(card, type, &initialize, response);
out:
  crypto_wipe(&initialize, sizeof initialize);
  return sw;
}

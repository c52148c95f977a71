/* SPDX-License-Identifier: Apache-2.0
 * CREDIT and DEBIT on the server's order, GET TRANSACTION PROOF, GET BALANCE. */
#include "purse.h"

#include <string.h>

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/certificate.h"

#include "issuer_key.h"
#include "lifecycle.h"
#include "log.h"
#include "memory.h"
#include "offline.h"
#include "pin.h"

/* What the two counters will be. */
struct outcome {
  uint32_t balance, points;
};

static bool slot_promise(const struct card *card, struct promise *promise) {
  return promise_decode(card->memory.slot_promise, sizeof card->memory.slot_promise, promise) == STATUS_OK;
}

/* What lies in the slot: the promise, and the hash by which an order names it. */
struct slot {
  struct promise promise;
  uint8_t hash[CRYPTO_SHA256_SIZE];
};

static bool slot_read(const struct card *card, struct slot *slot) {
  return slot_promise(card, &slot->promise) &&
         record_hash(card->memory.slot_promise, sizeof card->memory.slot_promise, slot->hash) == STATUS_OK;
}

/* Whether the command is the one that does what the slot promises. */
static bool command_fits(const struct apdu *command, uint8_t type) {
  switch (type) {
  case TRANSACTION_LOAD:
    return command->ins == INS_CREDIT_FOR_LOAD && command->p1 == P1_INITIALIZE_LOAD;
  case TRANSACTION_REFUND:
    return command->ins == INS_CREDIT_FOR_LOAD && command->p1 == P1_INITIALIZE_REFUND;
  case TRANSACTION_PAYOUT:
    return command->ins == INS_DEBIT_FOR_PURCHASE && command->p1 == P1_INITIALIZE_PAYOUT;
  default:
    return command->ins == INS_DEBIT_FOR_PURCHASE && command->p1 == P1_INITIALIZE_PURCHASE;
  }
}

/* Whether the order is for what lies in the slot, given at the terminal where it was begun. */
static bool order_fits(const struct card *card, const struct apdu *command, const struct authorisation *order,
                       const struct slot *slot) {
  const struct promise *promise = &slot->promise;
  return command_fits(command, promise->type) && memcmp(card->tid, promise->tid, TID_SIZE) == 0 &&
         authorisation_answers(order, promise, slot->hash);
}

/* By how much a promise that is kept changes the balance. */
static int64_t balance_change(const struct promise *promise) {
  switch (promise->type) {
  case TRANSACTION_LOAD:
    return promise->amount;
  case TRANSACTION_REFUND:
    return promise->sale_in_points ? 0 : promise->amount;
  case TRANSACTION_PURCHASE:
  case TRANSACTION_PAYOUT:
    return -(int64_t)promise->amount;
  default:
    return 0;
  }
}

/* False where a counter would leave 0..AMOUNT_MAX_ON_CARD, or the balance its ceiling. */
static bool outcome_of(const struct card *card, const struct promise *promise, const struct authorisation *order,
                       struct outcome *outcome) {
  struct parameters parameters;
  int64_t balance = bytes_u32(card->memory.balance) + balance_change(promise);
  int64_t points = (int64_t)bytes_u32(card->memory.points) + order->points;
  if (parameters_decode(card->memory.parameters, sizeof card->memory.parameters, &parameters) != STATUS_OK)
    return false;
  if (balance < 0 || balance > parameters.purse_ceiling || points < 0 || points > AMOUNT_MAX_ON_CARD)
    return false;
  outcome->balance = (uint32_t)balance;
  outcome->points = (uint32_t)points;
  return true;
}

static void log_outcome(struct card *card, const struct promise *promise, const struct authorisation *order,
                        const struct outcome *outcome) {
  struct log_record record = {
      .type = promise->type,
      .atc = promise->atc,
      .amount = promise->amount,
      .currency = promise->currency,
      .balance = outcome->balance,
      .points = order->points,
  };
  memcpy(record.tid, promise->tid, sizeof record.tid);
  memcpy(record.time, order->time, sizeof record.time);
  log_append(card, &record);
}

static uint16_t answer_secret(const struct card *card, struct apdu_response *response) {
  memcpy(response->data, card->memory.slot_secret, SECRET_SIZE);
  response->len = SECRET_SIZE;
  return SW_OK;
}

/* The one commit of the whole system: counters, log, slot, last outcome, time; all or nothing. */
static uint16_t commit_order(struct card *card, const struct promise *promise, const struct authorisation *order,
                             struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  struct outcome outcome;
  uint16_t sw;
  if (!outcome_of(card, promise, order, &outcome))
    return SW_CONDITIONS_NOT_SATISFIED;
  memory_stage_u32(card, memory->balance, outcome.balance);
  memory_stage_u32(card, memory->points, outcome.points);
  pin_count_without(card, promise);
  offline_begin_anew(card);
  log_outcome(card, promise, order, &outcome);
  memory_stage_u8(card, &memory->slot_state, SLOT_COMMITTED);
  memory_stage_u32(card, memory->last_atc, promise->atc);
  memory_stage(card, memory->last_secret, memory->slot_secret, SECRET_SIZE);
  lifecycle_note_time(card, order->time);
  sw = memory_commit(card);
  return sw == SW_OK ? answer_secret(card, response) : sw;
}

/* Declined: the slot ends without effect. */
static uint16_t commit_refusal(struct card *card, const struct authorisation *order) {
  uint16_t sw;
  lifecycle_abort_slot(card);
  lifecycle_note_time(card, order->time);
  sw = memory_commit(card);
  return sw == SW_OK ? SW_CONDITIONS_NOT_SATISFIED : sw;
}

/* The server's clock is past the card's last day (R8): no debit, no credit, ever again. 6285 carries an R-MAC, so
 * that the terminal can believe it. */
static uint16_t commit_expiry(struct card *card, const struct authorisation *order) {
  uint16_t sw;
  lifecycle_abort_slot(card);
  lifecycle_note_time(card, order->time);
  memory_stage_u8(card, &card->memory.state, CARD_EXPIRED);
  sw = memory_commit(card);
  return sw == SW_OK ? SW_EXPIRED : sw;
}

uint16_t purse_execute(struct card *card, const struct apdu *command, struct apdu_response *response) {
  const struct card_memory *memory = &card->memory;
  struct authorisation order;
  struct slot slot;
  uint16_t sw;
  if (authorisation_decode(command->data, command->lc, &order) != STATUS_OK)
    return SW_WRONG_DATA;
  if (memory->slot_state != SLOT_PREPARED && memory->slot_state != SLOT_COMMITTED)
    return SW_CONDITIONS_NOT_SATISFIED;
  if (!slot_read(card, &slot))
    return SW_INTERNAL;
  if (!order_fits(card, command, &order, &slot))
    return SW_CONDITIONS_NOT_SATISFIED;
  sw = issuer_key_check_order(card, command, order.key_version);
  if (sw != SW_OK)
    return sw;
  if (memory->slot_state == SLOT_COMMITTED) /* answered already: the same answer, once more */
    return order.decision == DECISION_APPROVED ? answer_secret(card, response) : SW_CONDITIONS_NOT_SATISFIED;
  if (lifecycle_passed(card, order.time))
    return commit_expiry(card, &order);
  if (order.decision != DECISION_APPROVED)
    return commit_refusal(card, &order);
  return commit_order(card, &slot.promise, &order, response);
}

/* What anybody may know: that there is a slot, and which transaction is in it. A terminal whose own it is gets all
 * without the PIN, for the re-tap; so do the desk, and whoever holds the verified PIN. */
static bool proof_is_for(const struct card *card, const struct proof *proof) {
  return card->pin_verified || card->role == ROLE_PERSO || memcmp(card->tid, proof->tid, TID_SIZE) == 0;
}

static void proof_complete(const struct card *card, struct proof *proof) {
  const struct card_memory *memory = &card->memory;
  proof->balance = bytes_u32(memory->balance);
  proof->points = bytes_u32(memory->points);
  if (memory->slot_state == SLOT_COMMITTED)
    memcpy(proof->secret, memory->slot_secret, sizeof proof->secret);
}

static void proof_redact(struct proof *proof) {
  proof->amount = 0;
  memset(proof->tid, 0, sizeof proof->tid);
}

uint16_t purse_get_proof(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct proof proof = {.state = card->memory.slot_state};
  struct promise promise;
  (void)command;
  if (proof.state != SLOT_NONE) {
    if (!slot_promise(card, &promise))
      return SW_INTERNAL;
    proof.atc = promise.atc;
    proof.type = promise.type;
    proof.amount = promise.amount;
    memcpy(proof.tid, promise.tid, sizeof proof.tid);
  }
  if (proof_is_for(card, &proof))
    proof_complete(card, &proof);
  else
    proof_redact(&proof);
  proof_encode(&proof, response->data);
  response->len = PROOF_SIZE;
  return SW_OK;
}

uint16_t purse_get_balance(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct parameters parameters;
  struct balance balance = {
      .balance = bytes_u32(card->memory.balance),
      .points = bytes_u32(card->memory.points),
  };
  (void)command;
  if (parameters_decode(card->memory.parameters, sizeof card->memory.parameters, &parameters) != STATUS_OK)
    return SW_INTERNAL;
  balance.currency = parameters.currency;
  balance_encode(&balance, response->data);
  response->len = BALANCE_SIZE;
  return SW_OK;
}

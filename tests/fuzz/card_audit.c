/* SPDX-License-Identifier: Apache-2.0
 * What no command may do to a card, whoever sent it. */
#include "card_audit.h"

#include <stddef.h>
#include <string.h>

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "target.h"

/* From the first byte of one field to the first of another, in two images. */
#define SAME(a, b, from, to)                                                                                           \
  (memcmp((const uint8_t *)(a) + offsetof(struct card_memory, from),                                                   \
          (const uint8_t *)(b) + offsetof(struct card_memory, from),                                                   \
          offsetof(struct card_memory, to) - offsetof(struct card_memory, from)) == 0)

void audit_answer(const uint8_t *answer, size_t len, struct apdu_response *response) {
  fuzz_require(len >= 2 && len <= APDU_RESPONSE_MAX);
  fuzz_require(apdu_response_parse(answer, len, response) == STATUS_OK);
  fuzz_require(response->sw >> 12 == 6 || response->sw >> 12 == 9);
  fuzz_require(apdu_sw_has_data(response->sw) || response->len == 0);
}

/* ---- money ---- */

struct change {
  int64_t balance, points;
};

static struct change change_of(const struct card_memory *was, const struct card_memory *is) {
  return (struct change){(int64_t)bytes_u32(is->balance) - bytes_u32(was->balance),
                         (int64_t)bytes_u32(is->points) - bytes_u32(was->points)};
}

/* Whether the command's order is signed, for the transaction that is prepared, and says yes; and what it changes. */
static bool change_ordered(const struct world *world, const struct audit_step *step, struct change *change) {
  const struct card_memory *was = &step->before;
  const struct apdu *command = step->command;
  struct authorisation order;
  struct promise promise;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (authorisation_decode(command->data, command->lc, &order) != STATUS_OK ||
      promise_decode(was->slot_promise, sizeof was->slot_promise, &promise) != STATUS_OK ||
      record_hash(was->slot_promise, sizeof was->slot_promise, hash) != STATUS_OK ||
      record_verify(command->data, command->lc, world->server.point) != STATUS_OK)
    return false;
  *change = (struct change){0, order.points};
  bool credit = promise.type == TRANSACTION_LOAD || promise.type == TRANSACTION_REFUND;
  if (credit && !promise.sale_in_points)
    change->balance = promise.amount;
  if (promise.type == TRANSACTION_PURCHASE || promise.type == TRANSACTION_PAYOUT)
    change->balance = -(int64_t)promise.amount;
  return order.decision == DECISION_APPROVED && authorisation_answers(&order, &promise, hash) &&
         command->ins == (credit ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE);
}

static uint32_t log_count(const struct card_memory *memory) {
  return bytes_u32(memory->purchase_count) + bytes_u32(memory->load_count);
}

/* A payment that no server ordered: the card's own promise of it came with it, of just this change. */
static bool paid_offline(const struct card_memory *was, const struct card_memory *is, struct change change) {
  struct promise promise;
  if (memcmp(was->offline_promise, is->offline_promise, PROMISE_SIZE) == 0)
    return false;
  fuzz_require(promise_decode(is->offline_promise, PROMISE_SIZE, &promise) == STATUS_OK);
  fuzz_require(record_verify(is->offline_promise, PROMISE_SIZE, is->sig_public) == STATUS_OK);
  fuzz_require(promise.type == TRANSACTION_OFFLINE_PURCHASE && promise.atc == bytes_u32(was->atc) + 1);
  fuzz_require(change.points == 0 && change.balance == -(int64_t)promise.amount);
  fuzz_require(bytes_u32(is->offline_sum) == bytes_u32(was->offline_sum) + promise.amount);
  return true;
}

static void audit_money(const struct world *world, const struct audit_step *step, const struct card_memory *is) {
  const struct card_memory *was = &step->before;
  struct change change = change_of(was, is), ordered = {0, 0};
  bool committed = was->slot_state == SLOT_PREPARED && is->slot_state == SLOT_COMMITTED;
  bool offline = paid_offline(was, is, change);
  fuzz_require(!(committed && offline));
  fuzz_require(log_count(is) == log_count(was) + (committed || offline ? 1 : 0));
  fuzz_require(SAME(was, is, last_atc, purchase_count) || committed);
  fuzz_require(bytes_u32(is->points) <= AMOUNT_MAX_ON_CARD);
  if (is->state != CARD_INITIALISED)
    fuzz_require(bytes_u32(is->balance) <= WORLD_PURSE_CEILING);
  if (offline)
    return;
  if (!committed) {
    fuzz_require(change.balance == 0 && change.points == 0);
    return;
  }
  fuzz_require(change_ordered(world, step, &ordered));
  fuzz_require(change.balance == ordered.balance && change.points == ordered.points);
}

/* ---- PIN ---- */

/* The PIN block that a command carries for comparison, or NULL. */
static const uint8_t *pin_shown(const struct apdu *command) {
  if ((command->ins == INS_VERIFY && command->lc == VERIFY_SIZE) ||
      (command->ins == INS_CHANGE_REFERENCE_DATA && command->lc == CHANGE_PIN_SIZE))
    return command->data;
  return command->ins == INS_INITIALIZE && command->lc == INITIALIZE_MAX ? command->data + INITIALIZE_SIZE : NULL;
}

/* Tries and changes are counted, each once; and what the card signs of a PIN is of this step. */
static void audit_pin_record(const struct audit_step *step, const struct card_memory *is) {
  const struct card_memory *was = &step->before;
  uint32_t events = bytes_u32(is->pin_events) - bytes_u32(was->pin_events);
  bool changed = !SAME(was, is, pin_changes, pin_events);
  const struct apdu_response *response = step->response;
  struct pin_record pin;
  fuzz_require(events <= 2 && (events == 0 || pin_shown(step->command) != NULL));
  fuzz_require(!changed || (events == 2 && bytes_u16(is->pin_changes) == bytes_u16(was->pin_changes) + 1));
  if (response == NULL || pin_record_decode(response->data, response->len, &pin) != STATUS_OK)
    return;
  fuzz_require(record_verify(response->data, response->len, is->sig_public) == STATUS_OK);
  fuzz_require(events > 0 && pin.events == bytes_u32(is->pin_events));
  fuzz_require(pin.pin_changes == bytes_u16(is->pin_changes) && (pin.kind == PIN_KIND_CHANGED) == changed);
}

static void audit_pin(const struct audit_step *step, const struct card_memory *is, bool mute) {
  const struct card_memory *was = &step->before;
  const uint8_t *shown = pin_shown(step->command);
  bool known = shown != NULL && memcmp(shown, was->pin_block, PIN_BLOCK_SIZE) == 0;
  bool replaced = memcmp(was->pin_block, is->pin_block, PIN_BLOCK_SIZE) != 0;
  fuzz_require(is->pin_tries_left <= PIN_TRIES && is->pin_tries_left + 1 >= was->pin_tries_left);
  fuzz_require(is->pin_tries_left <= was->pin_tries_left || known);
  fuzz_require(shown == NULL || known || step->response == NULL || step->response->sw != SW_OK);
  if (step->response != NULL && (step->response->sw & 0xFFF0) == SW_WRONG_PIN)
    fuzz_require(is->pin_tries_left + 1 == was->pin_tries_left);
  if (replaced)
    fuzz_require(known && step->command->ins == INS_CHANGE_REFERENCE_DATA &&
                 memcmp(is->pin_block, shown + PIN_BLOCK_SIZE, PIN_BLOCK_SIZE) == 0);
  if (is->state == CARD_PERSONALISED && !mute)
    fuzz_require(is->pin_tries_left > 0);
}

/* ---- life ---- */

static bool state_follows(uint8_t was, uint8_t is) {
  switch (was) {
  case CARD_INITIALISED:
    return is == CARD_INITIALISED || is == CARD_PERSONALISED;
  case CARD_PERSONALISED:
    return is == CARD_PERSONALISED || is == CARD_EXPIRED || is == CARD_BLOCKED;
  case CARD_EXPIRED:
    return is == CARD_EXPIRED || is == CARD_BLOCKED;
  default:
    return is == was;
  }
}

static void audit_lock(const struct card_memory *is) {
  static const uint8_t gone[CRYPTO_AES_KEY_SIZE];
  fuzz_require(memcmp(is->transport_key, gone, sizeof gone) == 0);
  fuzz_require(is->pin_tries_left == PIN_TRIES && is->ecka_certificate_len > 0 && is->sig_certificate_len > 0);
  fuzz_require(bytes_u32(is->balance) == 0 && bytes_u32(is->points) == 0 && bytes_u32(is->atc) == 0);
}

/* Blocked by the last wrong PIN, or by the server; expired by the server's clock alone. */
static void audit_end(const struct world *world, const struct audit_step *step, const struct card_memory *is) {
  const struct apdu *command = step->command;
  bool ordered = record_verify(command->data, command->lc, world->server.point) == STATUS_OK;
  if (is->state == CARD_BLOCKED)
    fuzz_require(is->pin_tries_left == 0 || (ordered && command->ins == INS_APPLICATION_BLOCK));
  if (is->state == CARD_EXPIRED)
    fuzz_require(ordered && (command->ins == INS_CREDIT_FOR_LOAD || command->ins == INS_DEBIT_FOR_PURCHASE));
}

static void audit_life(const struct audit_step *step, const struct card_memory *is) {
  const struct card_memory *was = &step->before;
  uint32_t counted = bytes_u32(is->atc) - bytes_u32(was->atc);
  fuzz_require(state_follows(was->state, is->state));
  fuzz_require(SAME(was, is, magic, state) && SAME(was, is, chip_serial, transport_key));
  fuzz_require(memcmp(is->latest_time, was->latest_time, MOMENT_SIZE) >= 0);
  fuzz_require(counted <= 1 && (counted == 0 || is->slot_state == SLOT_PREPARED ||
                                memcmp(was->offline_promise, is->offline_promise, PROMISE_SIZE) != 0));
  if (was->state != CARD_INITIALISED)
    fuzz_require(SAME(was, is, transport_key, latest_time));
  else if (is->state == CARD_PERSONALISED)
    audit_lock(is);
  if (was->state == CARD_BLOCKED)
    fuzz_require(memcmp(was, is, sizeof *is) == 0);
}

/* ---- what an answer holds ---- */

static bool holds(const struct apdu_response *response, const uint8_t *secret, size_t len) {
  return memmem(response->data, response->len, secret, len) != NULL;
}

static void audit_secrets(const struct card_memory *is, const struct apdu_response *response) {
  fuzz_require(!holds(response, is->ecka_private, sizeof is->ecka_private));
  fuzz_require(!holds(response, is->sig_private, sizeof is->sig_private));
  if (is->state == CARD_INITIALISED)
    fuzz_require(!holds(response, is->transport_key, sizeof is->transport_key));
  if (is->slot_state == SLOT_PREPARED && memcmp(is->slot_secret, is->last_secret, SECRET_SIZE) != 0)
    fuzz_require(!holds(response, is->slot_secret, sizeof is->slot_secret));
}

void audit_step(const struct world *world, const struct powered *powered, const struct audit_step *step) {
  struct card_memory is;
  powered_memory(powered, &is);
  fuzz_require(powered->card.mute == (step->response == NULL));
  fuzz_require(powered->card.mute || memcmp(&powered->card.memory, &is, sizeof is) == 0);
  audit_life(step, &is);
  if (is.state != step->before.state && step->before.state != CARD_INITIALISED)
    audit_end(world, step, &is);
  audit_money(world, step, &is);
  if (step->before.state != CARD_INITIALISED) {
    audit_pin(step, &is, powered->card.mute);
    audit_pin_record(step, &is);
  }
  if (step->response != NULL)
    audit_secrets(&is, step->response);
}

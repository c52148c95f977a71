/* SPDX-License-Identifier: Apache-2.0
 * VERIFY and CHANGE REFERENCE DATA: a try is gone before the PIN is looked at, and what came of it is signed. */
#include "pin.h"

#include <string.h>

#include "epurse/bytes.h"

#include "memory.h"

static bool block_valid(const uint8_t block[PIN_BLOCK_SIZE]) {
  char digits[PIN_MAX + 1];
  bool valid = pin_block_decode(block, digits) == STATUS_OK;
  crypto_wipe(digits, sizeof digits);
  return valid;
}

static bool block_card(struct card *card) {
  memory_stage_u8(card, &card->memory.state, CARD_BLOCKED);
  return memory_commit(card) == SW_OK;
}

/* The card's signed word of this event, which the terminal carries to the issuer. */
struct pin_event {
  uint8_t kind;         /* enum pin_kind */
  const uint8_t *nonce; /* NONCE_SIZE: the terminal's */
  uint32_t events;
  uint16_t changes;
};

static bool event_seal(const struct card *card, const struct pin_event *event, struct apdu_response *response) {
  const struct card_memory *memory = &card->memory;
  struct pin_record pin = {.kind = event->kind,
                           .tries_left = event->kind == PIN_KIND_WRONG ? memory->pin_tries_left : PIN_TRIES,
                           .events = event->events,
                           .atc = bytes_u32(memory->atc),
                           .pin_changes = event->changes};
  memcpy(pin.cid, memory->parameters, sizeof pin.cid);
  memcpy(pin.tid, card->tid, sizeof pin.tid);
  memcpy(pin.nonce, event->nonce, sizeof pin.nonce);
  pin_record_encode(&pin, response->data);
  if (record_sign(response->data, PIN_RECORD_TLV_SIZE, memory->sig_private) != STATUS_OK)
    return false;
  response->len = PIN_RECORD_SIZE;
  return true;
}

/* As the memory has it now. */
static struct pin_event event_now(const struct card *card, uint8_t kind, const uint8_t *nonce) {
  return (struct pin_event){kind, nonce, bytes_u32(card->memory.pin_events), bytes_u16(card->memory.pin_changes)};
}

/* The card is blocked before it says so. */
static uint16_t refuse(struct card *card, const uint8_t nonce[NONCE_SIZE], struct apdu_response *response) {
  const struct pin_event event = event_now(card, PIN_KIND_WRONG, nonce);
  uint8_t left = card->memory.pin_tries_left;
  if (left == 0 && !block_card(card))
    return SW_MEMORY_FAILURE;
  return event_seal(card, &event, response) ? (uint16_t)(SW_WRONG_PIN | left) : SW_INTERNAL;
}

/* Takes a try, counted as an event, and compares; the right PIN stages the tries back and what was paid without it to
 * zero, for the caller to commit. A counter of events at its end, which never goes round, takes none; two places are
 * left for a change. */
static uint16_t compare(struct card *card, const uint8_t block[PIN_BLOCK_SIZE], const uint8_t nonce[NONCE_SIZE],
                        struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  uint32_t events = bytes_u32(memory->pin_events);
  if (!block_valid(block))
    return SW_WRONG_DATA;
  if (events > UINT32_MAX - 2)
    return SW_COUNTER_EXHAUSTED;
  card->pin_verified = false;
  if (memory->pin_tries_left == 0)
    return block_card(card) ? SW_PIN_BLOCKED : SW_MEMORY_FAILURE;
  memory_stage_u8(card, &memory->pin_tries_left, (uint8_t)(memory->pin_tries_left - 1));
  memory_stage_u32(card, memory->pin_events, events + 1);
  if (memory_commit(card) != SW_OK)
    return SW_MEMORY_FAILURE;
  if (!crypto_equal(block, memory->pin_block, PIN_BLOCK_SIZE))
    return refuse(card, nonce, response);
  memory_stage_u8(card, &memory->pin_tries_left, PIN_TRIES);
  if (bytes_u32(memory->no_pin_sum) != 0)
    memory_stage_zeros(card, memory->no_pin_sum, sizeof memory->no_pin_sum);
  return SW_OK;
}

uint16_t pin_check(struct card *card, const uint8_t block[PIN_BLOCK_SIZE], const uint8_t nonce[NONCE_SIZE],
                   struct apdu_response *response) {
  uint16_t sw = compare(card, block, nonce, response);
  if (sw == SW_OK)
    sw = memory_commit(card);
  card->pin_verified = sw == SW_OK;
  return sw;
}

uint16_t pin_verify(struct card *card, const struct apdu *command, struct apdu_response *response) {
  const uint8_t *nonce = command->data + PIN_BLOCK_SIZE;
  uint16_t sw = pin_check(card, command->data, nonce, response);
  if (sw != SW_OK)
    return sw;
  const struct pin_event event = event_now(card, PIN_KIND_RIGHT, nonce);
  return event_seal(card, &event, response) ? SW_OK : SW_INTERNAL;
}

/* The old PIN was right: signed first, so that no change is without its record. */
static uint16_t replace(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  struct pin_event event = event_now(card, PIN_KIND_CHANGED, command->data + 2 * PIN_BLOCK_SIZE);
  event.events++;
  event.changes++;
  bool sealed = event_seal(card, &event, response);
  if (sealed) {
    memory_stage(card, memory->pin_block, command->data + PIN_BLOCK_SIZE, PIN_BLOCK_SIZE);
    memory_stage_u16(card, memory->pin_changes, event.changes);
    memory_stage_u32(card, memory->pin_events, event.events);
  }
  uint16_t sw = memory_commit(card); /* the tries at least */
  card->pin_verified = sw == SW_OK;
  return sw == SW_OK && !sealed ? SW_INTERNAL : sw;
}

/* The new PIN is looked at first: one that cannot be taken costs no try. Nor does a counter at its end, which never
 * goes round: the issuer tells changes apart by it. */
uint16_t pin_change(struct card *card, const struct apdu *command, struct apdu_response *response) {
  if (!block_valid(command->data + PIN_BLOCK_SIZE))
    return SW_WRONG_DATA;
  if (bytes_u16(card->memory.pin_changes) == UINT16_MAX)
    return SW_COUNTER_EXHAUSTED;
  uint16_t sw = compare(card, command->data, command->data + 2 * PIN_BLOCK_SIZE, response);
  return sw == SW_OK ? replace(card, command, response) : sw;
}

void pin_count_without(struct card *card, const struct promise *promise) {
  bool purchase = promise->type == TRANSACTION_PURCHASE || promise->type == TRANSACTION_POINTS_PURCHASE ||
                  promise->type == TRANSACTION_OFFLINE_PURCHASE;
  if (purchase && !promise->pin_verified)
    memory_stage_u32(card, card->memory.no_pin_sum, bytes_u32(card->memory.no_pin_sum) + promise->amount);
}

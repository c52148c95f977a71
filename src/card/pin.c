/* SPDX-License-Identifier: Apache-2.0
 * VERIFY and CHANGE REFERENCE DATA: a try is gone before the PIN is looked at. */
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

/* Whose card it was goes along, so that the terminal can tell the issuer even of the try that blocked it; and as 63Cx
 * comes under an R-MAC, nobody in between can make it up. */
static uint16_t refuse(struct card *card, struct apdu_response *response) {
  uint8_t left = card->memory.pin_tries_left;
  if (left == 0 && !block_card(card))
    return SW_MEMORY_FAILURE;
  memcpy(response->data, card->memory.parameters, CID_SIZE);
  response->len = CID_SIZE;
  return (uint16_t)(SW_WRONG_PIN | left);
}

/* Takes a try and compares; the right PIN stages the tries back, for the caller to commit. */
static uint16_t compare(struct card *card, const uint8_t block[PIN_BLOCK_SIZE], struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  if (!block_valid(block))
    return SW_WRONG_DATA;
  card->pin_verified = false;
  if (memory->pin_tries_left == 0)
    return block_card(card) ? SW_PIN_BLOCKED : SW_MEMORY_FAILURE;
  memory_stage_u8(card, &memory->pin_tries_left, (uint8_t)(memory->pin_tries_left - 1));
  if (memory_commit(card) != SW_OK)
    return SW_MEMORY_FAILURE;
  if (!crypto_equal(block, memory->pin_block, PIN_BLOCK_SIZE))
    return refuse(card, response);
  memory_stage_u8(card, &memory->pin_tries_left, PIN_TRIES);
  return SW_OK;
}

uint16_t pin_check(struct card *card, const uint8_t block[PIN_BLOCK_SIZE], struct apdu_response *response) {
  uint16_t sw = compare(card, block, response);
  if (sw == SW_OK)
    sw = memory_commit(card);
  card->pin_verified = sw == SW_OK;
  return sw;
}

uint16_t pin_verify(struct card *card, const struct apdu *command, struct apdu_response *response) {
  return pin_check(card, command->data, response);
}

/* The new PIN is looked at first: one that cannot be taken costs no try. Nor does a counter at its end, which never goes
 * round: the issuer tells changes apart by it. */
uint16_t pin_change(struct card *card, const struct apdu *command, struct apdu_response *response) {
  const uint8_t *old_block = command->data, *new_block = command->data + PIN_BLOCK_SIZE;
  uint16_t changes = bytes_u16(card->memory.pin_changes), sw;
  if (!block_valid(new_block))
    return SW_WRONG_DATA;
  if (changes == UINT16_MAX)
    return SW_COUNTER_EXHAUSTED;
  sw = compare(card, old_block, response);
  if (sw != SW_OK)
    return sw;
  memory_stage(card, card->memory.pin_block, new_block, PIN_BLOCK_SIZE);
  memory_stage_u16(card, card->memory.pin_changes, (uint16_t)(changes + 1));
  sw = memory_commit(card);
  card->pin_verified = sw == SW_OK;
  return sw;
}

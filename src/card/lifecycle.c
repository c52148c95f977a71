/* SPDX-License-Identifier: Apache-2.0
 * Time as the server signs it, expiry, and APPLICATION BLOCK. */
#include "lifecycle.h"

#include <string.h>

#include "issuer_key.h"
#include "memory.h"

/* Where the parts of struct parameters lie in its encoding. */
#define PARAMETERS_EXPIRY CID_SIZE

void lifecycle_note_time(struct card *card, const uint8_t time[MOMENT_SIZE]) {
  if (memcmp(time, card->memory.latest_time, MOMENT_SIZE) > 0)
    memory_stage(card, card->memory.latest_time, time, MOMENT_SIZE);
}

bool lifecycle_passed(const struct card *card, const uint8_t time[MOMENT_SIZE]) {
  return date_passed(card->memory.parameters + PARAMETERS_EXPIRY, time);
}

void lifecycle_abort_slot(struct card *card) {
  memory_stage_u8(card, &card->memory.slot_state, SLOT_ABORTED);
  memory_stage_zeros(card, card->memory.slot_secret, sizeof card->memory.slot_secret);
}

/* Any terminal may deliver it; what counts is the server's signature over this card's number. */
uint16_t lifecycle_block(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  struct block_order order;
  uint16_t sw;
  (void)response;
  if (block_order_decode(command->data, command->lc, &order) != STATUS_OK ||
      memcmp(order.cid, memory->parameters, CID_SIZE) != 0)
    return SW_WRONG_DATA;
  sw = issuer_key_check_order(card, command, order.key_version);
  if (sw != SW_OK)
    return sw;
  lifecycle_note_time(card, order.time);
  memory_stage_u8(card, &memory->state, CARD_BLOCKED);
  return memory_commit(card);
}

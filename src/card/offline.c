/* SPDX-License-Identifier: Apache-2.0
 * The off-line purchase: limits, its one commit, and its promise read again. */
#include "offline.h"

#include <string.h>

#include "epurse/bytes.h"

#include "lifecycle.h"
#include "log.h"
#include "memory.h"
#include "pin.h"

uint16_t offline_limits_refusal(const struct card *card, uint32_t amount, const struct parameters *parameters) {
  const struct card_memory *memory = &card->memory;
  const struct offline_limits *limits = &parameters->offline;
  bool within = amount <= limits->single && (uint64_t)bytes_u32(memory->offline_sum) + amount <= limits->total &&
                bytes_u16(memory->offline_count) < limits->count;
  return within ? SW_OK : SW_ABOVE_LIMIT;
}

/* The time is the terminal's: no server has said one. */
static void log_purchase(struct card *card, const struct promise *promise) {
  struct log_record line = {
      .type = promise->type,
      .atc = promise->atc,
      .amount = promise->amount,
      .currency = promise->currency,
      .balance = promise->balance - promise->amount,
  };
  memcpy(line.tid, promise->tid, sizeof line.tid);
  memcpy(line.time, promise->time, sizeof line.time);
  log_append(card, &line);
}

uint16_t offline_commit(struct card *card, const struct promise *promise, const uint8_t record[PROMISE_SIZE]) {
  struct card_memory *memory = &card->memory;
  memory_stage_u32(card, memory->atc, promise->atc);
  memory_stage_u32(card, memory->balance, promise->balance - promise->amount);
  memory_stage_u16(card, memory->offline_count, (uint16_t)(promise->offline_count + 1));
  memory_stage_u32(card, memory->offline_sum, promise->offline_sum + promise->amount);
  pin_count_without(card, promise);
  log_purchase(card, promise);
  memory_stage(card, memory->offline_promise, record, PROMISE_SIZE);
  if (memory->slot_state == SLOT_PREPARED)
    lifecycle_abort_slot(card);
  return memory_commit(card);
}

void offline_begin_anew(struct card *card) {
  memory_stage_zeros(card, card->memory.offline_count, sizeof card->memory.offline_count);
  memory_stage_zeros(card, card->memory.offline_sum, sizeof card->memory.offline_sum);
}

uint16_t offline_get_promise(struct card *card, const struct apdu *command, struct apdu_response *response) {
  (void)command;
  if (card->memory.offline_promise[0] == 0)
    return SW_END_OF_FILE; /* not 6A88: this answer comes under an R-MAC */
  memcpy(response->data, card->memory.offline_promise, PROMISE_SIZE);
  response->len = PROMISE_SIZE;
  return SW_OK;
}

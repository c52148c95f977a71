/* SPDX-License-Identifier: Apache-2.0
 * The two log rings: append inside a transaction's commit, READ RECORD from the newest on. */
#include "log.h"

#include <string.h>

#include "epurse/bytes.h"

#include "memory.h"

/* A ring as it lies in memory. */
struct ring {
  uint8_t *count; /* ever written, 4 bytes */
  uint8_t (*records)[LOG_RECORD_SIZE];
  uint32_t size;
};

static struct ring ring_of(struct card_memory *memory, bool loads) {
  if (loads)
    return (struct ring){memory->load_count, memory->load_log, LOAD_LOG_RECORDS};
  return (struct ring){memory->purchase_count, memory->purchase_log, PURCHASE_LOG_RECORDS};
}

void log_append(struct card *card, const struct log_record *record) {
  bool credit = record->type == TRANSACTION_LOAD || record->type == TRANSACTION_REFUND;
  struct ring ring = ring_of(&card->memory, credit);
  uint32_t count = bytes_u32(ring.count);
  uint8_t data[LOG_RECORD_SIZE];
  log_record_encode(record, data);
  memory_stage(card, ring.records[count % ring.size], data, sizeof data);
  memory_stage_u32(card, ring.count, count + 1);
}

uint16_t log_read_records(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct ring ring = ring_of(&card->memory, command->p2 >> 3 == SFI_LOAD_LOG);
  uint32_t count = bytes_u32(ring.count);
  uint32_t kept = count < ring.size ? count : ring.size;
  if (command->p1 == 0)
    return SW_RECORD_NOT_FOUND;
  if (command->p1 > kept)
    return SW_END_OF_FILE;
  for (uint32_t number = command->p1; number <= kept; number++) {
    if (response->len + LOG_RECORD_SIZE > PROTECTED_DATA_MAX)
      break;
    memcpy(response->data + response->len, ring.records[(count - number) % ring.size], LOG_RECORD_SIZE);
    response->len += LOG_RECORD_SIZE;
  }
  return SW_OK;
}

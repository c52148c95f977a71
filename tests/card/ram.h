/* SPDX-License-Identifier: Apache-2.0
 * A card's memory in RAM, with staged writes, and a power supply that fails when it is told to. */
#ifndef EPURSE_TESTS_CARD_RAM_H
#define EPURSE_TESTS_CARD_RAM_H

#include "epurse/card.h"

/* When the power goes. */
enum ram_fault {
  RAM_SOUND,       /* never */
  RAM_BEFORE,      /* instead of the operation */
  RAM_AFTER_COMMIT /* a commit is durable, but nobody hears of it; a write is lost */
};

struct ram {
  uint8_t committed[CARD_MEMORY_SIZE], staged[CARD_MEMORY_SIZE];
  unsigned operations; /* writes and commits since ram_cut or ram_count */
  unsigned writes, commits;
  unsigned fault_at; /* the operation that fails, from 1 on */
  enum ram_fault fault;
  bool dead; /* the power is gone until ram_power */
  bool random_fails;
  struct card_port port; /* what the card gets */
};

void ram_init(struct ram *ram);
/* From now on, lets the n-th write or commit fail, and all that comes after it. */
void ram_cut(struct ram *ram, unsigned n, enum ram_fault fault);
/* Power again: no fault any more, nothing staged; counters start anew. */
void ram_power(struct ram *ram);

#endif

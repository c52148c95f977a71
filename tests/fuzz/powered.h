/* SPDX-License-Identifier: Apache-2.0
 * A card under power, its memory in RAM: put into any state, spoken to by a terminal in process. */
#ifndef EPURSE_TESTS_FUZZ_POWERED_H
#define EPURSE_TESTS_FUZZ_POWERED_H

#include "card/ram.h"
#include "epurse/card.h"
#include "epurse/reader.h"
#include "epurse/session.h"
#include "world.h"

#define POWERED_BALANCE 5000 /* minor units that a cardholder's card holds */
#define POWERED_POINTS  30

struct powered {
  struct ram ram;
  struct card card;
  struct reader reader; /* whose card it is */
};

/* The image of a card in that state, with the world's keys; enum card_state. */
void powered_image(const struct world *world, uint8_t state, struct card_memory *memory);

/* Puts the image into memory and powers the card. What the card takes for random is always the same. */
void powered_put(struct powered *powered, const struct card_memory *memory);

/* What is durable. */
void powered_memory(const struct powered *powered, struct card_memory *memory);

/* Opens a session of that terminal, which goes on with an expired card too; `terminal` NULL: of the desk with a raw
 * card. */
enum status powered_open(struct powered *powered, const struct world *world, const struct world_terminal *terminal,
                         struct session *session) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The card's persistent memory: the mirror in RAM, staged writes, one commit. */
#ifndef EPURSE_CARD_MEMORY_H
#define EPURSE_CARD_MEMORY_H

#include "epurse/card.h"

/* Changes a field of card->memory and stages the change; nothing is durable before memory_commit. A handler stages
 * only once nothing can be refused any more: what is staged cannot be taken back. Where the port fails, the card
 * turns mute and further calls do nothing. `field` lies in card->memory. */
void memory_stage(struct card *card, void *field, const void *value, size_t len);
void memory_stage_u8(struct card *card, uint8_t *field, uint8_t value);
void memory_stage_u16(struct card *card, uint8_t field[2], uint16_t value);
void memory_stage_u32(struct card *card, uint8_t field[4], uint32_t value);
/* Stages len zero bytes. */
void memory_stage_zeros(struct card *card, void *field, size_t len);

/* Makes all that is staged durable at once. SW_OK, or SW_MEMORY_FAILURE: the card is mute, so that no terminal ever
 * sees that word. */
uint16_t memory_commit(struct card *card) EPURSE_MUST_USE;

/* Random bytes from the port; false: the card is mute. */
bool memory_random(struct card *card, uint8_t *out, size_t len) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The card's own log (R14): one ring for purchases, one for loads, so that neither can push the other out. */
#ifndef EPURSE_CARD_LOG_H
#define EPURSE_CARD_LOG_H

#include "epurse/card.h"

/* Stages a record into the ring of its type and steps the ring's count; the caller commits. */
void log_append(struct card *card, const struct log_record *record);

/* From record P1 (1 = newest) on, as many whole records as one protected answer holds. SW_RECORD_NOT_FOUND beyond the
 * oldest. */
uint16_t log_read_records(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif

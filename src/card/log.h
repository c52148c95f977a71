/* SPDX-License-Identifier: Apache-2.0
 * The card's own log (R14): one ring for purchases and payouts, one for loads and refunds, so that neither can push the
 * other out. */
#ifndef EPURSE_CARD_LOG_H
#define EPURSE_CARD_LOG_H

#include "epurse/card.h"

/* Stages a record into the ring of its type and steps the ring's count; the caller commits. */
void log_append(struct card *card, const struct log_record *record);

/* From record P1 (1 = newest) on, as many whole records as one protected answer holds. SW_END_OF_FILE beyond the
 * oldest: a warning, so that it carries an R-MAC and nobody between can cut the log short. SW_RECORD_NOT_FOUND: P1 is
 * 0. */
uint16_t log_read_records(struct card *card, const struct apdu *command, struct apdu_response *response);

#endif

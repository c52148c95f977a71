/* SPDX-License-Identifier: Apache-2.0
 * What cards have signed of their PIN, on its way to the server: kept until it has been heard. */
#ifndef EPURSE_TERMINAL_PIN_REPORT_H
#define EPURSE_TERMINAL_PIN_REPORT_H

#include "epurse/record.h"

struct terminal;

/* Keeps the record in the journal, and brings the server all that are kept there. Without a line, or where the server
 * cannot take them now, they wait: the card's own counter stands alone till then. */
void pin_report(struct terminal *terminal, const uint8_t record[PIN_RECORD_SIZE]);
/* Brings what is kept. */
void pin_report_kept(struct terminal *terminal);

#endif

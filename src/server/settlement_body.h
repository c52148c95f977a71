/* SPDX-License-Identifier: Apache-2.0
 * A settlement as replies tell of it. */
#ifndef EPURSE_SERVER_SETTLEMENT_BODY_H
#define EPURSE_SERVER_SETTLEMENT_BODY_H

#include <jansson.h>

struct ledger_capture;
struct ledger_settlement;
struct ledger_settlement_line;
struct ledger_settlement_transfer;

/* Each a new object; NULL where memory was short. */
json_t *settlement_body(const struct ledger_settlement *settlement);
json_t *settlement_line_body(const struct ledger_settlement_line *line);
json_t *settlement_capture_body(const struct ledger_capture *capture);
json_t *settlement_transfer_body(const struct ledger_settlement_transfer *transfer);

#endif

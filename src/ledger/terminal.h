/* SPDX-License-Identifier: Apache-2.0
 * What a transaction needs to know of the terminal that it came from. */
#ifndef LEDGER_TERMINAL_H
#define LEDGER_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

#define MESSAGES_PER_SECOND 1000 /* numbers that a terminal's clock goes on by */

struct terminal_brief {
  int64_t number, merchant;
  uint8_t role; /* enum role */
  bool revoked;
  uint32_t points_rate; /* its merchant's */
  char merchant_name[MERCHANT_MAX + 1];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE];
};
/* STATUS_NOT_FOUND. */
enum status terminal_brief(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                           struct terminal_brief *brief) EPURSE_MUST_USE;
/* What it asked for is of no use any more; nothing may have been asked for. */
enum status terminal_renewal_forget(struct ledger *ledger, int64_t terminal) EPURSE_MUST_USE;

#endif

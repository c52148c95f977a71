/* SPDX-License-Identifier: Apache-2.0
 * Who sells by ZVT: no command names anybody, so it is whom till.conf names for this door; where cashiers have codes,
 * the password of the registration is that one's. */
#include <stdio.h>
#include <string.h>

#include "epurse/crypto.h"
#include "epurse/terminal_cashier.h"
#include "epurse/terminal_count.h"
#include "zvt_state.h"

bool zvt_password(const uint8_t *data, size_t len, char digits[2 * ZVT_PASSWORD + 1]) {
  uint64_t number = 0;
  digits[0] = 0;
  if (len < ZVT_PASSWORD || !zvt_bcd_read(data, ZVT_PASSWORD, &number))
    return false;
  bytes_to_hex(data, ZVT_PASSWORD, digits);
  return true;
}

enum status zvt_cashier_open(struct register_zvt *zvt, char problem[256]) {
  const char *name = zvt->options.cashier;
  if (name[0] == 0)
    return STATUS_OK;
  if (!cashier_valid(name)) {
    snprintf(problem, 256, "[zvt] cashier: '%.100s' is no cashier's name", name);
    return STATUS_BAD_CONFIG;
  }
  memcpy(zvt->cashier, name, strlen(name) + 1);
  if (!cashiers_are_set(zvt->facts->folder) || cashier_mark(zvt->facts->folder, name) != 0)
    return STATUS_OK;
  snprintf(problem, 256, "[zvt] cashier: '%.100s' is not among the cashiers of this terminal", name);
  return STATUS_BAD_CONFIG;
}

enum status zvt_cashier_enter(struct register_zvt *zvt, const uint8_t password[ZVT_PASSWORD]) {
  const char *folder = zvt->facts->folder;
  char code[2 * ZVT_PASSWORD + 1];
  zvt->cashier_mark = 0;
  if (zvt->cashier[0] == 0 || !cashiers_are_set(folder))
    return STATUS_OK;
  const uint64_t mark =
      cashier_mark(folder, zvt->cashier); /* before it: another code meanwhile is not the one that was checked */
  enum status status = zvt_password(password, ZVT_PASSWORD, code) ? cashier_check(folder, CODE_ZVT, zvt->cashier, code)
                                                                  : STATUS_WRONG_CASHIER;
  crypto_wipe(code, sizeof code);
  if (status == STATUS_OK)
    zvt->cashier_mark = mark;
  return status;
}

bool zvt_cashier_known(const struct register_zvt *zvt) {
  return zvt->cashier[0] == 0 ||
         (zvt->cashier_mark != 0 && zvt->cashier_mark == cashier_mark(zvt->facts->folder, zvt->cashier));
}

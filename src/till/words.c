/* SPDX-License-Identifier: Apache-2.0
 * The words of the till: its steps and kinds by their names. */
#include "till_state.h"

const char *till_step_name(enum till_step step) {
  static const char *const names[] = {
      "", "begun", "waiting", "card-in", "pin-wanted", "authorising", "question", "say", "remove-card", "done",
  };
  return step >= TILL_BEGUN && step <= TILL_DONE ? names[step] : "";
}

const char *till_kind_name(enum till_kind kind) {
  static const char *const names[] = {"", "sale", "refund", "load", "payout"};
  return kind >= TILL_SALE && kind <= TILL_PAYOUT ? names[kind] : "";
}

enum till_kind till_kind_of(uint8_t type) {
  switch (type) {
  case TRANSACTION_PURCHASE:
  case TRANSACTION_POINTS_PURCHASE:
  case TRANSACTION_OFFLINE_PURCHASE:
    return TILL_SALE;
  case TRANSACTION_REFUND:
    return TILL_REFUND;
  case TRANSACTION_LOAD:
    return TILL_LOAD;
  case TRANSACTION_PAYOUT:
    return TILL_PAYOUT;
  default:
    return 0;
  }
}

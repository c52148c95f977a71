/* SPDX-License-Identifier: Apache-2.0
 * The words of the till: its steps and kinds by their names; and whether a result says that it is done. */
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

bool till_is_done(const struct till_result *result) {
  return !result->running && !result->held &&
         (result->status == STATUS_OK || result->status == STATUS_UNREPORTED ||
          result->status == STATUS_REFERENCE_DONE);
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

/* SPDX-License-Identifier: Apache-2.0
 * Cash: the operator takes it and says so. */
#include <stddef.h>

#include "tender_driver.h"

enum status tender_open_cash(const struct tender_operator *operator, struct tender * tender) {
  static const struct hand_words words = {
      .kind = "cash",
      .charge = "Take the cash from the customer",
      .charged = "Is it taken?",
      .was = "was the cash taken?",
      .was_not = "Is it certain that no cash was taken, or that all of it was given back?",
      .give_back = "give the cash back to the customer.",
      .given = "Is it given back?",
      .receipt = NULL,
  };
  return tender_open_hand(&words, operator, tender);
}

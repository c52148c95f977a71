/* SPDX-License-Identifier: Apache-2.0
 * A bank's card reader that stands alone: the operator keys in the amount there and types its receipt number here. */
#include "tender_driver.h"

enum status tender_open_manual(const struct tender_operator *operator, struct tender * tender) {
  static const struct hand_words words = {
      .kind = "manual",
      .charge = "Charge on the bank's card reader",
      .charged = "Did it approve?",
      .was = "did the bank's card reader charge it?",
      .was_not = "Is it certain that the bank's card reader did not charge?",
      .give_back = "reverse the charge on the bank's card reader.",
      .given = "Did it reverse?",
      .receipt = "Number of the bank's receipt:",
  };
  return tender_open_hand(&words, operator, tender);
}

/* SPDX-License-Identifier: Apache-2.0
 * How a transaction ended whose card is not here. */
#include "fate.h"

#include "epurse/inquiry.h"
#include "evidence.h"

/* Nobody was paid by the card: a purchase is over; what was charged for a load goes back, if the server says so. */
static void fate_released(struct order *order, const struct evidence *word) {
  if (order->entry.type == TRANSACTION_LOAD)
    (void)!reversal_run(order, word);
  else
    order_cancel(order, word);
}

enum status fate_settle(struct order *order) {
  struct evidence word;
  enum status status = evidence_by_inquiry(order, &word);
  if (status != STATUS_OK)
    return status;
  if (word.kind == EVIDENCE_SECRET)
    return order_take_secret(order, &word);
  if (word.fate == FATE_RELEASED)
    fate_released(order, &word);
  else if (word.fate == FATE_OWED) /* the card was at another terminal since, and has signed that it was not credited */
    status = order_leave(order, &word);
  return status; /* anything else contradicts the authorisation, and is for people to look at */
}

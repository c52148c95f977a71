/* SPDX-License-Identifier: Apache-2.0
 * What a purchase, a refund and a payout have in common with their card in the session: promise, authorisation, commit,
 * proof. */
#include "order.h"

#include "evidence.h"
#include "reference.h"

/* A promise and the server's authorisation of it; without that the entry is cancelled. *same: it was done before. */
static enum status authorisation_get(struct order *order, const struct payment_request *request,
                                     enum message_type question, bool *same) {
  enum status status = order_promise(order, request->type, request->amount);
  if (status != STATUS_OK)
    return status;
  status = order_finish_by_promise(order, request, same);
  if (*same)
    return STATUS_OK;
  if (status == STATUS_OK)
    status = order_ask(order, question);
  if (status != STATUS_OK)
    order_cancel(order, NULL);
  if (status != STATUS_REFERENCE_DONE)
    return status;
  status = reference_first(order, request);
  *same = status == STATUS_OK;
  return status;
}

/* The server may have counted more without a PIN than the card has: it gets another promise, with the PIN. */
enum status order_carry_out(struct order *order, const struct payment_request *request, enum message_type question) {
  struct evidence evidence;
  bool same = false;
  enum status status = authorisation_get(order, request, question, &same);
  if (status == STATUS_PIN_NEEDED && !order->ask_pin) {
    order->ask_pin = true;
    status = authorisation_get(order, request, question, &same);
  }
  if (status != STATUS_OK || same)
    return status;
  status = order_commit(order, &evidence);
  if (status != STATUS_OK)
    return status; /* the card may have done it: stays open until it comes again */
  return order_finish(order, &evidence);
}

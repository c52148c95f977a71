/* SPDX-License-Identifier: Apache-2.0
 * A refund: the card promises to take back what it paid, the server authorises, the card is credited. No PIN: nothing
 * leaves the card. */
#include <string.h>

#include "epurse/journal.h"
#include "epurse/terminal_refund.h"

#include "contact.h"
#include "order.h"
#include "recover.h"
#include "reference.h"

static enum status refund_meet(struct order *order, const struct payment *payment, const struct sale *sale) {
  const struct payment_request request = {TRANSACTION_REFUND, payment->amount, payment->reference, sale->atc};
  bool same = false;
  enum status status = contact_identify(order->contact);
  if (status == STATUS_OK && memcmp(order->contact->cid, sale->cid, CID_SIZE) != 0)
    status = STATUS_SALE_UNKNOWN;
  if (status == STATUS_OK)
    status = order_finish_earlier(order, &request, &same);
  if (status != STATUS_OK || same)
    return status;
  return order_carry_out(order, &request, MESSAGE_REFUND);
}

enum status refund_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct sale *sale, const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct order order = {.terminal = terminal,
                        .contact = &contact,
                        .outcome = outcome,
                        .reference = payment->reference,
                        .sale_atc = sale->atc,
                        .sale_in_points = sale->in_points};
  order_outcome_clear(outcome);
  outcome->amount = payment->amount;
  reference_note(outcome, payment);
  enum status status = order_check(terminal, ROLE_POS, payment);
  if (status == STATUS_OK) /* the sale's own proof goes first, where the server has not heard it */
    status = recover_run(terminal, NULL, false, NULL);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, payment->wait_seconds);
  if (status == STATUS_OK) {
    status = journal_claim(terminal->journal);
    if (status == STATUS_OK) {
      status = refund_meet(&order, payment, sale);
      if (status == STATUS_OK)
        status = order_report(&order);
      journal_release(terminal->journal);
    }
  }
  contact_close(&contact);
  return status;
}

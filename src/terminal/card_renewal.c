/* SPDX-License-Identifier: Apache-2.0
 * A card is renewed: emptied by a payout that goes back to it, which is its last word; then the server moves what it is
 * owed, and the old card dies. */
#include "epurse/terminal_card_renewal.h"

#include <string.h>

#include "epurse/backend.h"
#include "epurse/journal.h"
#include "epurse/message_approval.h"
#include "epurse/terminal_payout.h"

#include "contact.h"
#include "offline.h"
#include "order.h"
#include "recover.h"

#define TRIES 3 /* an earlier payout that is finished first is one of them */

enum status card_renewal_ask(struct terminal *terminal, struct card_renewal *renewal) {
  struct replacement_message cards;
  struct message reply;
  if (terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  memcpy(cards.cid, renewal->cid, CID_SIZE);
  memcpy(cards.new_cid, renewal->new_cid, CID_SIZE);
  enum status status = backend_call(terminal->backend, MESSAGE_CARD_RENEWAL, replacement_body(&cards), &reply);
  if (status != STATUS_OK)
    return backend_in_doubt(terminal->backend) ? STATUS_OUTCOME_UNKNOWN : status;
  status = reply.status;
  if (status == STATUS_OK && renewal_reply_parse(reply.body, &renewal->done) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  if (status == STATUS_APPROVAL_WAITS && approval_waits_parse(reply.body, &renewal->approval) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

/* ---- with the card ---- */

static enum status empty_once(struct contact *contact, const struct amount *amount, struct balance *left) {
  const struct payment_request request = {.type = TRANSACTION_PAYOUT, .amount = *amount};
  struct outcome outcome;
  struct order order = {.terminal = contact->terminal, .contact = contact, .outcome = &outcome};
  bool same = false;
  order_outcome_clear(&outcome);
  enum status status = order_finish_earlier(&order, &request, &same);
  if (status == STATUS_OK)
    status = session_balance(&contact->session, left);
  if (status != STATUS_OK || left->balance == 0)
    return status;
  order = (struct order){.terminal = contact->terminal, .contact = contact, .outcome = &outcome};
  const struct payment_request all = {.type = TRANSACTION_PAYOUT, .amount = {left->balance, amount->currency}};
  status = order_carry_out(&order, &all, MESSAGE_PAYOUT);
  return status == STATUS_OK ? session_balance(&contact->session, left) : status;
}

/* Until nothing is left on it; what it has paid out is owed to it. */
static enum status card_empty(struct contact *contact) {
  const struct terminal *terminal = contact->terminal;
  struct amount amount = {1, terminal->currency->numeric};
  struct balance left = {.balance = 1};
  unsigned count = 0;
  int64_t put_back = 0;
  enum status status = journal_claim(terminal->journal);
  if (status != STATUS_OK)
    return status;
  for (int tries = 0; status == STATUS_OK && left.balance > 0 && tries < TRIES; tries++)
    status = empty_once(contact, &amount, &left);
  journal_release(terminal->journal);
  enum status back = payouts_put_back(contact->terminal, &count, &put_back);
  return status == STATUS_OK ? back : status;
}

/* What it paid off-line, and nobody has brought in, is booked before it dies. */
static void stored_bring(struct contact *contact) {
  struct order order = {.terminal = contact->terminal, .contact = contact};
  offline_bring_stored(&order);
}

/* Verdicts that came with the block order. */
static bool is_dead(enum status verdict) {
  return verdict == STATUS_CARD_BLOCKED || verdict == STATUS_CARD_CLOSED;
}

/* A card that is in use gives its last word; one that the server knows as expired or blocked has none to give. */
static enum status renewal_meet(struct contact *contact, struct card_renewal *renewal) {
  enum status verdict = contact_take_verdict(contact);
  memcpy(renewal->cid, contact->cid, CID_SIZE);
  renewal->killed = is_dead(verdict);
  if (verdict != STATUS_OK && verdict != STATUS_CARD_EXPIRED && !is_dead(verdict))
    return verdict;
  enum status status = verdict == STATUS_OK ? card_empty(contact) : STATUS_OK;
  if (status == STATUS_OK)
    status = card_renewal_ask(contact->terminal, renewal);
  if (status == STATUS_OK && !renewal->killed)
    renewal->killed = is_dead(contact_take_verdict(contact));
  return status;
}

enum status card_renewal_run(struct terminal *terminal, const struct card_renewal_meeting *meeting,
                             struct card_renewal *renewal) {
  struct contact contact = {.terminal = terminal, .reader = meeting->reader, .dialogue = meeting->dialogue};
  if (terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  enum status status = recover_run(terminal, NULL, false, NULL);
  if (status != STATUS_OK)
    return status;
  status = contact_open(&contact, meeting->wait_seconds);
  if (status == STATUS_OK)
    stored_bring(&contact);
  if (status == STATUS_OK)
    status = renewal_meet(&contact, renewal);
  contact_close(&contact);
  return status;
}

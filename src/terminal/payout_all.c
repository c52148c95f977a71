/* SPDX-License-Identifier: Apache-2.0
 * A payout of all that is on the card: its balance is read first, and the holder's PIN, typed once, does both. */
#include <string.h>

#include "contact.h"
#include "epurse/crypto.h"
#include "epurse/terminal_payout.h"
#include "payout.h"
#include "read.h"

struct typed {
  const struct dialogue *dialogue;
  char digits[PIN_MAX + 1];
};

static enum status pin_typed(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct typed *typed = context;
  const struct dialogue *dialogue = typed->dialogue;
  enum status status =
      dialogue->ask_pin == NULL ? STATUS_CANCELLED : dialogue->ask_pin(dialogue->context, tries_left, digits);
  if (status == STATUS_OK)
    memcpy(typed->digits, digits, sizeof typed->digits);
  return status;
}

static enum status pin_again(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct typed *typed = context;
  if (typed->digits[0] == 0) /* and is not kept: a wrong one must not be tried again */
    return pin_typed(context, tries_left, digits);
  memcpy(digits, typed->digits, sizeof typed->digits);
  crypto_wipe(typed->digits, sizeof typed->digits);
  return STATUS_OK;
}

/* The caller's own but for the PIN. */
static void say(void *context, const char *sentence) {
  const struct dialogue *dialogue = ((struct typed *)context)->dialogue;
  if (dialogue->say != NULL)
    dialogue->say(dialogue->context, sentence);
}

static void step(void *context, enum dialogue_step at) {
  const struct dialogue *dialogue = ((struct typed *)context)->dialogue;
  if (dialogue->step != NULL)
    dialogue->step(dialogue->context, at);
}

static enum status show(void *context, const struct outcome *outcome) {
  const struct dialogue *dialogue = ((struct typed *)context)->dialogue;
  return dialogue->show != NULL ? dialogue->show(dialogue->context, outcome) : STATUS_OK;
}

/* What was learnt of the card that is to be paid out. */
struct whole {
  int64_t minor;
  uint8_t cid[CID_SIZE];
};

/* Of one that has ended the card and is not finished: that goes on before the server hears that the card is here, for
 * its word would kill the card, and what finishes it then is recover. */
static enum status amount_of_closed(struct contact *contact, const struct payment *payment, struct whole *whole) {
  enum status status = contact_open(contact, payment->wait_seconds);
  if (status == STATUS_OK)
    status = contact_identify(contact);
  if (status != STATUS_OK)
    return status;
  memcpy(whole->cid, contact->cid, CID_SIZE);
  return payout_open_amount(contact->terminal, contact->cid, true, &whole->minor);
}

/* A payout of nothing is none, unless it closes the card, or the card has paid out all of it just now, and that goes
 * on. */
static enum status amount_read(struct contact *contact, const struct payment *payment, struct whole *whole,
                               unsigned *tries_left) {
  struct balance balance = {.balance = 0};
  struct card_info info;
  enum status status = payment->closes ? amount_of_closed(contact, payment, whole) : STATUS_INSUFFICIENT_BALANCE;
  if (status != STATUS_INSUFFICIENT_BALANCE) {
    contact_close(contact);
    return status;
  }
  status = read_balance(contact, payment->wait_seconds, &balance, &info, tries_left);
  whole->minor = balance.balance;
  if (status != STATUS_OK)
    return status;
  memcpy(whole->cid, info.cid, CID_SIZE);
  if (balance.balance > 0)
    return status;
  status = payout_open_amount(contact->terminal, info.cid, false, &whole->minor);
  return status == STATUS_INSUFFICIENT_BALANCE && payment->closes ? STATUS_OK : status;
}

enum status payout_all_run(struct terminal *terminal, struct reader *reader, struct payment *payment,
                           const struct payout_desk *desk, const struct dialogue *dialogue, struct outcome *outcome) {
  struct typed typed = {.dialogue = dialogue};
  const struct dialogue own = {.context = &typed,
                               .ask_pin = pin_typed,
                               .say = say,
                               .show = dialogue->show == NULL ? NULL : show,
                               .step = step,
                               .words = dialogue->words,
                               .tap = dialogue->tap};
  struct dialogue again = own;
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = &own};
  again.ask_pin = pin_again;
  struct whole whole = {.minor = 0};
  enum status status = amount_read(&contact, payment, &whole, &outcome->tries_left);
  payment->amount = (struct amount){whole.minor, terminal->currency->numeric};
  struct payment of_card = *payment;
  of_card.cid = whole.cid;
  if (status == STATUS_OK)
    status = payout_run(terminal, reader, &of_card, desk, &again, outcome);
  crypto_wipe(&typed, sizeof typed);
  return status;
}

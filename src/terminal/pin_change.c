/* SPDX-License-Identifier: Apache-2.0
 * A change of PIN: the right one to the card; what the card signs of it, and the new one, to the server, which from
 * then on knows both; then the change on the card, and what it signs of that to the server. Torn anywhere, one PIN
 * pays. */
#include <string.h>

#include "epurse/backend.h"
#include "epurse/pin_envelope.h"
#include "epurse/terminal.h"

#include "contact.h"
#include "order.h"
#include "pin_encipher.h"
#include "pin_report.h"

#define SETTLE_ROUNDS 2 /* each may cost one of the five tries, which the right PIN gives back */

struct pin_change {
  struct contact contact;
  uint8_t cid[CID_SIZE];
  char old_pin[PIN_MAX + 1], new_pin[PIN_MAX + 1];
  uint8_t old_block[PIN_BLOCK_SIZE], new_block[PIN_BLOCK_SIZE];
};

/* contact_attempt: the card takes the old PIN before anybody else is asked; wrong ones are counted here. */
static enum status attempt_old(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                               uint8_t *tries_left) {
  struct pin_change *change = context;
  memcpy(change->old_pin, digits, strlen(digits) + 1);
  memcpy(change->old_block, block, PIN_BLOCK_SIZE);
  return contact_verify(&change->contact, block, tries_left);
}

static enum status change_ask(struct pin_change *change, unsigned *tries_left) {
  const struct dialogue *dialogue = change->contact.dialogue;
  struct contact_pin pin = {attempt_old, change, 0};
  enum status status = contact_try_pin(&change->contact, &pin);
  *tries_left = pin.tries_left;
  if (status != STATUS_OK)
    return status;
  if (dialogue->ask_new_pin == NULL) /* there is a dialogue: it brought the old one */
    return STATUS_CANCELLED;
  status = dialogue->ask_new_pin(dialogue->context, change->new_pin);
  return status == STATUS_OK ? pin_block_encode(change->new_pin, change->new_block) : status;
}

static enum status change_seal(const struct pin_change *change, char jwe[PIN_JWE_MAX]) {
  struct pin_envelope envelope = {.atc = 0};
  memcpy(envelope.cid, change->cid, sizeof envelope.cid);
  memcpy(envelope.pin, change->new_pin, strlen(change->new_pin) + 1);
  return pin_encipher(change->contact.terminal, &envelope, jwe);
}

/* The server's half, with the record of the right PIN that has just been shown. Where its answer is lost, it may know
 * both from now on; the old one is among them. */
static enum status change_propose(const struct pin_change *change) {
  struct pin_change_message question;
  struct message reply;
  memcpy(question.record, change->contact.session.pin_record, sizeof question.record);
  enum status status = change_seal(change, question.new_pin_jwe);
  if (status != STATUS_OK)
    return status;
  contact_step(&change->contact, DIALOGUE_AUTHORISING);
  status = backend_call(change->contact.terminal->backend, MESSAGE_PIN_CHANGE, pin_change_body(&question), &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  message_clear(&reply);
  return status;
}

/* The card's half; the server hears of it, now or when it can be reached. */
static enum status change_replace(struct pin_change *change) {
  const struct session_pin_change both = {change->old_block, change->new_block, change->contact.nonce};
  uint8_t tries_left;
  enum status status = session_change_pin(&change->contact.session, &both, &tries_left);
  if (status == STATUS_OK)
    pin_report(change->contact.terminal, change->contact.session.pin_record);
  return status;
}

/* The card takes the new PIN now, or still the old one. Then the change is made now, from its beginning: the record of
 * the right PIN must be of this session. */
static enum status change_try_again(struct pin_change *change) {
  uint8_t tries_left;
  enum status status = contact_verify(&change->contact, change->new_block, &tries_left);
  if (status != STATUS_WRONG_PIN)
    return status == STATUS_OK ? STATUS_OK : STATUS_OUTCOME_UNKNOWN;
  status = contact_verify(&change->contact, change->old_block, &tries_left);
  if (status != STATUS_OK)
    return STATUS_OUTCOME_UNKNOWN;
  status = change_propose(change);
  if (status != STATUS_OK)
    return status; /* the old one holds: the card refused the new one under its R-MAC */
  return change_replace(change) == STATUS_OK ? STATUS_OK : STATUS_OUTCOME_UNKNOWN;
}

/* An error word proves nothing, so whatever is not a yes under an R-MAC is settled by asking the card which PIN it
 * takes. */
static enum status change_finish(struct pin_change *change) {
  enum status status = STATUS_OUTCOME_UNKNOWN;
  for (int round = 0; round < SETTLE_ROUNDS && status == STATUS_OUTCOME_UNKNOWN; round++) {
    if (contact_return(&change->contact, change->cid) != STATUS_OK)
      break;
    status = change_try_again(change);
  }
  if (status == STATUS_OUTCOME_UNKNOWN)
    contact_say(&change->contact, "The card takes the old PIN or the new one: try the new one first.");
  return status;
}

/* With the card in a session. An expired card has no use for a PIN, not even at the desk. */
static enum status change_run(struct pin_change *change, struct outcome *outcome) {
  enum status status = change->contact.session.state == CARD_EXPIRED ? STATUS_CARD_EXPIRED : STATUS_OK;
  if (status == STATUS_OK)
    status = contact_take_verdict(&change->contact);
  if (status != STATUS_OK)
    return status;
  memcpy(change->cid, change->contact.cid, sizeof change->cid);
  memcpy(outcome->cid, change->contact.cid, sizeof outcome->cid);
  status = change_ask(change, &outcome->tries_left);
  if (status == STATUS_OK)
    status = change_propose(change);
  if (status != STATUS_OK)
    return status;
  status = change_replace(change);
  return status == STATUS_OK ? status : change_finish(change);
}

enum status pin_change_run(struct terminal *terminal, struct reader *reader, int wait_seconds,
                           const struct dialogue *dialogue, struct outcome *outcome) {
  struct pin_change change = {.contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue}};
  order_outcome_clear(outcome);
  if (terminal->role != ROLE_POS && terminal->role != ROLE_RELOAD && terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  enum status status = contact_open(&change.contact, wait_seconds);
  if (status == STATUS_OK)
    status = change_run(&change, outcome);
  contact_close(&change.contact);
  crypto_wipe(&change, sizeof change);
  return status;
}

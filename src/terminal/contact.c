/* SPDX-License-Identifier: Apache-2.0
 * Meeting a card: wait, connect, open the session, ask for the PIN. */
#include "contact.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#include "epurse/backend.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/terminal.h"

#include "no_pin.h"
#include "pin_report.h"

#define REOPEN_ATTEMPTS     3
#define REOPEN_PAUSE_MS     250 /* a reader may take 400 ms to see that its card has gone */
#define REOPEN_WAIT_SECONDS 10
#define LEAVING_SECONDS     1 /* a card that does not let itself be powered has gone by then, or is asked for again */

void contact_say(const struct contact *contact, const char *sentence) {
  if (contact->dialogue != NULL && contact->dialogue->say != NULL)
    contact->dialogue->say(contact->dialogue->context, sentence);
}

void contact_step(const struct contact *contact, enum dialogue_step step) {
  if (contact->dialogue != NULL && contact->dialogue->step != NULL)
    contact->dialogue->step(contact->dialogue->context, step);
}

const char *contact_words(const struct contact *contact, const char *english) {
  return contact->dialogue != NULL && contact->dialogue->words != NULL ? contact->dialogue->words(english) : english;
}

void contact_amount(const struct contact *contact, int64_t minor, uint16_t currency, char text[AMOUNT_TEXT_MAX]) {
  const struct lconv *locale = localeconv();
  const struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  const bool people = contact->dialogue != NULL && contact->dialogue->words != NULL;
  if (amount_print((struct amount){minor, currency}, people ? &format : NULL, text, AMOUNT_TEXT_MAX) == 0)
    text[0] = '\0';
}

static void contact_leave(struct contact *contact) {
  session_close(&contact->session);
  if (contact->connected)
    reader_disconnect(contact->reader);
  contact->open = contact->connected = contact->cid_known = false;
}

void contact_close(struct contact *contact) {
  contact_leave(contact);
}

/* Powers the card that is there. */
static enum status card_power(struct contact *contact) {
  contact_step(contact, DIALOGUE_CARD_IN);
  enum status status = reader_connect(contact->reader);
  contact->connected = status == STATUS_OK;
  if (contact->connected)
    reader_cancel_fd(contact->reader, -1); /* what has begun is brought to its end */
  return status;
}

static void card_ask(struct contact *contact) {
  contact_step(contact, DIALOGUE_WAITING);
  if (contact->dialogue != NULL && contact->dialogue->tap)
    contact_say(contact, "Hold the card to the reader.");
  else
    contact_say(contact, "Insert the card.");
  if (contact->terminal->later.while_waiting != NULL) /* nobody waits for the line meanwhile */
    contact->terminal->later.while_waiting(contact->terminal);
}

int64_t contact_now(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

/* Until when a card is waited for; INT64_MAX: for ever. */
static int64_t wait_end(int wait_seconds) {
  return wait_seconds < 0 ? INT64_MAX : contact_now() + wait_seconds * INT64_C(1000);
}

/* Asks for a card until one lets itself be powered. left: one was on its way out. */
static enum status card_await(struct contact *contact, int64_t end, bool left) {
  enum status status = STATUS_NO_CARD;
  while (status == STATUS_NO_CARD && contact_now() < end) {
    if (left)
      (void)!reader_wait(contact->reader, false, LEAVING_SECONDS);
    card_ask(contact);
    status = reader_wait(contact->reader, true, end == INT64_MAX ? -1 : (int)((end - contact_now() + 999) / 1000));
    if (status == STATUS_OK)
      status = card_power(contact);
    left = status == STATUS_NO_CARD;
  }
  return status;
}

/* One that was on its way out, of the customer before, is no answer to who is waited for. */
static enum status card_meet(struct contact *contact, int64_t end, bool *asked) {
  enum status status = reader_wait(contact->reader, true, 0);
  bool left = status == STATUS_OK;
  if (left)
    status = card_power(contact);
  *asked = status == STATUS_TIMEOUT || status == STATUS_NO_CARD;
  if (*asked)
    status = card_await(contact, end, left);
  return status == STATUS_TIMEOUT ? STATUS_NO_CARD : status;
}

enum status contact_wait(struct contact *contact, int wait_seconds) {
  bool asked;
  return card_meet(contact, wait_end(wait_seconds), &asked);
}

enum status contact_enter(struct contact *contact) {
  bool desk = contact->terminal->role == ROLE_PERSO;
  enum status status = session_open(&contact->session, contact->reader, &contact->terminal->session_keys, desk);
  contact->open = status == STATUS_OK;
  return status;
}

enum status contact_open(struct contact *contact, int wait_seconds) {
  const int64_t end = wait_end(wait_seconds);
  bool asked;
  enum status status = card_meet(contact, end, &asked);
  if (status == STATUS_OK)
    status = contact_enter(contact);
  /* Nobody was asked for a card that goes as it is spoken to: pcscd had not noticed yet that it was on its way out. */
  if (status == STATUS_CARD_LOST && !asked && contact_now() < end) {
    contact_leave(contact);
    status = card_await(contact, end, true);
    if (status == STATUS_OK)
      status = contact_enter(contact);
  }
  if (status == STATUS_TIMEOUT)
    status = STATUS_NO_CARD;
  if (status != STATUS_OK)
    contact_leave(contact);
  return status;
}

/* Whether trying again can help. Not CARD_SILENT: whoever stands at the till has waited long enough, and another
 * meeting finishes it. */
static bool is_loss(enum status status) {
  return status == STATUS_NO_CARD || status == STATUS_CARD_LOST || status == STATUS_CARD_RESET ||
         status == STATUS_CARD_MUTE || status == STATUS_READER_BUSY || status == STATUS_CHANNEL_BROKEN ||
         status == STATUS_NOT_AUTHENTICATED;
}

/* Whether a card is there, or is put back by somebody who can be asked to. */
static bool card_is_back(const struct contact *contact) {
  if (reader_wait(contact->reader, true, 0) != STATUS_TIMEOUT)
    return true;
  if (contact->dialogue == NULL || contact->dialogue->say == NULL)
    return false;
  contact_step(contact, DIALOGUE_RETURNING);
  if (contact->dialogue->tap)
    contact_say(contact, "The card was taken away too early: hold it there once more.");
  else
    contact_say(contact, "Put the same card back: it is not finished.");
  if (reader_wait(contact->reader, true, REOPEN_WAIT_SECONDS) == STATUS_TIMEOUT)
    return false;
  contact_step(contact, DIALOGUE_CARD_IN);
  return true;
}

enum status contact_reopen(struct contact *contact) {
  static const struct timespec pause = {0, REOPEN_PAUSE_MS * 1000000L};
  enum status status = STATUS_CARD_LOST;
  for (int i = 0; i < REOPEN_ATTEMPTS && is_loss(status); i++) {
    contact_leave(contact);
    if (i > 0)
      nanosleep(&pause, NULL);
    if (status == STATUS_NO_CARD) /* it said that one is there: that has not been noticed yet */
      (void)!reader_wait(contact->reader, false, LEAVING_SECONDS);
    if (!card_is_back(contact))
      return STATUS_NO_CARD;
    status = reader_connect(contact->reader);
    contact->connected = status == STATUS_OK;
    if (status == STATUS_OK)
      status = contact_enter(contact);
  }
  if (status != STATUS_OK)
    contact_leave(contact);
  return status;
}

enum status contact_identify(struct contact *contact) {
  struct card_info info;
  if (contact->cid_known)
    return STATUS_OK;
  enum status status = session_info(&contact->session, &info);
  if (status == STATUS_OK) {
    memcpy(contact->cid, info.cid, sizeof contact->cid);
    contact->cid_known = true;
  }
  return status;
}

enum status contact_return(struct contact *contact, const uint8_t cid[CID_SIZE]) {
  enum status status = contact_reopen(contact);
  if (status == STATUS_OK)
    status = contact_identify(contact);
  return status == STATUS_OK && memcmp(contact->cid, cid, CID_SIZE) != 0 ? STATUS_OUTCOME_UNKNOWN : status;
}

/* What the server said of the card, the block order delivered; a card that does not take it is no better off. */
static enum status block_order_deliver(struct contact *contact, const struct message *message) {
  struct transaction_reply reply;
  if (transaction_reply_parse(message->body, &reply) != STATUS_OK)
    return message->status;
  if (message->status == STATUS_OK)
    no_pin_learn(contact->terminal, reply.no_pin_single);
  if (reply.has_block_order)
    (void)!session_block(&contact->session, reply.block_order);
  return message->status;
}

enum status contact_take_verdict(struct contact *contact) {
  struct card_message card = {.reason = ""};
  struct message reply;
  enum status status = contact_identify(contact);
  if (status != STATUS_OK)
    return status;
  memcpy(card.cid, contact->cid, sizeof card.cid);
  json_t *body = card_message_body(MESSAGE_CARD_CONTACT, &card);
  status = backend_call(contact->terminal->backend, MESSAGE_CARD_CONTACT, body, &reply);
  switch (status) {
  case STATUS_OK:
    status = block_order_deliver(contact, &reply);
    message_clear(&reply);
    return status;
  case STATUS_TERMINAL_REVOKED: /* what the server refuses this terminal, the terminal refuses too */
  case STATUS_NOT_PERMITTED:
  case STATUS_TERMINAL_REPLACED:
  case STATUS_CLOCK_OFF:
    return status;
  default:
    return STATUS_OK;
  }
}

enum status contact_verify(struct contact *contact, const uint8_t block[PIN_BLOCK_SIZE], uint8_t *tries_left) {
  if (!crypto_random(contact->nonce, sizeof contact->nonce))
    return STATUS_CRYPTO_FAILED;
  return session_verify(&contact->session, block, contact->nonce, tries_left);
}

/* Asks once and attempts once. */
static enum status try_once(struct contact *contact, struct contact_pin *pin, bool *asked) {
  const struct dialogue *dialogue = contact->dialogue;
  char digits[PIN_MAX + 1] = "";
  uint8_t block[PIN_BLOCK_SIZE] = {0};
  uint8_t tries_left = 0;
  *asked = false;
  enum status status = STATUS_CANCELLED;
  if (dialogue == NULL || dialogue->ask_pin == NULL)
    goto out;
  status = dialogue->ask_pin(dialogue->context, pin->tries_left, digits);
  if (status == STATUS_OK)
    status = pin_block_encode(digits, block);
  if (status != STATUS_OK)
    goto out;
  *asked = true;
  status = pin->attempt(pin->context, digits, block, &tries_left);
  if (status == STATUS_WRONG_PIN || status == STATUS_PIN_BLOCKED) {
    pin->tries_left = tries_left;
    pin_report(contact->terminal, contact->session.pin_record);
  }
out:
  crypto_wipe(digits, sizeof digits);
  crypto_wipe(block, sizeof block);
  return status;
}

enum status contact_try_pin(struct contact *contact, struct contact_pin *pin) {
  bool asked, wrong = false;
  pin->tries_left = PIN_TRIES;
  for (;;) {
    enum status status = try_once(contact, pin, &asked);
    if (!asked && wrong)
      return STATUS_WRONG_PIN; /* gave up */
    if (status != STATUS_WRONG_PIN)
      return status;
    wrong = true;
  }
}

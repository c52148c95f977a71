/* SPDX-License-Identifier: Apache-2.0
 * --tap: what people do comes first, so that the card is held no longer than its commands take. */
#include "tap.h"

#include <string.h>

#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "terminal_program.h"

#define TAPS_MAX      5
#define GONE_SECONDS  1  /* a reader may take half of it to see that its card has gone */
#define RETAP_SECONDS 10 /* at least so long a card is waited for that was there already */

enum status tap_begin(struct terminal_program *self, const struct payment *payment) {
  bool without = !self->wanted_load && !payment->ask_pin && payment->amount.minor <= self->terminal->no_pin_single;
  if (!self->dialogue.tap || without)
    return STATUS_OK;
  return self->dialogue.ask_pin(self->dialogue.context, PIN_TRIES, self->tap_pin);
}

/* struct dialogue: ask_pin while the card is there. Once in a meeting; whoever was not asked before is asked now. */
static enum status show_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct terminal_program *self = context;
  self->tries_left = tries_left;
  if (self->tap_shown)
    return STATUS_CANCELLED; /* the next one is asked for without the card */
  self->tap_shown = true;
  if (self->tap_pin[0] == 0) {
    enum status status = self->dialogue.ask_pin(self->dialogue.context, tries_left, self->tap_pin);
    if (status != STATUS_OK)
      return status;
  }
  memcpy(digits, self->tap_pin, sizeof self->tap_pin);
  return STATUS_OK;
}

/* struct dialogue: step. */
static void note_step(void *context, enum dialogue_step step) {
  struct terminal_program *self = context;
  self->tap_met = self->tap_met || step == DIALOGUE_CARD_IN;
  event_step(context, step);
}

/* The card went before it had promised anything that stands: the same again is the first. */
static bool is_taken_away(const struct terminal_program *self, enum status status) {
  return (status == STATUS_NO_CARD && self->tap_met) || status == STATUS_CARD_LOST || status == STATUS_CARD_RESET ||
         status == STATUS_CARD_MUTE || status == STATUS_CHANNEL_BROKEN;
}

/* Whether there is to be another meeting with the card. */
static bool goes_on(struct terminal_program *self, enum status status, const struct outcome *outcome) {
  if (is_taken_away(self, status)) {
    self->dialogue.say(self->dialogue.context, SENTENCE("The card was taken away too early: hold it there once more."));
    return reader_wait(self->reader, false, GONE_SECONDS) != STATUS_CANCELLED;
  }
  if (status != STATUS_WRONG_PIN)
    return false;
  return self->dialogue.ask_pin(self->dialogue.context, outcome->tries_left, self->tap_pin) == STATUS_OK;
}

enum status tap_run(struct terminal_program *self, tap_flow *flow, struct payment *payment, struct outcome *outcome) {
  struct dialogue dialogue = self->dialogue;
  enum status status = STATUS_CANCELLED;
  if (!dialogue.tap)
    return flow(self->terminal, self->reader, payment, &dialogue, outcome);
  dialogue.ask_pin = show_pin;
  dialogue.step = note_step;
  for (int taps = 0; taps < TAPS_MAX; taps++) {
    self->tap_shown = self->tap_met = false;
    status = flow(self->terminal, self->reader, payment, &dialogue, outcome);
    if (taps + 1 == TAPS_MAX || !goes_on(self, status, outcome))
      break;
    if (payment->wait_seconds >= 0 && payment->wait_seconds < RETAP_SECONDS)
      payment->wait_seconds = RETAP_SECONDS;
  }
  crypto_wipe(self->tap_pin, sizeof self->tap_pin);
  return status;
}

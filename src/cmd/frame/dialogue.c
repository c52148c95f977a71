/* SPDX-License-Identifier: Apache-2.0
 * The people at the terminal: PIN by file descriptor or hidden prompt, sentences on stderr, the operator's yes and no.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "terminal_program.h"

/* Asks a person until it is a PIN: a slip of the keys costs no try, the card is not asked. */
static enum status prompt_pin(const char *prompt, char digits[PIN_MAX + 1]) {
  for (;;) {
    uint8_t block[PIN_BLOCK_SIZE];
    enum status status = secret_from_prompt(prompt, digits, PIN_MAX + 1);
    if (status != STATUS_OK && status != STATUS_BAD_LENGTH)
      return status;
    enum status form = status == STATUS_OK ? pin_block_encode(digits, block) : status;
    crypto_wipe(block, sizeof block);
    if (form == STATUS_OK)
      return STATUS_OK;
    fprintf(stderr, "A PIN has %d to %d digits.\n", PIN_MIN, PIN_MAX);
  }
}

/* From a machine: a line of the descriptor. One that brought none must not be asked. */
static enum status read_pin(const struct terminal_program *self, char digits[PIN_MAX + 1]) {
  if (self->pin_fd < 0)
    return STATUS_CANCELLED;
  enum status status = secret_from_fd((int)self->pin_fd, digits, PIN_MAX + 1);
  return status == STATUS_STORE_FAILED ? STATUS_CANCELLED : status; /* no further line: no further try */
}

/* Without a person there must be a descriptor. */
static enum status prompt_pin_of(const struct terminal_program *self, const char *prompt, char digits[PIN_MAX + 1]) {
  enum status status = prompt_pin(prompt, digits);
  if (status == STATUS_USAGE)
    fprintf(stderr, "%s: there is no terminal to ask for the PIN at; give it with --pin-fd\n", self->program->name);
  return status;
}

static enum status ask_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  const struct terminal_program *self = context;
  char prompt[64] = "PIN: ";
  if (tries_left < PIN_TRIES)
    snprintf(prompt, sizeof prompt, "Wrong PIN, %u %s left. PIN: ", tries_left, tries_left == 1 ? "try" : "tries");
  if (self->pin_fd < 0 && !self->json)
    return prompt_pin_of(self, prompt, digits);
  return self->one_try && tries_left < PIN_TRIES ? STATUS_CANCELLED : read_pin(self, digits);
}

/* Nobody sees what is typed, so a person types it twice. */
static enum status ask_new_pin(void *context, char digits[PIN_MAX + 1]) {
  const struct terminal_program *self = context;
  char again[PIN_MAX + 1] = "";
  enum status status = STATUS_OK;
  if (self->pin_fd >= 0 || self->json)
    return read_pin(self, digits);
  for (bool same = false; status == STATUS_OK && !same;) {
    status = prompt_pin("New PIN: ", digits);
    if (status == STATUS_OK)
      status = prompt_pin("The new PIN once more: ", again);
    same = strcmp(digits, again) == 0;
    if (status == STATUS_OK && !same)
      fprintf(stderr, "That was not the same PIN twice.\n");
  }
  crypto_wipe(again, sizeof again);
  return status;
}

static void say(void *context, const char *sentence) {
  const struct terminal_program *self = context;
  if (!self->quiet)
    fprintf(stderr, "%s\n", sentence);
}

void dialogue_fill(struct terminal_program *self) {
  self->dialogue = (struct dialogue){.context = self, .ask_pin = ask_pin, .say = say, .ask_new_pin = ask_new_pin};
}

enum status operator_confirm(void *context, const char *question) {
  char answer[16] = "", yes_or_no[192];
  snprintf(yes_or_no, sizeof yes_or_no, "%s (y/n)", question);
  enum status status = operator_ask(context, yes_or_no, answer, sizeof answer);
  if (status != STATUS_OK)
    return status;
  return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 ? STATUS_OK : STATUS_CANCELLED;
}

enum status operator_ask(void *context, const char *question, char *text, unsigned capacity) {
  const struct terminal_program *self = context;
  (void)self;
  fprintf(stderr, "%s ", question);
  if (fgets(text, (int)capacity, stdin) == NULL)
    return STATUS_CANCELLED;
  text[strcspn(text, "\r\n")] = 0;
  return text[0] != 0 ? STATUS_OK : STATUS_CANCELLED;
}

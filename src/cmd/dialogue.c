/* SPDX-License-Identifier: Apache-2.0
 * The people at the terminal: PIN by file descriptor or hidden prompt, sentences on stderr, the operator's yes and no.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "terminal_program.h"

static enum status ask_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct terminal_program *self = context;
  char prompt[64] = "PIN: ";
  enum status status;
  if (tries_left < PIN_TRIES)
    snprintf(prompt, sizeof prompt, "Wrong PIN, %u %s left. PIN: ", tries_left, tries_left == 1 ? "try" : "tries");
  if (self->pin_fd < 0 && self->json)
    return STATUS_CANCELLED; /* a machine that brought no PIN must not be asked for one */
  if (self->pin_fd >= 0) {
    status = secret_from_fd((int)self->pin_fd, digits, PIN_MAX + 1);
    return status == STATUS_STORE_FAILED ? STATUS_CANCELLED : status; /* no further line: no further try */
  }
  for (;;) { /* a slip of the keys costs no try: the card is not asked */
    uint8_t block[PIN_BLOCK_SIZE];
    status = secret_from_prompt(prompt, digits, PIN_MAX + 1);
    if (status != STATUS_OK && status != STATUS_BAD_LENGTH)
      return status;
    enum status form = status == STATUS_OK ? pin_block_encode(digits, block) : status;
    crypto_wipe(block, sizeof block);
    if (form == STATUS_OK)
      return STATUS_OK;
    fprintf(stderr, "A PIN has %d to %d digits.\n", PIN_MIN, PIN_MAX);
  }
}

static void say(void *context, const char *sentence) {
  const struct terminal_program *self = context;
  if (!self->quiet)
    fprintf(stderr, "%s\n", sentence);
}

void dialogue_fill(struct terminal_program *self) {
  self->dialogue = (struct dialogue){self, ask_pin, say};
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

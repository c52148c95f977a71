/* SPDX-License-Identifier: Apache-2.0
 * The people at the terminal: PIN by file descriptor or hidden prompt, sentences on stderr, the operator's yes and no.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "language.h"
#include "problem.h"
#include "terminal_program.h"

#define PROMPT_MAX 256
#define SIGNAL_MS  100 /* between two looks for a signal that is held */
#define ASK_TIMES  20  /* then it is no person who answers */

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
    fprintf(stderr, translated("A PIN has %d to %d digits.\n"), PIN_MIN, PIN_MAX);
  }
}

/* Whether there is something to read, where a signal would not end the waiting for it by itself. */
static bool input_comes(const struct terminal_program *self, int fd) {
  static const struct timespec now = {0, 0};
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  while (self->cancelling != NULL && poll(&ready, 1, SIGNAL_MS) == 0)
    if (sigtimedwait(self->cancelling, NULL, &now) > 0)
      return false;
  return true;
}

/* From a machine: a line of the descriptor. One that brought none must not be asked. */
static enum status read_pin(const struct terminal_program *self, char digits[PIN_MAX + 1]) {
  if (self->pin_fd < 0)
    problem_say(self->program->name, "with --json nobody is asked for the PIN; give it with --pin-fd");
  if (self->pin_fd < 0 || !input_comes(self, (int)self->pin_fd))
    return STATUS_CANCELLED;
  enum status status = secret_from_fd((int)self->pin_fd, digits, PIN_MAX + 1);
  return status == STATUS_STORE_FAILED ? STATUS_CANCELLED : status; /* no further line: no further try */
}

/* Without a person there must be a descriptor. */
static enum status prompt_pin_of(const struct terminal_program *self, const char *prompt, char digits[PIN_MAX + 1]) {
  enum status status = prompt_pin(prompt, digits);
  if (status == STATUS_USAGE)
    problem_say(self->program->name,
                "there is no terminal to ask for the PIN at, or this runs in its background; give it with --pin-fd");
  return status;
}

/* What the cardholder agrees to by the PIN: who takes how much. */
static void prompt_print(const struct terminal_program *self, unsigned tries_left, char text[PROMPT_MAX]) {
  char amount[AMOUNT_TEXT_MAX], wrong[80] = "";
  const char *name = self->terminal->merchant_name[0] != 0 ? self->terminal->merchant_name : self->terminal->merchant;
  const bool payout = self->verb != NULL && strcmp(self->verb->name, "payout") == 0;
  if (tries_left < PIN_TRIES)
    snprintf(wrong, sizeof wrong,
             translated_count("Wrong PIN, %u try left. ", "Wrong PIN, %u tries left. ", tries_left), tries_left);
  if (self->wanted.minor == 0) {
    snprintf(text, PROMPT_MAX, translated("%sPIN: "), wrong);
    return;
  }
  report_amount(amount, self->wanted.minor, self->wanted.currency);
  snprintf(text, PROMPT_MAX,
           self->wanted_load ? translated("%s: load %s. %sPIN: ")
           : payout          ? translated("%s: payout %s. %sPIN: ")
           : self->points    ? translated("%s: %s in points. %sPIN: ")
                             : translated("%s: %s. %sPIN: "),
           name, amount, wrong);
}

static enum status ask_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct terminal_program *self = context;
  char prompt[PROMPT_MAX];
  self->tries_left = tries_left;
  prompt_print(self, tries_left, prompt);
  event_tell(self, "pin-wanted", json_pack("{s:i}", "tries_left", (int)tries_left));
  if (self->pin_fd < 0 && !self->json)
    return prompt_pin_of(self, prompt, digits);
  return self->one_try && tries_left < PIN_TRIES ? STATUS_CANCELLED : read_pin(self, digits);
}

/* Nobody sees what is typed, so a person types it twice. */
static enum status ask_new_pin(void *context, char digits[PIN_MAX + 1]) {
  const struct terminal_program *self = context;
  char again[PIN_MAX + 1] = "";
  enum status status = STATUS_OK;
  event_tell(self, "new-pin-wanted", NULL);
  if (self->pin_fd >= 0 || self->json)
    return read_pin(self, digits);
  for (bool same = false; status == STATUS_OK && !same;) {
    status = prompt_pin(translated("New PIN: "), digits);
    if (status == STATUS_OK)
      status = prompt_pin(translated("The new PIN once more: "), again);
    same = strcmp(digits, again) == 0;
    if (status == STATUS_OK && !same)
      fprintf(stderr, "%s\n", translated("That was not the same PIN twice."));
  }
  crypto_wipe(again, sizeof again);
  return status;
}

static void say(void *context, const char *sentence) {
  const struct terminal_program *self = context;
  if (!self->quiet)
    fprintf(stderr, "%s\n", translated(sentence));
}

void dialogue_fill(struct terminal_program *self) {
  self->dialogue = (struct dialogue){.context = self,
                                     .ask_pin = ask_pin,
                                     .say = say,
                                     .ask_new_pin = ask_new_pin,
                                     .step = event_step,
                                     .words = translated};
}

/* One whole line of stdin, its end and what does not fit cut off; false at the end of input. */
static bool line_read(const struct terminal_program *self, char *text, unsigned capacity, bool *fits) {
  unsigned len = 0;
  *fits = true;
  text[0] = 0;
  if (!input_comes(self, STDIN_FILENO))
    return false;
  int c = getchar();
  bool any = c != EOF;
  for (; c != EOF && c != '\n'; c = getchar()) {
    *fits = *fits && len + 1 < capacity;
    if (*fits)
      text[len++] = (char)c;
  }
  text[len] = 0;
  text[strcspn(text, "\r")] = 0;
  return any;
}

/* stderr is buffered by lines, and a question ends none: it is seen before the answer is waited for. */
static void question_print(const char *question, const char *behind) {
  fprintf(stderr, "%s%s", question, behind);
  fflush(stderr);
}

enum status operator_confirm(void *context, const char *question) {
  char line[64];
  bool fits, answered = false;
  for (int i = 0; i < ASK_TIMES; i++) {
    question_print(question, translated(" (y/n) "));
    if (!line_read(context, line, sizeof line, &fits))
      break;
    enum answer answer = fits ? answer_read(line) : ANSWER_NEITHER;
    if (answer != ANSWER_NEITHER)
      return answer == ANSWER_YES ? STATUS_OK : STATUS_CANCELLED;
    answered = true;
    fprintf(stderr, "%s\n", translated("Please answer yes or no."));
  }
  return answered ? STATUS_OUTCOME_UNKNOWN : STATUS_CANCELLED;
}

enum status operator_ask(void *context, const char *question, char *text, unsigned capacity) {
  bool fits = false;
  for (int i = 0; i < ASK_TIMES && !fits; i++) {
    question_print(question, " ");
    if (!line_read(context, text, capacity, &fits))
      return STATUS_CANCELLED;
    if (!fits)
      fprintf(stderr, translated("That is too long: at most %u characters.\n"), capacity - 1);
  }
  return fits && text[0] != 0 ? STATUS_OK : STATUS_CANCELLED;
}

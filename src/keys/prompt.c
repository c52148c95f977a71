/* SPDX-License-Identifier: Apache-2.0
 * A secret typed by a person: asked for on the terminal itself, not shown, and the terminal left as it was found. */
#include "epurse/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "epurse/crypto.h"

#define END_OF_TEXT         0x03 /* Ctrl-C */
#define END_OF_TRANSMISSION 0x04 /* Ctrl-D */
#define BACKSPACE           0x08
#define KILL_LINE           0x15 /* Ctrl-U */
#define DELETE              0x7F

struct prompt {
  int tty, signals; /* descriptors, -1: not open */
  struct termios before;
  bool changed; /* the terminal is not as it was */
  bool held;    /* signals are */
  sigset_t mask_before;
  int caught; /* a signal that must be raised again when the terminal is as it was, or 0 */
  char *text;
  size_t len, capacity;
  bool over;  /* more was typed than there is room for: what was kept is not the secret */
  bool ended; /* the line is */
};

/* Signals that would leave the terminal mute: held back and read from a descriptor, so that no handler and no
 * file-scope state is needed. */
static bool signals_hold(struct prompt *prompt) {
  static const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  sigset_t held;

  (void)sigemptyset(&held);
  for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
    (void)sigaddset(&held, fatal[i]);
  prompt->held = pthread_sigmask(SIG_BLOCK, &held, &prompt->mask_before) == 0;
  if (!prompt->held)
    return false;
  prompt->signals = signalfd(-1, &held, SFD_CLOEXEC);
  return prompt->signals >= 0;
}

static bool terminal_mute(struct prompt *prompt) {
  struct termios mute;

  if (tcgetattr(prompt->tty, &prompt->before) != 0)
    return false;
  mute = prompt->before;
  mute.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  mute.c_iflag |= ICRNL;
  mute.c_cc[VMIN] = 1;
  mute.c_cc[VTIME] = 0;
  prompt->changed = tcsetattr(prompt->tty, TCSAFLUSH, &mute) == 0;
  return prompt->changed;
}

static void terminal_write(const struct prompt *prompt, const char *text) {
  if (write(prompt->tty, text, strlen(text)) < 0)
    return; /* then there is nobody to read it */
}

/* Takes a typed byte; sets `ended` where it ends the line, well or not. A line that is too long is read to its end: its
 * rest must not be taken for another secret. */
static enum status byte_take(struct prompt *prompt, char byte) {
  enum status status = STATUS_OK;

  switch (byte) {
  case '\n':
    prompt->ended = true;
    status = prompt->over ? STATUS_BAD_LENGTH : STATUS_OK;
    break;
  case END_OF_TEXT:
  case END_OF_TRANSMISSION:
    status = STATUS_CANCELLED;
    break;
  case BACKSPACE:
  case DELETE:
    prompt->len -= prompt->len > 0;
    break;
  case KILL_LINE:
    prompt->len = 0;
    prompt->over = false;
    break;
  default:
    if (prompt->len + 1 < prompt->capacity)
      prompt->text[prompt->len++] = byte;
    else
      prompt->over = true;
  }
  prompt->ended = prompt->ended || status != STATUS_OK;
  return status;
}

static enum status line_read(struct prompt *prompt) {
  struct pollfd wait[] = {{.fd = prompt->tty, .events = POLLIN}, {.fd = prompt->signals, .events = POLLIN}};
  struct signalfd_siginfo signal;
  enum status status = STATUS_OK;
  char byte = 0;

  while (status == STATUS_OK && !prompt->ended) {
    if (poll(wait, 2, -1) < 0) {
      status = errno == EINTR ? STATUS_OK : STATUS_CANCELLED;
    } else if (wait[1].revents != 0) {
      prompt->caught = read(prompt->signals, &signal, sizeof signal) > 0 ? (int)signal.ssi_signo : 0;
      status = STATUS_CANCELLED;
    } else if (wait[0].revents != 0) {
      status = read(prompt->tty, &byte, 1) == 1 ? byte_take(prompt, byte) : STATUS_CANCELLED;
    }
  }
  crypto_wipe(&byte, sizeof byte);
  return status == STATUS_OK && prompt->len == 0 ? STATUS_BAD_LENGTH : status;
}

/* Puts everything back; a signal that came in between is delivered now. */
static void prompt_close(struct prompt *prompt) {
  if (prompt->changed) {
    (void)tcsetattr(prompt->tty, TCSAFLUSH, &prompt->before);
    terminal_write(prompt, "\n");
  }
  if (prompt->signals >= 0)
    (void)close(prompt->signals);
  if (prompt->caught != 0)
    (void)raise(prompt->caught);
  if (prompt->held)
    (void)pthread_sigmask(SIG_SETMASK, &prompt->mask_before, NULL);
  (void)close(prompt->tty);
}

/* Another job has the terminal: it would stop this one, and get what is typed. */
static bool in_background(int tty) {
  pid_t group = tcgetpgrp(tty);

  return group >= 0 && group != getpgrp();
}

enum status secret_from_prompt(const char *question, char *text, size_t capacity) {
  struct prompt prompt = {.tty = -1, .signals = -1, .text = text, .capacity = capacity};
  enum status status = STATUS_USAGE;

  prompt.tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (prompt.tty < 0)
    return STATUS_USAGE;
  if (in_background(prompt.tty)) {
    (void)close(prompt.tty);
    return STATUS_USAGE;
  }
  if (signals_hold(&prompt) && terminal_mute(&prompt)) {
    terminal_write(&prompt, question);
    status = line_read(&prompt);
  }
  prompt_close(&prompt);
  if (status == STATUS_OK)
    text[prompt.len] = '\0';
  else
    crypto_wipe(text, capacity);
  return status;
}

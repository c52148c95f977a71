/* SPDX-License-Identifier: Apache-2.0
 * How fresh cards are to be prepared: what the options of epurse-perso say, for one card or for a batch of them. */
#ifndef EPURSE_CMD_PREPARATION_H
#define EPURSE_CMD_PREPARATION_H

#include "epurse/cap.h"
#include "epurse/crypto.h"
#include "epurse/prepare.h"

struct terminal_program;

#define PREPARATION_SECONDS 120 /* for an answer: a card that makes room or starts an applet is silent for long */

/* Zeroed before. Stays where it is: prepare borrows the rest. */
struct preparation {
  struct prepare prepare;
  struct cap *cap; /* owned; NULL where none is named */
  uint8_t master[CRYPTO_AES_KEY_SIZE];
};

/* Reads what --cap, --card-keys, --diversify, --domain-key, --keep-keys say. What is wrong is said; STATUS_USAGE,
 * BAD_FORMAT, BAD_KEY, KEY_EXPOSED, ... */
enum status preparation_open(const struct terminal_program *self, struct preparation *preparation) EPURSE_MUST_USE;
/* With the terminal open: its batch key, borrowed. STATUS_BAD_CONFIG, said: it has none. */
enum status preparation_begin(const struct terminal_program *self, struct preparation *preparation) EPURSE_MUST_USE;
/* Wipes and releases; harmless to repeat. */
void preparation_close(struct preparation *preparation);

/* One sentence for what went wrong with a card, in the words of where it did. */
const char *preparation_failure(const struct prepare *prepare, enum status status);

#endif

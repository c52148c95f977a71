/* SPDX-License-Identifier: Apache-2.0
 * How long a card takes for each command that a desk can give it without moving money. */
#ifndef EPURSE_CMD_MEASURE_H
#define EPURSE_CMD_MEASURE_H

#include "epurse/terminal.h"

struct reader;

/* What is timed; `new`: as the card does it for a terminal that it does not remember. */
enum measure_command {
  MEASURE_AT_ONCE, /* a command that the card refuses without looking further: what reader and link take */
  MEASURE_SELECT,
  MEASURE_CARD_CERTIFICATE,
  MEASURE_TERMINAL_NEW,
  MEASURE_AUTHENTICATE_NEW,
  MEASURE_TERMINAL_KNOWN,
  MEASURE_AUTHENTICATE_KNOWN,
  MEASURE_PARTICULARS,
  MEASURE_BALANCE,
  MEASURE_LOAD_LOG,
  MEASURE_PURCHASE_LOG,
  MEASURE_CERTIFICATE,
  MEASURE_PROOF,
  MEASURE_VERIFY, /* with a PIN only */
  MEASURE_COMMANDS
};

#define MEASURE_SAMPLES 1024

struct measure {
  const struct terminal *terminal; /* borrowed */
  const uint8_t *pin_block;        /* PIN_BLOCK_SIZE, or NULL: VERIFY is left out */
  unsigned runs;
  /* Filled: microseconds of each command, as long as it took from here to there and back. */
  int64_t samples[MEASURE_COMMANDS][MEASURE_SAMPLES];
  size_t counts[MEASURE_COMMANDS];
  uint8_t tries_left; /* with WRONG_PIN */
};

/* Times them all, `runs` times, on the card in `reader`, which is connected. Nothing changes on the card but which
 * terminal it remembers, and, with a PIN, its count of PINs shown. The first thing that is not as it should be ends it;
 * STATUS_WRONG_PIN after the first wrong one. */
enum status measure_run(struct measure *measure, struct reader *reader) EPURSE_MUST_USE;

/* Of what there is of a command; 0: there is nothing. */
int64_t measure_median(const struct measure *measure, enum measure_command command);

/* As people know it. */
const char *measure_name(enum measure_command command);

/* What docs/card-cost.md computes for it: a family of cards, and its microseconds. NULL: there are no more families. */
const char *measure_family(size_t family);
int64_t measure_computed(enum measure_command command, size_t family);

#endif

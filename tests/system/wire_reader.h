/* SPDX-License-Identifier: Apache-2.0
 * The attacker between terminal and card: a reader that hears every APDU, keeps it, and does to one of them, or to all
 * from one on, what the test says. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_READER_H
#define EPURSE_TESTS_SYSTEM_WIRE_READER_H

#include <stdbool.h>

#include "epurse/apdu.h"
#include "epurse/reader.h"

/* What went over the wire in one operation, as the terminal and the card meant it. */
#define TAPE_MAX 64
struct tape_item {
  uint8_t command[APDU_COMMAND_MAX], answer[APDU_RESPONSE_MAX];
  size_t command_len, answer_len;
};
struct tape {
  struct tape_item items[TAPE_MAX];
  unsigned count;
};

enum wire_kind {
  WIRE_NOTHING,
  WIRE_COMMAND_DROPPED,  /* the card does not get it; the terminal hears that the card is gone */
  WIRE_ANSWER_DROPPED,   /* the card executes it; the terminal hears that the card is gone */
  WIRE_COMMAND_LATE,     /* dropped, and given to the card when the terminal has given up */
  WIRE_COMMAND_REPEATED, /* given twice; `unseen`: the terminal gets the second answer */
  WIRE_COMMAND_REPLACED, /* by one of a tape, whose answer goes back */
  WIRE_COMMAND_PRECEDED, /* by one of a tape, whose answer is kept */
  WIRE_COMMAND_HELD,     /* answered from a tape; the card gets it behind the next one */
  WIRE_COMMAND_ALTERED,  /* bits of one byte */
  WIRE_COMMAND_RESIZED,  /* cut, or grown by zeros */
  WIRE_CARD_RESET,       /* just before it */
  WIRE_ANSWER_REPLACED,  /* by one of a tape */
  WIRE_ANSWER_FORGED,    /* a status word made up */
  WIRE_ANSWER_GARBAGE,   /* so many bytes of noise, then 9000 */
  WIRE_ANSWER_ALTERED,   /* bits of one byte */
  WIRE_ANSWER_RESIZED,   /* cut, or grown by zeros before the status word */
  WIRE_KIND_COUNT
};
const char *wire_kind_name(enum wire_kind kind);

struct wire_attack {
  enum wire_kind kind;
  unsigned at;      /* the n-th APDU of the operation, from 0 */
  bool lasting;     /* and every one behind it; of _DROPPED: the card is gone from there */
  bool unseen;      /* ANSWER_...: the card never gets the command */
  bool recorded;    /* from the tape of an earlier session; else of this one */
  unsigned from;    /* which APDU of the tape */
  size_t offset;    /* of the byte; of _RESIZED and _GARBAGE: the new length */
  uint8_t bits;     /* what is turned over */
  uint16_t sw;      /* ANSWER_FORGED */
  bool hides_reset; /* the card is kept powered, whatever the terminal asks of the reader */
};
/* For people: what, which, where. */
void wire_attack_print(const struct wire_attack *attack, char text[160]);

struct wire {
  struct reader *inner; /* of the card; borrowed */
  struct reader reader; /* what the terminal gets */
  struct tape tape;     /* this operation */
  const struct tape *recorded;
  struct wire_attack attack;
  unsigned seen; /* APDUs so far */
  bool connected, happened;
  struct tape_item held; /* COMMAND_LATE, COMMAND_HELD; command_len 0: none */
  uint64_t noise;
};

void wire_open(struct wire *wire, struct reader *inner);
/* A new operation begins, under this attack; `recorded` is borrowed. */
void wire_arm(struct wire *wire, const struct wire_attack *attack, const struct tape *recorded);
/* The terminal has given up: what was held back reaches the card now. The card loses power afterwards. */
void wire_release(struct wire *wire);

/* Numbers that are the same in every run with the same seed (splitmix64). */
uint64_t wire_random(uint64_t *state);

#endif

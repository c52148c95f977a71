/* SPDX-License-Identifier: Apache-2.0
 * The list of cards that a desk is to make: the issuer's reference of each, the PIN where the cardholder chose one, and
 * how far each has come. */
#ifndef EPURSE_CMD_BATCH_LIST_H
#define EPURSE_CMD_BATCH_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "csv_rows.h"
#include "epurse/must_use.h"
#include "epurse/number.h"

#define BATCH_REFERENCE_MAX 64 /* bytes */

enum batch_state {
  BATCH_FREE,    /* no chip has it */
  BATCH_BEGUN,   /* a chip has it; how far that one came only the chip knows */
  BATCH_ISSUED,  /* its card is made, met, and known to the server as issued */
  BATCH_VERIFIED /* and was met once more */
};

struct batch_entry {
  char reference[BATCH_REFERENCE_MAX + 1];
  char pin[PIN_MAX + 1]; /* "": the server draws it */
  size_t line;           /* in the file, from 1 */
  enum batch_state state;
  bool fresh; /* this run has begun it: what the server knew of its chip before is not this entry's */
  uint8_t chip_serial[CHIP_SERIAL_SIZE]; /* but for FREE */
  uint8_t cid[CID_SIZE];                 /* ISSUED, VERIFIED */
};

struct batch_list {
  struct batch_entry *entries;
  size_t count, capacity;
  size_t *order;   /* places in `entries` by reference */
  bool draws_pins; /* some have no PIN of their own */
};

/* Reads FILE.csv: a header line that names `reference` and, perhaps, `pin`; then a card a line. STATUS_OK: as many as
 * there are lines, each reference once. STATUS_BAD_FORMAT: `problem` names the line and what is wrong, a PIN never;
 * STATUS_KEY_EXPOSED: it has PINs and others can read it; STATUS_NOT_FOUND, STATUS_STORE_FAILED, STATUS_NO_MEMORY. */
enum status batch_list_read(const char *path, struct batch_list *list, char problem[CSV_PROBLEM]) EPURSE_MUST_USE;
/* Wipes and releases; harmless to repeat. */
void batch_list_clear(struct batch_list *list);

/* NULL where there is none. */
struct batch_entry *batch_list_find(const struct batch_list *list, const char *reference);
struct batch_entry *batch_list_of_chip(const struct batch_list *list, const uint8_t chip_serial[CHIP_SERIAL_SIZE]);
struct batch_entry *batch_list_free_entry(const struct batch_list *list); /* the first that no chip has */
/* How many have come that far, or further. */
size_t batch_list_count(const struct batch_list *list, enum batch_state state);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What a virtual card did, per command: only for src/vcard/. */
#ifndef EPURSE_VCARD_TALLY_H
#define EPURSE_VCARD_TALLY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/status.h"

struct vcard_tally;

struct tally; /* a row per command name, one for commands that have none, one for power on */

/* STATUS_NO_MEMORY. */
enum status tally_new(struct tally **tally) EPURSE_MUST_USE;
void tally_free(struct tally **tally);

/* Between the two everything that this thread's cryptography and the card's memory do is put down to that command;
 * otherwise what the memory does is put down to power on. */
void tally_begin(struct tally *tally, const uint8_t *command, size_t len);
void tally_end(struct tally *tally, size_t answer_len);

void tally_write(struct tally *tally);
void tally_commit(struct tally *tally);

void tally_total(const struct tally *tally, struct vcard_tally *total);
void tally_reset(struct tally *tally);
void tally_print(const struct tally *tally, FILE *out);

#endif

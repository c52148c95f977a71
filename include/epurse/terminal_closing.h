/* SPDX-License-Identifier: Apache-2.0
 * Closing a terminal's day (Z): what it has done since the last closing, numbered without gaps, chained by hash, kept in the
 * journal for good. An entry is counted in exactly one: in the first that is made when its end is known. */
#ifndef EPURSE_TERMINAL_CLOSING_H
#define EPURSE_TERMINAL_CLOSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/journal.h"
#include "epurse/record.h"
#include "epurse/terminal_count.h"

struct terminal;

struct closing {
  int64_t number, at;                   /* from 1 on; unix seconds, by the terminal's clock */
  uint8_t previous[CRYPTO_SHA256_SIZE]; /* the hash of the one before; zeros in the first */
  char tid[TID_SIZE + 1];
  uint16_t currency;
  struct count count;
  bool has_drawer;
  int64_t drawer_float, drawer_counted; /* what was in it at the beginning, and what somebody has counted now */
};

/* What ought to be in the drawer: what was in it, and what came in. */
int64_t closing_target(const struct closing *closing);

/* What is kept and hashed: lines of text. 0: it does not fit. */
size_t closing_encode(const struct closing *closing, char *body, size_t capacity);
/* STATUS_BAD_FORMAT: it is not what closing_encode writes, to the letter. */
enum status closing_decode(const char *body, struct closing *closing) EPURSE_MUST_USE;

/* Counts what no closing has yet. */
enum status count_take(struct journal *journal, struct count *count) EPURSE_MUST_USE;
/* Counts again what that closing has; what was open or waiting then is not known any more. */
enum status count_again(struct journal *journal, int64_t number, struct count *count) EPURSE_MUST_USE;

/* Closes: of `closing` only the drawer is read, the rest is filled. Durable when it returns; broken off anywhere there is one or
 * none, and the next one begins where it stands. STATUS_READER_BUSY: a card is at work. */
enum status closing_make(struct terminal *terminal, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* One that was made; 0: the last. STATUS_NOT_FOUND; STATUS_STORE_FAILED: it was changed since. */
enum status closing_read(struct terminal *terminal, int64_t number, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

#endif

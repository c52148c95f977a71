/* SPDX-License-Identifier: Apache-2.0
 * Closing a terminal's day (Z): what it has done since the last closing, numbered without gaps, chained by hash, kept
 * in the journal for good. An entry is counted in exactly one: in the first that is made when its end is known.
 *
 * A shift is kept alike, in a chain of its own: from a float that is counted into the drawer to what is counted there
 * at its end. One at a time: there is one drawer. It may go across a closing, and is named in the one behind its
 * end. */
#ifndef EPURSE_TERMINAL_CLOSING_H
#define EPURSE_TERMINAL_CLOSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/journal_closing.h"
#include "epurse/number.h"
#include "epurse/status.h"
#include "epurse/terminal_count.h"

struct terminal;

struct closing {
  enum journal_chain chain;
  int64_t number, at;                   /* from 1 on; unix seconds, by the terminal's clock; of a shift that runs: 0 */
  uint8_t previous[CRYPTO_SHA256_SIZE]; /* the hash of the one before; zeros in the first */
  char tid[TID_SIZE + 1];
  uint16_t currency;
  struct count count;
  bool has_drawer;
  int64_t drawer_float, drawer_counted; /* what was in it at the beginning, and what somebody has counted now */
  /* Of a closing: which shifts have ended since the one before, those behind the first number up to the second, whose
   * hash this is. */
  int64_t shifts_after, shifts_last;
  uint8_t shifts_hash[CRYPTO_SHA256_SIZE];
  int64_t next;                   /* of a count: the number that a closing would have now; 0: not known */
  char ended_by[CASHIER_MAX + 1]; /* who closed it, or ended the shift; "": nobody said */
  /* Of a shift: when and by whom it was begun. */
  int64_t begun;
  char begun_by[CASHIER_MAX + 1];
};

/* What ought to be in the drawer: what was in it, and what came in. */
int64_t closing_target(const struct closing *closing);

/* What is kept and hashed: lines of text. 0: it does not fit. */
size_t closing_encode(const struct closing *closing, char *body, size_t capacity);
/* STATUS_BAD_FORMAT: it is not what closing_encode writes, to the letter. */
enum status closing_decode(const char *body, struct closing *closing) EPURSE_MUST_USE;

/* Counts what no closing has yet. */
enum status count_take(struct journal *journal, struct count *count) EPURSE_MUST_USE;
/* Counts again what that closing or shift has; what was open or waiting then is not known any more. */
enum status count_again(struct journal *journal, enum journal_chain chain, int64_t number,
                        struct count *count) EPURSE_MUST_USE;

/* Closes, by the terminal's cashier: of `closing` only the drawer and the number that is meant are read (0: whichever
 * is next), the rest is filled. One of that number that is made already is not made again: it is filled as it was kept.
 * Durable when it returns; broken off anywhere there is one or none, and the next one begins where it stands.
 * STATUS_NOT_FOUND: that number is not the next one's either; STATUS_READER_BUSY: a card is at work. */
enum status closing_make(struct terminal *terminal, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* One that was made; 0: the last; of `closing` only the chain is read. STATUS_NOT_FOUND; STATUS_STORE_FAILED: it was
 * changed since. */
enum status closing_read(struct terminal *terminal, int64_t number, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* The shifts that no closing has yet, as it would name them, and the number that it would have. */
enum status closing_shifts(struct terminal *terminal, struct closing *closing) EPURSE_MUST_USE;

/* Begins a shift of the terminal's cashier: of `shift` only the float is read. What is known by now will not be in it.
 * Durable as closing_make. STATUS_SHIFT_RUNS; STATUS_READER_BUSY. */
enum status shift_begin(struct terminal *terminal, struct closing *shift) EPURSE_MUST_USE;
/* Ends the one that runs, whoever has begun it: of `shift` only what was counted is read, and its number, 0: whichever
 * that is. STATUS_NOT_FOUND: none runs, or another one. Else as closing_make. */
enum status shift_end(struct terminal *terminal, struct closing *shift,
                      uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* The one that runs, as it stands. STATUS_NOT_FOUND: none runs. */
enum status shift_running(struct terminal *terminal, struct closing *shift) EPURSE_MUST_USE;
/* Shift `number`; 0: the one that runs, else the last; the hash of one that runs is not touched. Statuses of
 * closing_read. */
enum status shift_read(struct terminal *terminal, int64_t number, struct closing *shift,
                       uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The till's shifts and closings, as the verbs shift and totals of epurse-pos have them. */
#ifndef EPURSE_TILL_SHIFT_H
#define EPURSE_TILL_SHIFT_H

#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/reference.h"
#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

struct till;        /* till.h */
struct till_totals; /* till_journal.h */
struct count;       /* terminal_count.h */
struct closing;     /* terminal_closing.h */

/* Adds what was counted: what was given back in points, or ended elsewhere, is in none of them. */
void till_totals_take(const struct count *count, struct till_totals *totals);

/* As the verb totals of epurse-pos: counted since the last closing (X; of *closing only currency, count, the shifts
 * that it would name and its number `next` are filled). May wait for the journal, not for a card: STATUS_TILL_BUSY
 * while one is at work. STATUS_STORE_FAILED. */
enum status till_count(struct till *till, struct closing *closing) EPURSE_MUST_USE;
/* A closing (Z) that was made, by its number, 0: the last; `hash` is that of its body. Waits as till_count does.
 * STATUS_NOT_FOUND; STATUS_TILL_BUSY, STORE_FAILED. */
enum status till_closing(struct till *till, int64_t number, struct closing *closing,
                         uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* Who it is. The code is for a terminal whose cashiers have codes; the caller wipes it. */
struct till_cashier {
  char name[CASHIER_MAX + 1]; /* "": nobody says */
  char code[SUPERVISOR_CODE_MAX + 1];
  enum code_door door;
  bool known; /* whoever asks has seen to the code, or has none to ask for */
};

/* Closes (Z), with a drawer where *closing has one, and by its number where it names one, as closing_make; waits as
 * till_count does. STATUS_NOT_FOUND: that number is not the next one's; STATUS_BAD_FORMAT: that is no cashier's name;
 * STATUS_WRONG_CASHIER, TILL_BUSY, STORE_FAILED. */
enum status till_close_day(struct till *till, const struct till_cashier *cashier, struct closing *closing,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

/* A shift as it stands: the one of that number; 0: the one that runs, else the last. Waits as till_count does.
 * STATUS_NOT_FOUND; STATUS_TILL_BUSY, STORE_FAILED. */
enum status till_shift(struct till *till, int64_t number, struct closing *shift,
                       uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;
/* Begins one with the float in `shift`. Waits as till_count does. STATUS_SHIFT_RUNS; STATUS_BAD_FORMAT: that is no
 * cashier's name; STATUS_WRONG_CASHIER, TILL_BUSY, STORE_FAILED. */
enum status till_shift_begin(struct till *till, const struct till_cashier *cashier,
                             struct closing *shift) EPURSE_MUST_USE;
/* Ends the one with the number in `shift` (0: whichever runs) with what was counted. STATUS_NOT_FOUND; else as
 * till_shift_begin. */
enum status till_shift_end(struct till *till, const struct till_cashier *cashier, struct closing *shift,
                           uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

#endif

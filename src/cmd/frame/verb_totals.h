/* SPDX-License-Identifier: Apache-2.0
 * What was counted, shown: a closing, what there is since the last one, or a shift. */
#ifndef EPURSE_CMD_VERB_TOTALS_H
#define EPURSE_CMD_VERB_TOTALS_H

#include "epurse/must_use.h"
#include "epurse/terminal_closing.h"

struct terminal_program;

/* What there is since the last closing has the number 0. */
struct shown {
  struct closing closing;
  uint8_t hash[CRYPTO_SHA256_SIZE];
};

/* For people, or as --json or --csv wants it; on paper where --print or --pdf says so. `made`: it was made now, and
 * stands where it could not be printed. */
enum status shown_report(struct terminal_program *self, const struct shown *shown, bool made) EPURSE_MUST_USE;
/* An amount of --float or --counted; NULL, which was not given, is 0, as is a nought that was typed. Says what is
 * wrong. */
enum status drawer_amount(const struct terminal_program *self, const char *text, int64_t *minor) EPURSE_MUST_USE;
/* The number of a closing or shift as it was typed. STATUS_USAGE: it is none; nothing is said. */
enum status shown_number(const char *text, int64_t *number) EPURSE_MUST_USE;

#endif

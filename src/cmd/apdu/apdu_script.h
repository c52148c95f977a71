/* SPDX-License-Identifier: Apache-2.0
 * APDU scripts: what `scriptor` plays, with the expected answers in comments that it skips; epurse-apdu(5). */
#ifndef EPURSE_CMD_APDU_SCRIPT_H
#define EPURSE_CMD_APDU_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

#define APDU_STEP_COMMAND_MAX 600 /* bytes: room for commands that are too long on purpose */

/* One command, or a reset. */
struct apdu_step {
  unsigned line; /* 1 is the first */
  bool reset;
  uint8_t command[APDU_STEP_COMMAND_MAX];
  size_t len;
  char *expected; /* upper-case hexadecimal without blanks, X for any digit, | between alternatives; NULL: anything */
};

struct apdu_script {
  struct apdu_step *steps;
  size_t count;
  size_t checks; /* steps with an expectation */
};

/* Reads a whole script; the caller frees it with apdu_script_free. STATUS_NOT_FOUND, STATUS_BAD_FORMAT,
 * STATUS_NO_MEMORY; `problem` then says "line N: ...". */
enum status apdu_script_load(const char *path, struct apdu_script **script, char problem[128]) EPURSE_MUST_USE;
void apdu_script_free(struct apdu_script **script);

/* Whether one of the alternatives fits the whole answer, status word included. */
bool apdu_step_fits(const struct apdu_step *step, const uint8_t *answer, size_t len);

#endif

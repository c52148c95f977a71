/* SPDX-License-Identifier: Apache-2.0
 * How a program ends: what it printed must have reached somebody, or the exit code says that it did not. */
#ifndef EPURSE_CMD_FINISH_H
#define EPURSE_CMD_FINISH_H

#include <jansson.h>
#include <stdbool.h>

#include "epurse/status.h"

/* Whether all that was printed on stdout until now went out: false for a full disk, a closed pipe, a closed stdout. */
bool finish_printed(void);

/* What --json prints of a verb's end, whatever happened: "operation", which is the verb, what `report` has (borrowed;
 * may be NULL), "status", "exit", and where it failed "problem", the sentence that stderr was told first. The
 * caller's. */
json_t *finish_object(const char *operation, json_t *report, enum status status);
/* As one line on stdout; from then on SIGINT and SIGTERM are let pass: the end is told, and near. */
void finish_print(const json_t *object);

/* From here to finish_print a SIGINT or SIGTERM that nobody waits for ends the program with an object too (CANCELLED),
 * its sentence on stderr, and the exit code that both name. One that is ignored stays so. Borrows both for ever. */
void finish_watch(const char *program, const char *operation);
/* From here it may have had an effect: then OUTCOME_UNKNOWN, with that sentence, borrowed; NULL: the status's own. */
void finish_begun(const char *sentence);
/* For an effect that no card finishes and that is not asked for twice unseen. */
extern const char finish_look_first[];

/* What a program says of its end. */
struct ending {
  const char *program;  /* "epurse-admin" */
  const char *what;     /* what was asked for, for people: "merchant add" */
  bool changed;         /* it had an effect, which stands */
  const json_t *report; /* what the effect was; borrowed; NULL: nothing more is known of it */
};

/* The status that the program ends with, after all its printing. What failed stays what it was. Where stdout did not
 * take what was printed, STATUS_OK becomes STATUS_UNREPORTED for an effect, with the report on stderr in its place, and
 * STATUS_STORE_FAILED where nothing was changed; both are said on stderr. */
enum status finish(const struct ending *ending, enum status status) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Cashiers with codes: where a terminal has any, nothing is sold, given back, loaded or paid out without one of
 * them. */
#ifndef EPURSE_TERMINAL_CASHIER_H
#define EPURSE_TERMINAL_CASHIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/must_use.h"
#include "epurse/reference.h"
#include "epurse/status.h"
#include "epurse/terminal_supervisor.h"

#define CASHIERS_MAX 64

/* They stand with the supervisor's in one file of the terminal's folder (terminal_supervisor.h). `folder`: struct
 * terminal. */

/* Whether there are any. A file that cannot be read counts as one. */
bool cashiers_are_set(const char *folder);
/* Their names, in the order in which they came. Else why the file cannot be read. */
enum status cashiers_list(const char *folder, char names[CASHIERS_MAX][CASHIER_MAX + 1], size_t *count) EPURSE_MUST_USE;
/* A new one, or a new code. STATUS_BAD_FORMAT: that is no name (cashier_valid). Else as supervisor_set. */
enum status cashier_set(const char *folder, const char *name, const char *code) EPURSE_MUST_USE;
/* STATUS_NOT_FOUND. */
enum status cashier_remove(const char *folder, const char *name) EPURSE_MUST_USE;
/* STATUS_OK; STATUS_WRONG_CASHIER: no such name, another code, or too many were wrong at that door; counted as
 * supervisor_check does. Else why it could not be looked at. */
enum status cashier_check(const char *folder, enum code_door door, const char *name, const char *code) EPURSE_MUST_USE;
/* A number that is another one as soon as the code of that name is; 0: there is no such name, or the file cannot be
 * read. For whoever lets somebody in for longer than one request. */
uint64_t cashier_mark(const char *folder, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The supervisor's code of a till: where one is set, nothing is given back without it. */
#ifndef EPURSE_TERMINAL_SUPERVISOR_H
#define EPURSE_TERMINAL_SUPERVISOR_H

#include <stdbool.h>

#include "epurse/status.h"

#define SUPERVISOR_CODE_MIN 6  /* characters */
#define SUPERVISOR_CODE_MAX 64 /* likewise */

#define CODE_WRONG_MAX 5   /* after so many wrong codes of somebody at one door none is right there */
#define CODE_REST_S    300 /* for so long */

/* Where a code is said. Each counts its own wrong ones: whoever guesses at one keeps nobody from the others. */
enum code_door {
  CODE_PROGRAM, /* the terminal's programs, and its socket: whoever has the terminal's directory */
  CODE_NET,     /* HTTPS */
  CODE_PAGE,    /* the till's page */
  CODE_ZVT,     /* a register's password */
  CODE_DOORS
};

struct terminal;

/* Whether this till has one: in FOLDER/supervisor, a line of crypt(5); its cashiers' stand there too
 * (terminal_cashier.h). A file that cannot be read counts as one. */
bool supervisor_is_set(const struct terminal *terminal);
/* Hashes it (yescrypt, a salt of its own) and puts the file in its place; an old code goes. STATUS_BAD_LENGTH: too
 * short or too long; STATUS_CRYPTO_FAILED, STATUS_STORE_FAILED: the old one stands. */
enum status supervisor_set(const struct terminal *terminal, const char *code) EPURSE_MUST_USE;
/* STATUS_OK; STATUS_WRONG_SUPERVISOR: another code, or too many were wrong at that door; each is counted in the file,
 * across programs and restarts, but "", which is no guess. Else why it could not be looked at. */
enum status supervisor_check(const struct terminal *terminal, enum code_door door, const char *code) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * How things end: one enumeration for the host side, with its sentence, exit code and HTTP status. */
#ifndef EPURSE_STATUS_H
#define EPURSE_STATUS_H

#include <stdint.h>

/* Every function that can fail returns one of these; STATUS_OK is zero. status.def holds the rows. */
enum status {
#define STATUS(name, exit_code, http, sw, sentence) STATUS_##name,
#include "epurse/status.def"
#undef STATUS
  STATUS_COUNT /* how many there are; never returned */
};

/* Put on every prototype whose result must not be dropped; GCC and Clang then refuse to. */
#define EPURSE_MUST_USE __attribute__((warn_unused_result))

/* The row's name without its prefix, "WRONG_PIN". Never NULL; static. Out of range: "INTERNAL"'s. */
const char *status_name(enum status status);

/* The sentence for a person, without capital and full stop. Never NULL; static. */
const char *status_sentence(enum status status);

/* The exit code of a program that ends so: 0, 1, 2, 64..78. */
int status_exit_code(enum status status);

/* The HTTP status by which epursed reports it; 500 where the row has none. */
int status_http(enum status status);

/* The ISO/IEC 7816-4 status word by which a card reports it, or 0. */
uint16_t status_sw(enum status status);

/* What a status word from a card means for the host: the row with that word, 63Cx as WRONG_PIN,
 * anything unlisted as CARD_REFUSED. */
enum status status_of_sw(uint16_t sw);

/* The row of that name ("WRONG_PIN"), or STATUS_INTERNAL where there is none. `name` is borrowed. */
enum status status_by_name(const char *name);

#endif

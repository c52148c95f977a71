/* SPDX-License-Identifier: Apache-2.0
 * Text in the characters that every bank of SEPA takes: letters and digits of ASCII, blank and / - ? : ( ) . , ' +
 * (EPC217-08). */
#ifndef EPURSE_CMD_SEPA_TEXT_H
#define EPURSE_CMD_SEPA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define SEPA_NAME_MAX 70

/* Writes a name, UTF-8, in these characters, without blanks around it and cut to `size`, NUL included. Letters of
 * Latin, Greek and Cyrillic become what they are transliterated to, whatever the locale; every other sign becomes a
 * dot. False where it is not UTF-8, or has no letter and no digit left: `out` is then "". */
bool sepa_name(const char *text, char *out, size_t size);

/* Whether it can stand in an identification as it is, next to '/' as a divider: no '/' and only those characters. */
bool sepa_id_valid(const char *text);

#endif

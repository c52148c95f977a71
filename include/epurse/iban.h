/* SPDX-License-Identifier: Apache-2.0
 * Bank accounts by number: IBAN (ISO 13616) and BIC (ISO 9362). Freestanding. */
#ifndef EPURSE_IBAN_H
#define EPURSE_IBAN_H

#include <stdbool.h>

#define IBAN_MAX   34 /* characters */
#define BIC_MAX    11
#define HOLDER_MAX 70 /* bytes of the name of an account's owner, UTF-8 */

/* Whether it is an IBAN in its electronic form, capitals and no blanks: of a country that has them (SWIFT's IBAN
 * Registry), as long as that country's are, check digits from 02 to 98, and by ISO 7064 MOD 97-10 the remainder is
 * 1. */
bool iban_valid(const char *text);
/* The same as people write it: blanks anywhere, small letters too. False: it is none, and `iban` is not defined. */
bool iban_read(const char *text, char iban[IBAN_MAX + 1]);

/* Whether it is of the form of a BIC: four letters or digits, two letters of the country, two more of the place, and,
 * where it names a branch, three more. */
bool bic_valid(const char *text);
/* Likewise. */
bool bic_read(const char *text, char bic[BIC_MAX + 1]);

/* Whether it can be the name of an account's owner: 1 to HOLDER_MAX bytes of UTF-8 without a control character. */
bool holder_valid(const char *text);

#endif

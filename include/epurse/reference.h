/* SPDX-License-Identifier: Apache-2.0
 * References: the name that a caller gives to a payment or load, unique per merchant. */
#ifndef EPURSE_REFERENCE_H
#define EPURSE_REFERENCE_H

#include <stdbool.h>

#define REFERENCE_MAX        64
#define CASHIER_MAX          16 /* characters of a cashier's name */
#define TENDER_REFERENCE_MAX 64 /* bytes of the bank's name of a charge, NUL included */

/* 1 to REFERENCE_MAX printable ASCII characters without blanks. */
bool reference_valid(const char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What a payout's holder wants, as messages carry it. */
#ifndef MESSAGE_PAYOUT_FIELD_H
#define MESSAGE_PAYOUT_FIELD_H

#include "epurse/iban.h"
#include "field.h"

/* payout_field.c: "iban" and "holder", both or none ("": in cash), and "close" where it is true. */
void payout_field_put(struct field_writer *writer, const char *iban, const char *holder, bool closes);
/* Refuses one of the two alone, and with STATUS_IBAN_INVALID an account that is none. */
void payout_field_take(struct field_reader *reader, char iban[IBAN_MAX + 1], char holder[HOLDER_MAX + 1], bool *closes);

#endif

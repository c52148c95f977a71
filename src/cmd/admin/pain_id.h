/* SPDX-License-Identifier: Apache-2.0
 * How a settlement's payment file is called, so that a bank that gets it twice can tell: in 35 characters (ISO 20022,
 * Max35Text). */
#ifndef EPURSE_CMD_ADMIN_PAIN_ID_H
#define EPURSE_CMD_ADMIN_PAIN_ID_H

#include <stdint.h>

#include "epurse/status.h"

#define TEXT_35 36 /* with its NUL */

/* A settlement, and which incarnation of which issuer's ledger closed it: six hexadecimal digits; "": an older one. */
struct pain_name {
  int64_t issuer, number;
  const char *incarnation;
};

/* "12", and of which incarnation of the ledger: "12.A1B2C3". */
void pain_number_print(const struct pain_name *name, char text[TEXT_35]);

/* Of the message, and of its payment instruction for merchants; two signs more fit behind it, for that for cardholders.
 * It ends with four of the account that pays. STATUS_BAD_LENGTH: the number has too many digits;
 * STATUS_CRYPTO_FAILED. */
enum status pain_message_identify(const struct pain_name *name, const char *debtor_iban,
                                  char id[TEXT_35]) EPURSE_MUST_USE;

#endif

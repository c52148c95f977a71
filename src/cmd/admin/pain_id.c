/* SPDX-License-Identifier: Apache-2.0
 * How a settlement's payment file is called. */
#include "pain_id.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "epurse/crypto.h"

#define DEBTOR_MARK 4
#define OF_HOLDERS  2 /* signs that the instruction for cardholders has more */

void pain_number_print(const struct pain_name *name, char text[TEXT_35]) {
  (void)snprintf(text, TEXT_35, "%lld%s%s", (long long)name->number, name->incarnation[0] == '\0' ? "" : ".",
                 name->incarnation);
}

/* Four letters and digits of the account that pays: a bank that refused a file because of it takes the next one, from
 * another, for another message. */
static bool debtor_mark(const char *iban, char mark[DEBTOR_MARK + 1]) {
  static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 6 */
  uint8_t hash[CRYPTO_SHA256_SIZE];
  bool done = crypto_sha256((const uint8_t *)iban, strlen(iban), hash);

  for (size_t i = 0; i < DEBTOR_MARK; i++)
    mark[i] = done ? signs[hash[i] & 31] : '\0';
  mark[DEBTOR_MARK] = '\0';
  return done;
}

enum status pain_message_identify(const struct pain_name *name, const char *debtor_iban, char id[TEXT_35]) {
  char number[TEXT_35], mark[DEBTOR_MARK + 1];

  if (!debtor_mark(debtor_iban, mark))
    return STATUS_CRYPTO_FAILED;
  pain_number_print(name, number);
  int len = snprintf(id, TEXT_35, "EPURSE-%06lld-%s-%s", (long long)name->issuer, number, mark);
  return len > 0 && len < TEXT_35 - OF_HOLDERS ? STATUS_OK : STATUS_BAD_LENGTH;
}

/* SPDX-License-Identifier: Apache-2.0
 * What a payout's holder wants, as messages carry it: where it goes, and whether it ends the card. */
#include "payout_field.h"

void payout_field_put(struct field_writer *writer, const char *iban, const char *holder, bool closes) {
  if (iban[0] != '\0') {
    field_put_text(writer, "iban", iban);
    field_put_text(writer, "holder", holder);
  }
  if (closes)
    field_put_boolean(writer, "close", true);
}

void payout_field_take(struct field_reader *reader, char iban[IBAN_MAX + 1], char holder[HOLDER_MAX + 1],
                       bool *closes) {
  if (field_there(reader, "iban") || field_there(reader, "holder")) {
    field_text(reader, "iban", 1, iban, IBAN_MAX + 1);
    field_text(reader, "holder", 1, holder, HOLDER_MAX + 1);
    if (!iban_valid(iban))
      field_refuse(reader, STATUS_IBAN_INVALID);
  }
  if (field_there(reader, "close"))
    *closes = field_boolean(reader, "close");
}

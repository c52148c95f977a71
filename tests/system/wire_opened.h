/* SPDX-License-Identifier: Apache-2.0
 * The same operations at honest terminals, with an opened card. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_OPENED_H
#define EPURSE_TESTS_SYSTEM_WIRE_OPENED_H

#include "wire_card.h"

/* What a terminal that says OK has given away. */
enum opened_gain {
  GAIN_NOTHING, /* words only */
  GAIN_GOODS,   /* the shop must be owed them */
  GAIN_POINTS,  /* goods for points, which must be gone */
  GAIN_OFFLINE, /* goods for a promise: what it does not pay is the issuer's bounded risk, and the card is blocked */
  GAIN_LOAD,    /* money for a charge, which must stand */
  GAIN_CASH,    /* what is handed out must be gone at the issuer's */
  GAIN_NEVER    /* a blocked card: nothing is ever done */
};

struct opened_row {
  const struct wire_operation *operation;
  const char *name;
  enum opened_gain gain;
  int64_t amount; /* minor units or points */
};
extern const struct opened_row opened_rows[];
extern const size_t opened_rows_count;

/* Every lie from every APDU on, each with a card of its own, while another card has something open at the terminal. */
void wire_opened_attack(const struct opened_row *row);

#endif

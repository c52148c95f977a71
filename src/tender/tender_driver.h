/* SPDX-License-Identifier: Apache-2.0
 * What the tender drivers share: one opening function each, and what orders and texts may look like. */
#ifndef EPURSE_TERMINAL_TENDER_DRIVER_H
#define EPURSE_TERMINAL_TENDER_DRIVER_H

#include <stdbool.h>

#include "epurse/tender.h"

#define TENDER_ORDER_MAX 40

/* Each fills the driver; *operator is copied. STATUS_NO_MEMORY, STATUS_BAD_CONFIG. */
enum status tender_open_cash(const struct tender_operator *operator, struct tender * tender) EPURSE_MUST_USE;
enum status tender_open_manual(const struct tender_operator *operator, struct tender * tender) EPURSE_MUST_USE;
/* `address`: HOST:PORT or HOST:PORT:SECONDS, an IPv6 host in brackets. */
enum status tender_open_simulator(const char *address, struct tender *tender) EPURSE_MUST_USE;

/* `address`: HOST:PORT, an IPv6 host in brackets, and options behind commas. */
enum status tender_open_zvt(const char *address, const struct tender_operator *operator,
                            struct tender * tender) EPURSE_MUST_USE;

/* ---- tender_text.c ---- */

/* Whether that can name a charge: 1 to TENDER_ORDER_MAX printable ASCII characters. */
bool tender_order_valid(const char *order);
/* Copies a text of the bank's to a field of `capacity` bytes; false where it does not fit or is not one printable line:
 * then nothing is copied. */
bool tender_text_copy(char *field, unsigned capacity, const char *text);

/* ---- tender_simulator.c ---- */

/* Reads the bank's answer to a question about `order`: {"order", "outcome", ["reference"], ["text"]}, nothing else, and
 * about that order. STATUS_BAD_REPLY, and *result is not written. */
enum status tender_simulator_read(const char *line, const char *order, struct tender_result *result) EPURSE_MUST_USE;

/* ---- tender_hand.c: what the operator does by hand ---- */

/* The sentences of one way to take money; each question is answered with yes or no. */
struct hand_words {
  const char *kind;
  const char *charge;    /* "Take the cash from the customer" -> ": 50.00 EUR." */
  const char *charged;   /* "Is it taken?" */
  const char *was;       /* of an earlier order: "Was the cash taken?" */
  const char *was_not;   /* "Is it certain that none was kept?" */
  const char *give_back; /* "Give the cash back to the customer." */
  const char *given;     /* "Is it given back?" */
  const char *receipt;   /* "Number of the bank's receipt:", or NULL: there is none */
};
enum status tender_open_hand(const struct hand_words *words, const struct tender_operator *operator,
                             struct tender * tender) EPURSE_MUST_USE;

#endif

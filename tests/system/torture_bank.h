/* SPDX-License-Identifier: Apache-2.0
 * The other side of a tender: the simulated bank that epurse-tender plays, with its line to the terminal, and the
 * operator's cash box. Both outlive terminals. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_BANK_H
#define EPURSE_TESTS_SYSTEM_TORTURE_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/tender.h"

#include "torture_zvt.h"

#define BANK_LINES 96
#define BANK_LINE  200

/* Every request that reached the bank, in order: its book is made anew from them for each; and the cash of each order.
 */
struct bank_book {
  unsigned lines;
  char line[BANK_LINES][BANK_LINE];
  unsigned cash;
  struct {
    char order[48];
    int64_t amount; /* in the box; 0 when it has been given back */
  } box[BANK_LINES];
  unsigned handouts;
  struct { /* cash that a cashier has put into the holder's hand */
    int till;
    int64_t amount;
  } handed[BANK_LINES];
  int64_t deposits[8]; /* taken from holders when a desk said so, by whose card it was */
  struct zvt_account zvt;
  bool full; /* the engine's own room did not suffice */
};

/* Who charges for a load. */
enum bank_kind {
  BANK_SIMULATOR,
  BANK_ZVT,       /* a bank's terminal on a ZVT line */
  BANK_ZVT_GOODS, /* which waits for the goods, and takes a charge back whose line is lost */
  BANK_ZVT_STINGY /* and does not */
};

/* The real driver for a call's way of payment; NULL where it cannot be opened. Closed with bank_close. */
struct call;
struct tender *bank_open(const struct call *call);
void bank_close(struct tender **tender);

/* The cashier of that till is to hand an amount out. `known`: how many of that amount the till knows to be handed out;
 * `again`: it may have been before. STATUS_OK: the holder has it. */
enum status bank_hand_out(int till, int64_t amount, unsigned known, bool again);
/* A desk has said that a card's deposit is to be taken: once for each card. */
void bank_take_deposit(int whose, int64_t minor);
/* All of them, minor units. */
int64_t bank_deposits(void);
/* All that was handed out, minor units. */
int64_t bank_handed(void);

/* What bank and box keep of all that was charged, minor units. */
int64_t bank_kept(void);

#endif

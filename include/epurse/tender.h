/* SPDX-License-Identifier: Apache-2.0
 * How the cardholder pays for a load: the bank's card reader, or cash. One contract, one driver per way. */
#ifndef EPURSE_TENDER_H
#define EPURSE_TENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/amount.h"
#include "epurse/reference.h"
#include "epurse/status.h"

enum tender_outcome {
  TENDER_PAID,     /* charged, and open to be confirmed or reversed */
  TENDER_DECLINED, /* not charged, for sure */
  TENDER_UNKNOWN,  /* may have been charged: ask again with tender_last */
  TENDER_REVERSED  /* was charged, given back */
};

struct tender_result {
  enum tender_outcome outcome;
  char reference[TENDER_REFERENCE_MAX]; /* the bank's name of the charge, one line */
  char text[128];                       /* what the bank's reader says, for the cashier; may be "" */
};

/* A driver, opened for one terminal. `order` is our name of the charge (unique per load, printable, at most 40
 * characters): the same order is never charged twice. */
struct tender {
  const char *kind; /* "cash", "manual", "simulator", "zvt" */
  void *context;
  /* Charges. The status tells of the line (NO_TENDER: not reached, nothing charged); the result of the money, DECLINED
   * where nothing was sent. A line that was lost on the way is STATUS_OK with UNKNOWN. Of an order that went out before
   * the outcome is told, and it is not charged again. */
  enum status (*authorise)(void *context, const char *order, struct amount amount, struct tender_result *result);
  /* The purse was loaded: the charge stands. */
  enum status (*confirm)(void *context, const char *order);
  /* The purse was not loaded: give it back. REVERSED, DECLINED (never charged), PAID (still charged: it could not be
   * given back), UNKNOWN. Harmless to repeat. */
  enum status (*reverse)(void *context, const char *order, struct tender_result *result);
  /* What became of an order after a lost line or a crash. With any status but OK the result is UNKNOWN. */
  enum status (*last)(void *context, const char *order, struct tender_result *result);
  void (*close)(void *context);
};

/* Asks the operator: yes or no, or a line of text; and where a driver keeps things. Supplied by the program. */
struct tender_operator {
  void *context;
  /* OK: yes. CANCELLED: no, or nobody is there to answer. OUTCOME_UNKNOWN: somebody answered, neither yes nor no, and
   * then no more. */
  enum status (*confirm)(void *context, const char *question);
  enum status (*ask)(void *context, const char *question, char *text, unsigned capacity); /* OK or CANCELLED */
  const char *(*words)(const char *english); /* the same in the operator's language; NULL: as it is */
  const char *folder;   /* for what must outlive the program; NULL: nowhere, and then there is no "zvt" */
  const char *receipts; /* for the bank's receipts; NULL: they are not kept */
  bool prints;          /* the bank's receipts are printed here: its terminal need not */
};

/* Opens by specification: "cash", "manual", "simulator:HOST:PORT" or "simulator:HOST:PORT:SECONDS" (how long a charge
 * may take; 60), "zvt:HOST:PORT", with ",wait=SECONDS", ",password=DIGITS", ",goods" behind it. *operator is copied;
 * what it points at outlives the tender. STATUS_BAD_CONFIG for another word, where there is nobody to ask, or what is
 * kept is damaged. */
enum status tender_open(const char *spec, const struct tender_operator *operator,
                        struct tender ** tender) EPURSE_MUST_USE;
#define TENDER_RECEIPT_MAX 8192
/* The bank's receipt of a charge, for the holder or for the shop, as it was kept: lines of UTF-8, no card number in it.
 * False: there is none. */
bool tender_receipt_read(const char *folder, const char *reference, bool shop, char text[TENDER_RECEIPT_MAX]);

/* How it was paid, as people are told: a kind, or a reference, which for cash is that word, as a sentence of the
 * catalogue; what is none of our words, as a bank's number, as it is. */
const char *tender_said(const char *word);

/* Closes the line, charges nothing, reverses nothing; frees, and *tender becomes NULL. NULL is fine. */
void tender_close(struct tender **tender);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The ledger computed anew and compared, all at once or slice by slice while it works.
 * Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_AUDIT_H
#define EPURSE_LEDGER_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/number.h"
#include "epurse/status.h"

struct ledger;

/* What a contradiction is about. */
enum ledger_flaw {
  LEDGER_FLAW_FILE,            /* the database's own structure, or a row that names a missing one */
  LEDGER_FLAW_SCHEMA,          /* tables, triggers, version: not what this program makes */
  LEDGER_FLAW_BALANCE,         /* not what the postings make it */
  LEDGER_FLAW_SUM,             /* money or points do not sum to zero */
  LEDGER_FLAW_BOUND,           /* a balance outside its account's bounds */
  LEDGER_FLAW_LIMIT,           /* an account's bounds, or an amount, against the card's ceilings */
  LEDGER_FLAW_CAUSE,           /* a debt or a refund without its cause */
  LEDGER_FLAW_TIME,            /* times of a transaction and its authorisation */
  LEDGER_FLAW_MERCHANT,        /* booked to another merchant than the terminal's */
  LEDGER_FLAW_ROLE,            /* the terminal may not do this */
  LEDGER_FLAW_HOLD,            /* what is in hold is not what the open hold holds */
  LEDGER_FLAW_STANDING,        /* a card's row against its transactions */
  LEDGER_FLAW_CHAIN,           /* a promise does not follow the one before */
  LEDGER_FLAW_CARD_STATE,      /* a card's state against its times and its incidents */
  LEDGER_FLAW_INCIDENT,        /* an incident that must be there is not */
  LEDGER_FLAW_CARD_INCOMPLETE, /* issued without all that a card has */
  LEDGER_FLAW_CARD_NUMBER,     /* a number lost, or there twice */
  LEDGER_FLAW_PROMISE,         /* not the one that was hashed, or it says something else than the row */
  LEDGER_FLAW_AUTHORISATION,   /* does not answer the promise, or decides otherwise than the row */
  LEDGER_FLAW_PROOF,           /* r does not open h */
  LEDGER_FLAW_TRANSFER,        /* a movement outside of transactions without its cause, or a cause without it */
  LEDGER_FLAW_SETTLEMENT,      /* captures, tallies and settlements against the purchases captured */
  LEDGER_FLAW_COUNT
};
struct ledger_contradiction {
  enum ledger_flaw flaw;
  bool of_card; /* `cid` is set */
  uint8_t cid[CID_SIZE];
  uint32_t atc;                    /* 0: of no single transaction */
  char merchant[MERCHANT_MAX + 1]; /* of an account of a merchant, else "" */
  const char *line;                /* what a person reads, without newline; borrowed for the call */
};
typedef void ledger_contradicted(void *context, const struct ledger_contradiction *contradiction);

/* Gets one line (without newline, borrowed) for each contradiction. */
typedef void ledger_report(void *context, const char *line);
/* Computes the whole ledger anew and compares: balances, sums, bounds, every transaction with its postings, its records
 * and its proof, every card with its holds; and the file itself. STATUS_OK: clean; STATUS_LEDGER_BROKEN: the lines say
 * what is wrong. Reads all of it: about a minute for a million transactions. */
enum status ledger_check(struct ledger *ledger, ledger_report *report, void *context) EPURSE_MUST_USE;
/* The same, each contradiction with what it is about. */
enum status ledger_audit(struct ledger *ledger, ledger_contradicted *each, void *context) EPURSE_MUST_USE;

/* One slice of a pass that goes round all accounts: what an audit of those cards only would say. */
struct ledger_watch {
  uint32_t cards; /* at most so many in this slice, at least 1 */
  ledger_report *report;
  void *context;
  bool passed;       /* set: the pass ended with this slice, the next one begins anew */
  uint64_t findings; /* set: contradictions of this slice; each was a line */
};
/* Makes what a pass needs, once a connection and outside a step. Nothing of it is in the file. *in_step: each slice has
 * to be inside a step (SQLite); else it is better outside, where it reads and disturbs nobody (PostgreSQL). */
enum status ledger_watch_begin(struct ledger *ledger, bool *in_step) EPURSE_MUST_USE;
/* After ledger_watch_begin; books nothing. Each balance within its bounds, each card's accounts against
 * its postings, its holds against its open transaction; at the end of a pass, all money and all points sum to zero. On
 * SQLite a settlement that is closed then makes the pass begin anew.
 * STATUS_OK: nothing wrong; STATUS_LEDGER_BROKEN: the lines say what, or the file cannot be read. Costs about 20 us a
 * card and 1 us for each posting that it ever had. */
enum status ledger_watch(struct ledger *ledger, struct ledger_watch *slice) EPURSE_MUST_USE;

#endif

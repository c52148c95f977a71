/* SPDX-License-Identifier: Apache-2.0
 * The tear and crash engine: card, terminals, bank and server under one schedule, any of them failing at any counted
 * place. What its processes share: the faults, what each call came to, the bank, the server's books. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_H
#define EPURSE_TESTS_SYSTEM_TORTURE_H

#include <time.h>

#include "epurse/ledger_card.h"
#include "epurse/ledger_offline.h"
#include "epurse/ledger_totals.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message.h"
#include "epurse/terminal_offline.h"

#include "epurse/outcome.h"
#include "torture_bank.h"
#include "torture_fault.h"
#include "torture_trace.h"

#define TORTURE_CURRENCY  978
#define TORTURE_PIN       "2468"
#define TORTURE_NEW_PIN   "13579"
#define TORTURE_WRONG_PIN "1111"
#define TORTURE_POOL      50
#define TORTURE_NO_PIN    1200 /* paid without the PIN in all, minor units; half of it at once */
#define TORTURE_DEPOSIT   250  /* that a desk takes for a card, minor units */
#define TORTURE_SALE      1    /* the number, at TILL_POS, of what the holder bought there before the run */

/* The terminals: two of each kind. */
enum till { TILL_POS, TILL_POS2, TILL_RELOAD, TILL_RELOAD2, TILL_DESK, TILL_DESK2, TILL_COUNT };
const char *till_name(enum till till); /* its folder */
const char *till_tid(enum till till);

enum verb {
  VERB_PAY,
  VERB_PAY_POINTS,
  VERB_LOAD,
  VERB_PIN,
  VERB_BALANCE,
  VERB_ISSUE,
  VERB_VOID,
  VERB_RECOVER,
  VERB_REFUND,
  VERB_OWE, /* a refund without the card */
  VERB_PAYOUT,
  VERB_CONFIRM, /* the cashier is asked about each payout that was to be handed out */
  VERB_BACK,    /* those that are not to be handed out yet go back to their cards */
  VERB_RENEW,   /* the card is renewed, and WHOSE_OTHER's is the new one */
  VERB_CLOSE    /* all that is on it is paid out, with its deposit, which ends it; the amount is the card's */
};
const char *verb_name(enum verb verb);

/* The cards: the holder's, of which most runs are; one that is raw at first; and another customer's, whose last day is
 * the day of the run; and one that a thief has opened. */
enum whose { WHOSE_HOLDER, WHOSE_NOBODY, WHOSE_OTHER, WHOSE_OPENED, WHOSE_COUNT };

/* One thing that somebody does at a terminal. */
struct call {
  enum till till;
  enum verb verb;
  int64_t amount;
  int64_t sale;              /* of a refund: the number of what it gives back, in the till's journal; 0: the newest */
  bool named;                /* of a payment: under a name, which the purchase itself asks for */
  bool without_pin;          /* of a payment: the till does not ask, unless it has to */
  enum offline_use offline;  /* of a payment: what it does without the server */
  bool cash;                 /* the tender, of a load or a recovery; else the bank */
  enum bank_kind bank;       /* which; a terminal has one in a run */
  enum whose whose;          /* with this card */
  unsigned mistyped;         /* so many wrong PINs first */
  bool gives_up;             /* and no right one after them */
  bool server_down;          /* nobody answers during it */
  const struct call *inside; /* what happens elsewhere if the card is carried away in the middle; NULL: nothing */
};

/* What came of it. */
struct report {
  bool returned; /* false: the terminal was killed */
  enum status status;
  struct outcome outcome;
  unsigned asked; /* how often for the PIN */
  unsigned open;  /* of a recovery: entries that stay */
  uint32_t atc;   /* of the card, before the call */
  int64_t before; /* its balance before the call, minor units */
  int64_t shown;  /* the balance that VERB_BALANCE showed */
  bool killed;    /* also behind its display: then it may be shown once more */
  bool odd;       /* the terminal's process ended in a way of its own */
};

/* ---- what the server holds, told by its own process ---- */

#define BOOKS_MAX   96
#define REFUNDS_MAX 8
#define KEPT_MAX    16
struct books {
  bool told;
  enum status check; /* ledger_check */
  unsigned findings;
  char finding[200];                                              /* the first */
  struct ledger_card cards[WHOSE_COUNT];                          /* zeros where the chip has no number */
  struct ledger_transaction transactions[WHOSE_COUNT][BOOKS_MAX]; /* newest first */
  size_t counts[WHOSE_COUNT];
  struct ledger_totals totals;
  int64_t owed_refunds[REFUNDS_MAX]; /* those without a card, minor units each */
  size_t owed_count;
  int64_t refunds_borne;         /* by the shop of TILL_POS, minor units */
  uint64_t lies;                 /* incidents of the opened card */
  int64_t paid_out;              /* payouts that a terminal was told to hand out, minor units */
  unsigned unheard;              /* of them, those that the server does not know to be handed out */
  int64_t put_back;              /* payouts that are owed to their cards instead */
  int64_t deposits_back;         /* deposits that went out with a payout that closed its card, minor units */
  struct promise kept[KEPT_MAX]; /* off-line payments that are evidence against their card, paid by risk or by nobody */
  size_t kept_count;
  int64_t risked; /* off-line payments of a forked card that the issuer's risk bears, minor units */
  struct ledger_offline_lack lacking[WHOSE_COUNT]; /* what cards have announced, and nobody has brought in */
  uint64_t given_back;    /* incidents: charges given back whose claim had been loaded elsewhere meanwhile */
  int64_t given_back_sum; /* minor units: the merchants go on owing them */
};

struct late_request {
  bool waits;
  enum fault_kind kind;
  enum till till;
  enum message_type type;
  size_t len;
  char text[MESSAGE_MAX + 1];
};

#define PINS_MAX 8
struct torture {
  struct fault faults[FAULTS_MAX];
  size_t fault_count;
  unsigned armed_call;
  unsigned reached[PLACE_COUNT];
  struct report report, inside;  /* of the last call, and of the call inside it */
  const struct call *inside_did; /* which that was; NULL: none */
  bool server_down, bank_down;   /* until the end of the call */
  time_t clock;                  /* of all of them, unix seconds */
  time_t server_ahead;           /* so many seconds the server's clock is ahead of theirs */
  const char *pins[PINS_MAX];    /* what the holder types, one after the other; static strings; NULL: gives up */
  struct bank_book bank;
  struct books books;
  struct trace trace;
  unsigned lies, honoured; /* of the opened card: that were noticed; payments that the issuer bore; in all runs */
  unsigned given_back;     /* all of them, in all runs */
  unsigned overwritten;    /* off-line payments that only their card knew of, until it made the next one; in all runs */
  unsigned unpaid;         /* off-line payments of the opened card that nobody pays its shop; in all runs */
  struct late_request late;
  bool negative; /* the card's commits are taken apart */
};
extern struct torture *torture;

/* Whether a call that no fault waits in has a process of its own as well: the card is one that needs it. */
extern const bool torture_apart;

#endif

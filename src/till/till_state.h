/* SPDX-License-Identifier: Apache-2.0
 * What the till's own files share: its state, and who may touch which part of it. */
#ifndef EPURSE_TILL_STATE_H
#define EPURSE_TILL_STATE_H

#include <pthread.h>

#include "epurse/till.h"

struct reader;
struct tender;

/* What somebody is waited for to give. */
enum till_wanted { WANTED_NOTHING, WANTED_PIN, WANTED_YES, WANTED_TEXT };

struct till_listener {
  void (*wake)(void *context);
  void *context;
};

struct till {
  struct till_facts facts; /* set before the thread starts */
  char config[1024], reader_spec[512];
  bool has_reader_spec;
  struct till_options options; /* its strings are those above */
  int lock_fd;                 /* of till.lock */
  pthread_t thread;
  bool started;

  /* Under `mutex`; `changed` is told of every change. */
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool ending;
  bool busy; /* a request is there, or runs */
  struct till_request request;
  struct till_result current; /* of that request */
  bool abortable, aborted;
  int cancel[2]; /* while it runs: the end of it wakes whoever waits for a card; -1: none */
  enum till_wanted wanted;
  bool given, yes;
  char pin[PIN_MAX + 1], text[TENDER_REFERENCE_MAX];
  struct till_event events[TILL_EVENTS]; /* event n at n % TILL_EVENTS */
  uint64_t newest;
  struct till_listener listeners[TILL_LISTENERS];
  struct till_result results[TILL_RESULTS]; /* the latest at (result_count - 1) % TILL_RESULTS */
  uint64_t result_count;
  struct till_health health;

  /* The thread's alone. */
  struct terminal *terminal; /* NULL: it could not be opened again after a renewal */
  struct reader *reader;     /* NULL: to be looked for */
  char no_reader[640];       /* which reader was meant, and which there are, where none is that one; "" */
  struct tender *tender;     /* ROLE_RELOAD only */
  bool served;               /* the card in the reader has been served, and is still there */
  bool reads_balance;        /* of a payout of all: nothing was begun under its name */
  bool printable;            /* the sale was not done before: its receipt is printed */
  unsigned pause_ms;         /* until it looks after what waits */
  int64_t looked, recovered; /* till_now() of the last look round, and of the last recovery; 0: none yet */
  int64_t certificate_time;  /* of terminal.cert, when it was read */
  int64_t answer_time;       /* of the issuer's answer that was tried last */

  /* Under `desk_mutex`: a second view of terminal and journal, for questions while a sale runs. */
  pthread_mutex_t desk_mutex;
  struct terminal *desk;

  pthread_mutex_t paper_mutex; /* whoever prints has it: one receipt after the other */
};

/* ---- events.c; with the mutex held ---- */

/* Puts an event of the request that runs on the list and wakes whoever listens. */
void till_tell(struct till *till, enum till_step step, const char *text);
/* Waits for a change, at most until then (CLOCK_MONOTONIC milliseconds). False: it is later. */
bool till_wait_until(struct till *till, int64_t until);
int64_t till_now(void); /* CLOCK_MONOTONIC milliseconds */

/* ---- events.c; on the thread, without the mutex ---- */

/* How the terminal is: what an operator should read goes to the log. */
void till_log(const struct till *till, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- sale.c, rest.c; on the thread, without the mutex ---- */

/* Carries out till->request, from its first event to its last. */
void till_sale(struct till *till);
/* Looks after what waits: confirmations, off-line payments, the certificate, the card that has to go. */
void till_rest(struct till *till);
/* till_now() at which the purchases that wait for it are confirmed; INT64_MAX: none does. */
int64_t till_confirm_due(const struct till *till);
/* Remembers which certificate was read, so that a newer one is noticed. */
void till_certificate_note(struct till *till);
/* STATUS_OK: till->reader is open. */
enum status till_reader(struct till *till) EPURSE_MUST_USE;
/* After a status that tells that the reader is gone: closes it, to be looked for again. */
void till_reader_check(struct till *till, enum status status);

/* ---- paper.c; on the thread, without the mutex ---- */

#define TILL_WHEN_MAX 48
/* Before the card: whether the printer would print now, where it is to be asked. STATUS_PRINTER_OFF, PRINTER_PAPER. */
enum status till_paper_ready(struct till *till) EPURSE_MUST_USE;
/* The receipts of what is done, as configured; what is not printed changes nothing. */
void till_paper_after(struct till *till, const struct outcome *outcome);

/* ---- terminals.c ---- */

/* Opens terminal and desk. */
enum status till_terminals_open(struct till *till, char problem[256]) EPURSE_MUST_USE;
void till_terminals_close(struct till *till);

/* ---- desk.c; with the mutex held ---- */

/* The last request of that reference in this life; `standing`: that was done, else that is held, whatever later ones
 * were refused for, and whose name is known beyond this life. False: there is none. */
bool till_remembered(const struct till *till, const char *reference, bool standing, struct till_result *result);

/* ---- request.c ---- */

/* Asks whether the outcome was shown. STATUS_UNREPORTED: nobody says so. */
enum status till_ask_shown(struct till *till) EPURSE_MUST_USE;
/* Asks the cashier, by an event; till_answer answers. Statuses as of struct tender_operator. */
enum status till_ask(struct till *till, const char *question, char *text, unsigned capacity) EPURSE_MUST_USE;
/* Asks for the PIN, by an event. As of struct dialogue. */
enum status till_ask_pin(struct till *till, unsigned tries_left, char digits[PIN_MAX + 1]) EPURSE_MUST_USE;

/* ---- words.c ---- */

/* The kind of an entry or a transaction of that type; 0: of none. */
enum till_kind till_kind_of(uint8_t type);

#endif

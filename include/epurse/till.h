/* SPDX-License-Identifier: Apache-2.0
 * The till: a terminal that lives on. One sale at a time is handed to it, by whatever front end; it tells how far that
 * has come, keeps how it ended, and meanwhile brings in what waits.
 *
 * One thread, the till's own, has terminal, reader, journal and the line to the server, and runs the flows of
 * terminal.h: nothing here moves money. Front ends call the functions below from any thread; those that may wait say
 * so. What it has to say is its list of events, read at any speed. */
#ifndef EPURSE_TILL_H
#define EPURSE_TILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/amount.h"
#include "epurse/iban.h"
#include "epurse/moment.h"
#include "epurse/number.h"
#include "epurse/outcome.h"
#include "epurse/receipt.h"
#include "epurse/reference.h"
#include "epurse/status.h"
#include "epurse/terminal_offline.h"
#include "epurse/terminal_supervisor.h"
#include "epurse/till_kind.h"

struct till;         /* opaque */
struct receipt_copy; /* terminal.h */
struct print_document;

#define TILL_WAIT_SECONDS 120 /* for the card, for the PIN, and for an answer, unless a request says otherwise */

/* ---- its life ---- */

struct till_options {
  const char *config; /* the terminal's directory, or its terminal.conf */
  const char *reader; /* as reader_open_pcsc has it; NULL: the only one */
  unsigned rest_ms;   /* so often an idle till looks after what waits; 0: every 10 s */
  /* What an operator should read: one line of key=value pairs, on the till's thread. NULL: nothing is said. */
  void (*log)(void *context, const char *event, const char *pairs);
  void *context;
  /* What receipts on paper are written with, on the till's thread: sentences, and a moment, at most 48 bytes. NULL:
   * English, UTC. */
  const char *(*words)(const char *english);
  void (*when)(const uint8_t moment[MOMENT_SIZE], char *text);
};

/* Opens the terminal, locks its directory (till.lock) and starts the thread. The reader is looked for when it is
 * needed. STATUS_READER_BUSY: another till has the directory; else as terminal_open, with its `problem`. */
enum status till_open(const struct till_options *options, struct till **till, char problem[256]) EPURSE_MUST_USE;
/* Ends it: who waits for a card, a PIN or an answer is cancelled; what a card has begun is finished first, or stays in
 * the journal. May wait for that. *till becomes NULL. NULL is fine. */
void till_close(struct till **till);

struct till_facts {
  char tid[TID_SIZE + 1];
  uint8_t role; /* ROLE_POS: sales and refunds; ROLE_RELOAD: loads and payouts */
  char merchant[MERCHANT_MAX + 1], merchant_name[64];
  const struct currency *currency;
  enum offline_use offline;         /* of a sale that says nothing of it, as configured */
  char folder[1024], receipts[256]; /* absolute */
  bool printer;                     /* whether there is one */
  char reader[512];                 /* which reader it was told to use; "": the only one */
};
/* What does not change while it lives. Borrowed. */
const struct till_facts *till_facts(const struct till *till);

struct till_health {
  bool busy;
  bool reader, card;           /* as seen last */
  bool server;                 /* whether it answered last */
  enum status trouble;         /* of the reader or the terminal; STATUS_OK: none */
  enum status printer;         /* how it was last; STATUS_OK too where there is none */
  unsigned waiting;            /* open in the journal: confirmations, off-line payments */
  int64_t certificate_expires; /* unix seconds */
};
/* How it is now, for a diagnosis. */
void till_health(struct till *till, struct till_health *health);

/* ---- one sale ---- */

struct till_request {
  enum till_kind kind;
  struct amount amount;
  char reference[REFERENCE_MAX + 1]; /* the front end's name of it, unique per merchant; reference_valid */
  int wait_seconds;                  /* for the card; 0: TILL_WAIT_SECONDS; negative: for ever */
  bool tap;                          /* the card is held to the reader: sentences say so */
  bool card_stays; /* the card that the till has just served may stay and be served again; else it must go first */
  bool points, ask_pin, up_to; /* sale: as struct payment */
  bool card_now;               /* it is there already, or it is over: `wait_seconds` says nothing */
  bool unnamed; /* the reference is for this life of the till alone: neither journal nor server hears of it */
  bool show;    /* the front end shows it to people at once: it is confirmed before, and TILL_QUESTION_SHOWN asked */
  char cashier[CASHIER_MAX + 1]; /* who is at the register; cashier_valid, or "": nobody says */
  /* Where the terminal has cashiers with codes: the one of that name, which the caller wipes; or whoever hands this
   * over has checked it, or there is nobody to be asked (ZVT). Else STATUS_WRONG_CASHIER, and nothing was begun. */
  char cashier_code[SUPERVISOR_CODE_MAX + 1];
  bool cashier_known;
  enum offline_use offline; /* sale: off-line the reference is this till's alone: the server never hears of it */
  /* Refund: the sale's number, reference, or the text of its receipt's QR code, as people type it; "": the newest, or
   * `sale_number`. */
  char sale[RECEIPT_TEXT_SIZE];
  int64_t sale_number; /* refund: of its entry in the journal, and never a reference; 0: `sale` says which one */
  bool whole;          /* refund: of all that was sold; payout: all that is on the card; `amount` says nothing */
  bool without_card;   /* refund: it is owed to the card */
  char supervisor[SUPERVISOR_CODE_MAX + 1];        /* refund, where the till has a code; the caller wipes its own */
  bool closes;                                     /* payout: with `whole`: it ends the card */
  char iban[IBAN_MAX + 1], holder[HOLDER_MAX + 1]; /* payout: to that account, and whose it is; "": in cash */
  bool supervisor_known; /* refund: of what was sold just now and is not handed out: nobody decides that */
  enum code_door door;   /* where both codes were said */
};

/* Begins it, and does not wait. STATUS_OK: it is under way, or it is the very one that is. STATUS_REFERENCE_USED: under
 * way with another amount or kind. STATUS_TILL_BUSY: another one is. STATUS_BAD_AMOUNT, WRONG_CURRENCY, BAD_FORMAT,
 * IBAN_INVALID, NOT_PERMITTED, OFFLINE_FORBIDDEN: nothing was begun. A reference that was done before ends at once as
 * it did then, and nothing is taken twice; with another amount or kind it ends with STATUS_REFERENCE_USED. */
enum status till_start(struct till *till, const struct till_request *request) EPURSE_MUST_USE;

/* Cancels what waits for a card, a PIN, an answer, or for the card to go; it then ends with STATUS_CANCELLED, or as the
 * flow says where money was asked about. What a card has begun runs on, to its end: the result counts, not the abort.
 * NULL: whichever is under way. STATUS_NOT_WANTED: nothing of that reference is, or it is too late. */
enum status till_abort(struct till *till, const char *reference) EPURSE_MUST_USE;

/* Gives the PIN that TILL_PIN_WANTED asks for; the caller wipes its own. `reference`: for which it was typed; NULL: for
 * whoever asks. STATUS_NOT_WANTED: nobody asks, or another one. BAD_FORMAT. */
enum status till_pin(struct till *till, const char *reference, const char *digits) EPURSE_MUST_USE;

/* The question that a request with `show` is asked when its card has done it: its outcome is told by till_status by
 * then. Whoever does not say yes has not shown it, and it ends with STATUS_UNREPORTED: the journal knows that people
 * may not know. */
#define TILL_QUESTION_SHOWN "Has the result been shown?"

/* Answers TILL_QUESTION. `text`: where a line is asked for; with a no to a yes or no, that what was said was neither;
 * else NULL or "". `reference`: whose question it was; NULL: whoever asks. STATUS_NOT_WANTED: nobody asks, or another
 * one. BAD_FORMAT, BAD_LENGTH. */
enum status till_answer(struct till *till, const char *reference, bool yes, const char *text) EPURSE_MUST_USE;

/* ---- how far it is ---- */

enum till_step {
  TILL_BEGUN = 1,   /* accepted */
  TILL_WAITING,     /* for a card */
  TILL_CARD_IN,     /* it is there */
  TILL_PIN_WANTED,  /* till_pin; tries_left */
  TILL_AUTHORISING, /* the server is asked, or the card */
  TILL_QUESTION,    /* to the cashier, in `text`: till_answer. Cash taken, money handed out */
  TILL_SAY,         /* a sentence for the people, in `text` */
  TILL_REMOVE_CARD, /* a card is in that has to go */
  TILL_DONE,        /* it is over: `status`, and till_status has the rest */
};

/* "waiting"; "" for what is no step. Static. */
const char *till_step_name(enum till_step step);

struct till_event {
  uint64_t number; /* from 1 on, without gaps */
  enum till_kind kind;
  char reference[REFERENCE_MAX + 1];
  enum till_step step;
  unsigned tries_left; /* TILL_PIN_WANTED */
  bool wants_text;     /* TILL_QUESTION: a line, not a yes or no */
  enum status status;  /* TILL_DONE */
  char text[256];      /* English, a sentence of the catalogue where it has no figures; "" */
};

#define TILL_EVENTS 128 /* so many are kept */
/* The kept events later than `after`, oldest first, at most `capacity`; how many. Never waits for more than a
 * moment. */
size_t till_events(struct till *till, uint64_t after, struct till_event *events, size_t capacity);
/* The number of the newest event; 0: none yet. */
uint64_t till_newest(struct till *till);
/* Waits until there is an event later than `after`, at most `milliseconds`; whether there is. */
bool till_await(struct till *till, uint64_t after, int milliseconds);

#define TILL_LISTENERS 8
/* Calls `wake` after every event, on the till's thread: it is brief, and calls nothing here. At most TILL_LISTENERS;
 * STATUS_OVERLOADED. */
enum status till_listen(struct till *till, void (*wake)(void *context), void *context) EPURSE_MUST_USE;
/* No call of it runs any more when this returns. */
void till_unlisten(struct till *till, void (*wake)(void *context), void *context);

/* ---- how it ended ---- */

struct till_result {
  enum till_kind kind; /* 0: not known */
  char reference[REFERENCE_MAX + 1];
  bool running;
  enum till_step step;  /* the last one, while it runs */
  unsigned tries_left;  /* likewise */
  bool held;            /* it has begun, and only its card, or the server, can bring it on */
  bool owed, unnamed;   /* a refund that was done without its card; as asked for: only this life knows the reference */
  bool points, ask_pin; /* a sale: as it was asked for; of an earlier life ask_pin is not known any more, and set */
  enum status status;   /* when it is over */
  struct outcome outcome; /* as far as it got */
  char trouble[640];      /* of the line to the server, or which readers there are, where that was why; "" */
};

#define TILL_RESULTS 64 /* the latest are kept with their very status; older ones are asked of journal and server */
/* Whether the card has done what the reference of that result stands for, now or before (STATUS_REFERENCE_DONE). */
bool till_is_done(const struct till_result *result);
/* What a reference stands for, whatever its last request was refused for; after a restart too. STATUS_OK: *result says.
 * STATUS_NOT_FOUND: nothing is known of it, and nothing was taken. Else what kept it from being known. May wait for the
 * server, not for the card. */
enum status till_status(struct till *till, const char *reference, struct till_result *result) EPURSE_MUST_USE;
/* The same by this life and the journal, never asking the server. SETTLED_ELSEWHERE: it alone knows. TILL_BUSY: the
 * journal is being asked. */
enum status till_look(struct till *till, const char *reference, struct till_result *result) EPURSE_MUST_USE;
/* The one that is under way, or the last one of this life. STATUS_NOT_FOUND: there was none. Does not wait. */
enum status till_last(struct till *till, struct till_result *result) EPURSE_MUST_USE;
/* Blocks until the last request of it is over, at most `milliseconds`; then how that one ended, of this life only.
 * Where it was refused and something was done under the name before: STATUS_REFERENCE_DONE and the first outcome, or
 * STATUS_REFERENCE_USED; begun: as payment_standing. */
enum status till_finish(struct till *till, const char *reference, int milliseconds,
                        struct till_result *result) EPURSE_MUST_USE;

/* A receipt once more; as receipt_again. */
enum status till_receipt(struct till *till, int64_t number, struct outcome *outcome,
                         struct receipt_copy *receipt) EPURSE_MUST_USE;
/* The same on paper, for the holder, marked as a copy. May wait for the printer, as long as it is configured. Statuses
 * of receipt_again and printer_print. */
enum status till_print(struct till *till, int64_t number) EPURSE_MUST_USE;
/* Anything else on the same paper. Statuses of printer_print; STATUS_TILL_BUSY. */
enum status till_print_document(struct till *till, const struct print_document *document) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The frame that all programs with a card reader share: options, terminal, reader, verb, report, exit code. */
#ifndef EPURSE_CMD_TERMINAL_PROGRAM_H
#define EPURSE_CMD_TERMINAL_PROGRAM_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/terminal.h"
#include "epurse/terminal_supervisor.h"
#include "option.h"

struct reader;

/* What the options of every terminal program fill; a program's own rows may use the last fields. */
struct terminal_program {
  const struct program *program;
  const char *reader_spec, *config, *trace;
  int64_t wait_seconds;  /* INT64_MIN: not given; -1: for ever */
  int64_t pin_fd;        /* -1: ask on the terminal */
  int64_t cashier_fd;    /* whoever is at the till: --cashier-fd; -1: ask on the terminal */
  int64_t supervisor_fd; /* refund, void, supervisor --supervisor-fd; -1: ask on the terminal */
  bool json, quiet;
  bool one_try;                  /* pin: the second line of --pin-fd is the new PIN, not another try */
  bool points;                   /* pay --points */
  bool ask_pin;                  /* pay --ask-pin */
  bool up_to;                    /* pay --up-to */
  const char *offline;           /* pay --offline, or NULL: as configured */
  bool without_card;             /* refund --without-card */
  bool all, back, close;         /* payout --all, --back, --close; totals --close */
  const char *iban, *holder;     /* payout --iban, --name; or NULL */
  const char *renew_to;          /* renew --to: the new card's number, or NULL */
  bool qr;                       /* pay, load, receipt --qr */
  bool last;                     /* receipt --last */
  bool csv;                      /* totals --csv */
  bool print;                    /* receipt, totals, shift --print */
  const char *pdf;               /* receipt, totals, shift --pdf, or NULL */
  const char *reference;         /* pay, load --reference, or NULL */
  int64_t events_fd;             /* -1: nobody wants to know */
  bool cancel_on_eof;            /* --cancel-on-eof */
  bool minor;                    /* pay, load --minor */
  int64_t pin_out_fd;            /* issue --pin-out-fd; -1: show it on the terminal */
  const char *results;           /* batch --results, or NULL: beside the list */
  const char *pin_out;           /* batch --pin-out, or NULL */
  bool replace, verify, prepare; /* batch --replace, --verify, --prepare */
  const char *cap, *card_keys, *diversify, *domain_key; /* prepare, each or NULL */
  bool no_deposit;                                      /* issue, batch */
  bool check, undo, lock, keep_keys;                    /* prepare */
  int64_t runs;                                         /* measure --runs; 0: as many as it does by itself */
  const char *tender_spec;                              /* load --tender, or NULL: as configured */

  struct terminal *terminal;
  struct reader *reader;
  FILE *trace_file;
  int turn;      /* at a terminal that a service has; -1: none */
  uint8_t roles; /* bit 1 << role: who may use this program */
  const struct verb *verb;
  json_t *report;             /* what the verb has for --json */
  bool held;                  /* the reference has begun before, and how it ended is unknown */
  bool shown;                 /* the report has been printed already */
  bool met;                   /* a card was in the reader */
  const char *till_problem;   /* what the till said why it failed; or NULL */
  const sigset_t *cancelling; /* the till is at work for it: signals that are held, and cancel; or NULL */
  bool changed;               /* the verb had an effect, which stands; pay and load say it by what they show */
  struct dialogue dialogue;
  char tap_pin[PIN_MAX + 1]; /* --tap: the PIN that was asked for before the card; "": none */
  bool tap_shown;            /* in this meeting with the card */
  bool tap_met;              /* it has begun */
  struct amount wanted;      /* what the PIN is asked for; 0: for nothing but reading or changing it */
  bool wanted_load;
  const char *cashier;                        /* --cashier, or NULL */
  char cashier_code[SUPERVISOR_CODE_MAX + 1]; /* as it was given; "": none was asked for */
  const char *drawer_float, *drawer_counted;  /* totals --close, shift --float, --counted; or NULL */
  unsigned tries_left;                        /* PINs, as the card said last; 5 where it has not been asked */
};

/* The rows that all share, and the verbs balance, doctor, log, pin, readers, recover, renew. */
extern const struct option_row terminal_program_rows[];
/* Those of the programs that move money: epurse-pos and epurse-reload. */
extern const struct option_row terminal_money_rows[];
enum status verb_balance(void *context, char **arguments);
enum status verb_doctor(void *context, char **arguments);
enum status verb_log(void *context, char **arguments);
enum status verb_pin(void *context, char **arguments);
enum status verb_readers(void *context, char **arguments);
enum status verb_receipt(void *context, char **arguments);
enum status verb_recover(void *context, char **arguments);
enum status verb_renew(void *context, char **arguments);
enum status verb_status(void *context, char **arguments); /* of a reference */
enum status verb_totals(void *context, char **arguments); /* of epurse-pos and epurse-reload */
enum status verb_shift(void *context, char **arguments);  /* of these too */
/* Looks, before a card is asked for, whether the payment or load of that reference was done before. True: it is over,
 * with *status, and was reported; false: it can go on. */
bool terminal_program_recall(struct terminal_program *self, uint8_t type, const struct payment *payment,
                             struct outcome *outcome, enum status *status);
/* renew_by_itself.c: at the end of a verb, a request for new certificates that waits is looked after: brought to the
 * issuer over the line, and its answer taken. Closes the terminal where it was. What does not get on is for the next
 * verb. */
void renew_by_itself(struct terminal_program *self);
/* Opens the reader after it: without one, a payment or load that has begun is still held, and that is reported. */
enum status terminal_program_reader(struct terminal_program *self, const char *operation,
                                    const struct outcome *outcome) EPURSE_MUST_USE;
/* How a payment or load ended, as people are told it: payment_standing. */
enum status terminal_program_held(const struct terminal_program *self, enum status status) EPURSE_MUST_USE;
/* Recovers with the terminal open, and says what came of it. */
enum status recover_report(struct terminal_program *self) EPURSE_MUST_USE;

/* main's whole body: parse, harden, run the verb, print the report, say what went wrong; the exit code. */
int terminal_program_main(struct terminal_program *self, int argc, char **argv);

/* Prints that a purchase or load is done, all of it and at once: the journal notes next that people know.
 * STATUS_UNREPORTED: stdout did not take it; it is said on stderr. */
enum status terminal_program_show(struct terminal_program *self, const char *operation,
                                  const struct outcome *outcome) EPURSE_MUST_USE;

/* Opens the terminal, and the reader, for a verb that needs them; says what is wrong. STATUS_NOT_PERMITTED: the
 * configuration is of another role than this program is for. */
enum status terminal_program_open(struct terminal_program *self) EPURSE_MUST_USE;
enum status terminal_program_open_reader(struct terminal_program *self) EPURSE_MUST_USE;

/* An amount as people type it: with the decimal mark of the locale, or the point, but where that would be the mark of
 * thousands (three digits after it); with --minor as programs write it, in minor units. Says what is wrong.
 * STATUS_BAD_AMOUNT. */
enum status terminal_program_amount(const struct terminal_program *self, const char *text,
                                    struct amount *amount) EPURSE_MUST_USE;

/* For the card: what the options and the terminal say. */
int terminal_program_wait(const struct terminal_program *self);
/* Waits for the card where a verb does not do it through a flow of its own. */
enum status terminal_program_await_card(struct terminal_program *self) EPURSE_MUST_USE;

/* One line for people: on stdout, or nowhere with --json. */
void terminal_program_print(const struct terminal_program *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* dialogue.c: PIN and sentences by file descriptor or terminal; `self` stays borrowed. */
void dialogue_fill(struct terminal_program *self);
/* What tender_operator wants, on stderr and stdin. Yes and no are the locale's words or English ones, and anything else
 * is asked again. */
enum status operator_confirm(void *context, const char *question);
enum status operator_ask(void *context, const char *question, char *text, unsigned capacity);

/* events.c: one line of JSON for each step, to --events-fd. What nobody takes at once is dropped: a display never holds
 * up a payment. `fields` is stolen, or NULL. */
void event_tell(const struct terminal_program *self, const char *event, json_t *fields);
/* struct dialogue: step. */
void event_step(void *context, enum dialogue_step step);
/* The last ones: the card can be taken, and how it ended. */
void event_end(const struct terminal_program *self, enum status status);

/* verb_log.c: a card's log with what the card says of itself, as --json prints it and epurse-admin audit reads it. */
json_t *statement_json(const struct card_statement *statement);

/* report.c: an outcome as --json prints it. */
json_t *report_json(const char *operation, const struct outcome *outcome);

/* report.c: what happened, for people and machines. */
const char *report_operation(uint8_t type); /* the word for an enum transaction_type: "load"; static */
void report_amount(char text[AMOUNT_TEXT_MAX], int64_t minor, uint16_t currency);
void report_done(FILE *out, const char *operation, const struct outcome *outcome); /* done, for people */
/* The status as a sentence on stderr, with what is known beside it: tries left, figures; `outcome` may be NULL. */
void report_failure(const struct terminal_program *self, enum status status, const struct outcome *outcome);
void report_outcome(struct terminal_program *self, const char *operation, enum status status,
                    const struct outcome *outcome);

#endif

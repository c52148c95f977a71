/* SPDX-License-Identifier: Apache-2.0
 * What a simulated bank remembers: each order once, and what became of it. Knows no sockets. */
#ifndef TESTS_BANK_TENDER_BOOK_H
#define TESTS_BANK_TENDER_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

enum book_mode {
  BOOK_APPROVE,
  BOOK_DECLINE,
  BOOK_DROP,       /* charges, then the line is gone before the answer */
  BOOK_DROP_BEFORE /* the line is gone before it charges */
};
/* The mode's name, "drop-before", and back; false: no such mode. */
const char *book_mode_name(enum book_mode mode);
bool book_mode_by_name(const char *name, enum book_mode *mode);

struct book; /* opaque */

/* NULL: no memory. */
struct book *book_new(void);
void book_free(struct book **book);

/* How authorisations go from now on; `seconds` passes before each. */
void book_set(struct book *book, enum book_mode mode, int64_t seconds);

/* What is to be done about a request. */
struct book_answer {
  json_t *reply;     /* owned by the caller; NULL: close the line without one */
  int64_t seconds;   /* above 0: the customer is slow; call book_settle then, reply with what it gives */
  const char *order; /* the order to settle; the book's */
};

/* Takes one request: "authorise", "confirm", "reverse", "last", or "mode", which sets the mode. What is none is
 * answered
 * {"error": ...}. An order that the book has is never charged again. */
void book_take(struct book *book, const char *line, struct book_answer *answer);

/* The customer is through: decides the order as the mode then in force says, whether or not anybody still listens. */
void book_settle(struct book *book, const char *order, struct book_answer *answer);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What the server's books say, read as anybody with a terminal's certificate may: GET /metrics. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_BOOKS_H
#define EPURSE_TESTS_SYSTEM_WIRE_BOOKS_H

#include <stdint.h>

struct books {
  int64_t outstanding;   /* minor units on cards, in hold and owed to them */
  int64_t merchants_due; /* minor units owed to merchants for purchases */
  int64_t tenders_due;   /* minor units owed by merchants for loads */
  int64_t points;        /* in circulation */
  int64_t open_holds, incidents, postings;
};

struct books_line; /* one kept-alive connection */
struct books_line *books_open(void);
void books_close(struct books_line **line);
void books_read(struct books_line *line, struct books *books);

#endif

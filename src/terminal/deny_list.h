/* SPDX-License-Identifier: Apache-2.0
 * Which cards must not be taken off-line, as the server said it last, in the terminal's folder: its number, the time
 * that the server signed, the terminal's allowance. Neither number nor time ever falls. */
#ifndef EPURSE_TERMINAL_DENY_LIST_H
#define EPURSE_TERMINAL_DENY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/message_deny.h"
#include "epurse/status.h"

struct deny_list; /* opaque */

struct deny_state {
  int64_t number;                    /* behind which the next page is asked for; 0: there is none yet */
  int64_t time;                      /* of the last whole list, unix seconds; 0: none has been whole */
  int64_t latest;                    /* the latest that the server has signed, unix seconds */
  int64_t mark;                      /* the journal's last entry before that list */
  int64_t sum, count;                /* what the terminal may take behind it: minor units, payments */
  uint32_t issuer;                   /* first six digits of its cards' numbers */
  uint8_t card_ca[DENY_CARD_CA_MAX]; /* 7F21, one behind the other: whose cards are good */
  size_t card_ca_len;
};

/* Opens that of a folder; `make`: where there is none, it is made. STATUS_NOT_FOUND, STATUS_STORE_FAILED,
 * STATUS_NO_MEMORY. */
enum status deny_list_open(const char *folder, bool make, struct deny_list **list) EPURSE_MUST_USE;
/* *list becomes NULL. NULL is fine. */
void deny_list_close(struct deny_list **list);

enum status deny_list_state(struct deny_list *list, struct deny_state *state) EPURSE_MUST_USE;
/* Adds a page that came behind state.number, all of it or nothing; `time` is the reply's that the server signed, `mark`
 * as above, from before it was asked. STATUS_OUT_OF_STEP: number or time is below what was seen before. */
enum status deny_list_add(struct deny_list *list, const struct deny_page *page, int64_t time,
                          int64_t mark) EPURSE_MUST_USE;
/* Whether the card with that serial is on it. */
enum status deny_list_has(struct deny_list *list, uint32_t serial, bool *denied) EPURSE_MUST_USE;

#endif

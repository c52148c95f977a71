/* SPDX-License-Identifier: Apache-2.0
 * A till's day: a card, the till behind the reader that it finds, and what is sold. One card and one till at a time. */
#ifndef TESTS_TILL_DAY_H
#define TESTS_TILL_DAY_H

#include <check.h>

#include "epurse/till.h"
#include "system/flow_card.h"

#define DAY_MONEY 10000 /* minor units, on a new card */
#define DAY_LONG  30000 /* milliseconds: a busy machine is slow */

extern struct flow_card card; /* in the reader */
extern struct till *till;

/* A card of that name, and the till of the shop's terminal; and their end, when the ledger is clean. */
void day_begin(const char *name);
void day_end(void);
/* The till of that terminal's directory, once more. */
void day_open(const char *name);

struct till_request day_sale(const char *reference, int64_t minor);
/* Until the till has come so far with it; its number. */
uint64_t day_await(const char *reference, enum till_step step, uint64_t after);
struct till_result day_finish(const char *reference);
/* With the holder's PIN. */
struct till_result day_sell(const struct till_request *request);
/* The same again at this till, whose holder types a PIN once where that is `typed`. */
struct till_result day_again(const char *reference, int64_t minor, bool typed);
/* Within a second, and without anybody's doing, the server has heard of it. */
void day_confirms(const char *reference);
/* At another till of the shop. */
enum status day_elsewhere(const char *reference, int64_t minor, struct outcome *outcome);

/* What belongs to one case is in files of its own. */
void till_reference_tests(TCase *tests);
void till_totals_tests(TCase *tests);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The flow tests, by what they are about; all run in one world. */
#ifndef EPURSE_TESTS_SYSTEM_FLOW_H
#define EPURSE_TESTS_SYSTEM_FLOW_H

#include <check.h>
#include <stdbool.h>

struct http_answer;

/* flow_bank.c: called with each answer of the server's before the terminal sees it; NULL: nobody is in between. */
extern void (*flow_answer_bend)(struct http_answer *answer);
/* flow_bank.c: from here on nothing of this process reaches the server, or all of it again. */
void flow_line_cut(bool cut);

void flow_plain_tests(TCase *tests);   /* flow_plain.c: what goes as it should, and what is declined */
void flow_pin_tests(TCase *tests);     /* flow_pin.c: changes of PIN, torn; cards that are read or must not be */
void flow_bank_tests(TCase *tests);    /* flow_bank.c: loads whose bank, server or card says no */
void flow_tear_tests(TCase *tests);    /* flow_tear.c: torn, lost, killed */
void flow_refund_tests(TCase *tests);  /* flow_refund.c: sales given back, torn */
void flow_offline_tests(TCase *tests); /* flow_offline.c: payments without the server, torn */
void flow_payout_tests(TCase *tests);  /* flow_payout.c: money paid out, torn */
void flow_alone_tests(TCase *tests);   /* flow_alone.c: authorisations without a signed reply around them, bent */
void flow_desk_tests(TCase *tests);    /* flow_desk.c: personalization, broken off anywhere */

#endif

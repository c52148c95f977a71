/* SPDX-License-Identifier: Apache-2.0
 * A terminal as a process of its own: opens its folder, does one thing, may be killed in the middle. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_TILL_H
#define EPURSE_TESTS_SYSTEM_TORTURE_TILL_H

#include "torture.h"

/* Opens each terminal once and closes it, so that everything that a first opening makes is there. */
bool till_prepare(void);

/* Runs the call in a process of its own; the faults of `number` in the sequence wait in it. What came of it is in
 * torture->report. */
void till_run(const struct call *call, unsigned number);

/* Whether the cashier was told that it is done. */
bool report_done(const struct report *report);
/* Nothing is left to be asked for: done, or people were told to look in the books, which have it. */
bool report_ended(const struct report *report);

#endif

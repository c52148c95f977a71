/* SPDX-License-Identifier: Apache-2.0
 * What the tests of the journal share: a place for it, made before each test, and an entry. */
#ifndef EPURSE_TESTS_TERMINAL_JOURNAL_PLACE_H
#define EPURSE_TESTS_TERMINAL_JOURNAL_PLACE_H

#include <check.h>

#include "epurse/journal.h"

extern char journal_path[256];
struct journal *open_journal(void);
/* A load that is about to ask its card. */
struct journal_entry sample_entry(void);

/* journal_process.c: processes beside each other, and numbers that outlive them. */
void journal_process_tests(TCase *tests);
/* journal_closing.c: closings and shifts. */
void journal_closing_tests(TCase *tests);

#endif

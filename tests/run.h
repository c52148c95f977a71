/* SPDX-License-Identifier: Apache-2.0
 * Runs a folder's Check suites and prints TAP, for every test program's main. */
#ifndef EPURSE_TESTS_RUN_H
#define EPURSE_TESTS_RUN_H

#include <check.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes and runs the suites; answers the exit code of main. */
int run_suites(Suite *(*const make[])(void), size_t count);

/* fork() for a child that is killed. Check has each test write a message for each assertion into one file, which its
 * processes share: one that is killed may leave half a message there, and then the whole program ends without a result
 * (exit code 2). So this child's messages go nowhere; where an assertion fails in it, all that is told is that it exits
 * with 1. */
pid_t run_fork(void);
/* The descriptor of Check's file; -1: there is none. */
int run_messages(void);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Turns at a terminal: a service that has it for good, and programs that are run beside it, keep out of each other's
 * sales. */
#ifndef EPURSE_TERMINAL_TURN_H
#define EPURSE_TERMINAL_TURN_H

#include <stdbool.h>

#include "epurse/status.h"

/* The service says that there is one: from now on its folder has a file for turns. STATUS_STORE_FAILED. */
enum status turn_begin(const char *folder) EPURSE_MUST_USE;
/* Takes a turn, until turn_end or the end of the process: `alone`, as the service does for each sale, or beside other
 * programs. *turn: -1 where nothing has to be given back, as where no service ever was. STATUS_TILL_BUSY. */
enum status turn_take(const char *folder, bool alone, int *turn) EPURSE_MUST_USE;
/* *turn becomes -1. */
void turn_end(int *turn);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A reader whose card loses its power, is pulled, and is carried to another terminal and back, as the faults say. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_READER_H
#define EPURSE_TESTS_SYSTEM_TORTURE_READER_H

#include "epurse/reader.h"
#include "torture.h"

/* With the card of the call in it. False: it cannot be opened. */
bool torture_reader_open(const struct call *call, struct reader **reader);
void torture_reader_close(struct reader **reader);

/* Brought by the terminal: does `call` in another process while nobody has the card's file. */
void torture_reader_excursion(const struct call *call);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Receipts on paper, as [printer] of the terminal's configuration says. */
#ifndef EPURSE_CMD_PAPER_H
#define EPURSE_CMD_PAPER_H

#include "epurse/terminal.h"

struct terminal_program;

/* Before a card is asked for, with the terminal open: asks the printer, where it is configured so, and says what is wrong.
 * STATUS_PRINTER_OFF, STATUS_PRINTER_PAPER: nothing was begun. STATUS_BAD_CONFIG: there is no such output. */
enum status paper_ready(const struct terminal_program *self) EPURSE_MUST_USE;
/* After what is done, the copies that are configured. What is not printed is said, with how to print it again; it changes nothing. */
void paper_after(const struct terminal_program *self, const struct outcome *outcome);
/* The holder's once more. Says what is wrong. As paper_ready. */
enum status paper_again(const struct terminal_program *self, const struct outcome *outcome,
                        const struct receipt_copy *receipt) EPURSE_MUST_USE;
/* Likewise as PDF, into a file that is not there yet: STATUS_EXISTS, STATUS_STORE_FAILED; STATUS_USAGE: built without. */
enum status paper_pdf(const struct terminal_program *self, const struct outcome *outcome,
                      const struct receipt_copy *receipt) EPURSE_MUST_USE;

#endif

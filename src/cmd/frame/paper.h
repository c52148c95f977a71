/* SPDX-License-Identifier: Apache-2.0
 * Receipts on paper, as [printer] of the terminal's configuration says. */
#ifndef EPURSE_CMD_PAPER_H
#define EPURSE_CMD_PAPER_H

#include "epurse/terminal.h"

struct print_document;
struct terminal_program;

/* Before a card is asked for, with the terminal open: asks the printer, where it is configured so, and says what is
 * wrong. STATUS_PRINTER_OFF, STATUS_PRINTER_PAPER: nothing was begun. STATUS_BAD_CONFIG: there is no such output. */
enum status paper_ready(const struct terminal_program *self) EPURSE_MUST_USE;
/* After what is done, the copies that are configured. What is not printed is said, with how to print it again; it
 * changes nothing. */
void paper_after(const struct terminal_program *self, const struct outcome *outcome);
/* After a card was issued whose deposit was taken: its receipt. `again`: it was issued before. Likewise; it cannot be
 * printed again. */
void paper_deposit(const struct terminal_program *self, const struct outcome *outcome, bool again);
/* The holder's once more, as --print and --pdf say; without either nothing is done. Says what is wrong. As
 * paper_report. */
enum status paper_again(const struct terminal_program *self, const struct outcome *outcome,
                        const struct receipt_copy *receipt) EPURSE_MUST_USE;
/* Before what cannot be undone, with the terminal open: whether there is a printer for --print, and whether the file of
 * --pdf can be made. Says what is wrong. As paper_report, without asking the printer. */
enum status paper_possible(const struct terminal_program *self) EPURSE_MUST_USE;
/* A report, likewise: on the printer, and into a file that is not there yet. As paper_ready; STATUS_EXISTS and
 * STATUS_STORE_FAILED of the file; STATUS_USAGE: built without libharu. */
enum status paper_report(const struct terminal_program *self, const struct print_document *document) EPURSE_MUST_USE;

#endif

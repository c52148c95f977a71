/* SPDX-License-Identifier: Apache-2.0
 * Where the till's service runs for this terminal, a program is its client: the same words, exit codes and JSON as
 * alone. */
#ifndef EPURSE_CMD_TILL_CLIENT_H
#define EPURSE_CMD_TILL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/status.h"

struct outcome;
struct payment;
struct terminal_program;

/* What the till is to carry out. */
struct till_wish {
  const char *operation; /* "purchase", "refund", "load", "payout": what report_outcome calls it */
  const char *path;      /* of the till's interface: "/sales" */
  const struct payment *payment;
  /* Refund: which sale, by number, reference, or the text of its receipt; and the supervisor's code, or "". */
  const char *sale, *supervisor;
  int64_t sale_number; /* refund: which one, where nobody named it, and `sale` says nothing; else 0 */
  bool whole;          /* refund: all of it; payout: all that is on the card */
  bool without_card;
  /* Shows that it is done; NULL: terminal_program_show. As that one. */
  enum status (*show)(struct terminal_program *self, const struct outcome *outcome);
};

/* Has the till carry it out, and reports how it ended. False: no till is there, or an option is none of its own (--tap,
 * --apdu-trace, --cancel-on-eof, another reader, another tender): nothing was begun. */
bool till_client_runs(struct terminal_program *self, const struct till_wish *wish, struct outcome *outcome,
                      enum status *status);

#endif

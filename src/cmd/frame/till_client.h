/* SPDX-License-Identifier: Apache-2.0
 * Where the till's service runs for this terminal, a program is its client: the same words, exit codes and JSON as alone. */
#ifndef EPURSE_CMD_TILL_CLIENT_H
#define EPURSE_CMD_TILL_CLIENT_H

#include "terminal_program.h"

/* Has the till carry the payment out, and reports how it ended. False: no till is there, or an option is none of its own (--tap,
 * --up-to, --apdu-trace, --cancel-on-eof, another reader): nothing was begun. */
bool till_client_pays(struct terminal_program *self, const struct payment *payment, struct outcome *outcome,
                      enum status *status);

#endif

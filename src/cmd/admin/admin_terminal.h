/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal renew --waiting, for terminal renew. */
#ifndef EPURSE_CMD_ADMIN_TERMINAL_H
#define EPURSE_CMD_ADMIN_TERMINAL_H

#include "epurse/status.h"

struct admin;
struct terminal_order;

/* Answers all that wait, after admin_open. `order` has the terminal CA's key, the issuer's folders, now and days; the
 * rest is each terminal's own. Says what is wrong; a request that does not hold is left out, and its status is the
 * answer. */
enum status admin_terminal_waiting(struct admin *admin, struct terminal_order *order) EPURSE_MUST_USE;

#endif

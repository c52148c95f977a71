/* SPDX-License-Identifier: Apache-2.0
 * Recovery with a tender of the caller's. */
#ifndef EPURSE_TERMINAL_RECOVER_H
#define EPURSE_TERMINAL_RECOVER_H

#include <stdbool.h>

#include "epurse/status.h"

struct recovery;
struct tender;
struct terminal;

/* terminal_recover with this tender (or NULL); `recovery` may be NULL. Not `asks`: what waits for its card goes on
 * waiting, and costs a sale no question to the server. */
enum status recover_run(struct terminal *terminal, struct tender *tender, bool asks,
                        struct recovery *recovery) EPURSE_MUST_USE;

/* recover_run without asking, before a purchase; where all that waits is of purchases just before, they wait for this
 * one's end. */
enum status recover_before_purchase(struct terminal *terminal) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Error replies: application/problem+json (RFC 9457) with the status row's name as "code". */
#ifndef EPURSE_SERVER_PROBLEM_H
#define EPURSE_SERVER_PROBLEM_H

#include "request.h"

/* Makes the outgoing half of the reply. Nothing but the status goes in, so that a problem cannot say more than that. */
void problem_reply(enum status status, struct reply *reply);
/* With another HTTP status than the row's, 400 or above: for whom what a row calls an outcome is a refusal. */
void problem_reply_as(int http_status, enum status status, struct reply *reply);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * CARD_RENEWAL: replacement_body of both cards -> what went to the new one and what follows; or what waits for an
 * administrator, as message_approval.h says it. */
#ifndef EPURSE_MESSAGE_RENEWAL_H
#define EPURSE_MESSAGE_RENEWAL_H

#include "epurse/message.h"

struct renewal_reply {
  int64_t at;                /* unix seconds */
  int64_t balance, owed;     /* minor units that went, of what was on the old card and owed to it */
  int64_t points;            /* that went */
  int64_t kept, points_kept; /* minor units and points that may follow */
  int64_t rest_at;           /* unix seconds from which they may; 0: nothing follows */
};
/* Writes all seven numbers. */
json_t *renewal_reply_body(const struct renewal_reply *reply);
/* Takes all seven. STATUS_BAD_FORMAT where one but `at` is negative. */
enum status renewal_reply_parse(const json_t *body, struct renewal_reply *reply) EPURSE_MUST_USE;

#endif

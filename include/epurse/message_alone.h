/* SPDX-License-Identifier: Apache-2.0
 * A reply that is nothing but an authorisation and the card's certificate, {"v":1,"body":{"authorisation":..,
 * "card_certificate":..}}: each is signed by itself and names the promise or the card, so that no second signature
 * stands around them, and nothing else is said. */
#ifndef EPURSE_MESSAGE_ALONE_H
#define EPURSE_MESSAGE_ALONE_H

#include "epurse/message.h"

/* Who takes it says so in Accept (RFC 9110 12.5.1); who does not gets a signed reply. */
#define MESSAGE_ALONE_MEDIA_TYPE "application/json"

/* Whether such a reply answers that message: PURCHASE, REFUND, PAYOUT, LOAD. */
bool message_alone_answers(enum message_type type);

/* *text is malloc'd; `body` is borrowed. STATUS_NO_MEMORY. */
enum status message_alone_write(json_t *body, char **text) EPURSE_MUST_USE;

/* The reply to `question`, whose type, name and number it gets; `alone` is set, the status is OK, time and incarnation
 * are 0: it does not say. No signature was looked at. STATUS_BAD_FORMAT, STATUS_UNKNOWN_FIELD: anything but the two is
 * in it. On success the caller releases *reply with message_clear. */
enum status message_alone_read(const char *text, size_t len, const struct message *question,
                               struct message *reply) EPURSE_MUST_USE;

#endif

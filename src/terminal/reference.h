/* SPDX-License-Identifier: Apache-2.0
 * What a named payment or load came to before: by the journal, or by the server. */
#ifndef EPURSE_TERMINAL_REFERENCE_H
#define EPURSE_TERMINAL_REFERENCE_H

#include "order.h"

/* The name goes into the outcome, whatever becomes of it. */
void reference_note(struct outcome *outcome, const struct payment *payment);
/* After the server answered STATUS_REFERENCE_DONE: the order becomes the one that was done first. STATUS_REFERENCE_DONE
 * where the server does not say which. */
enum status reference_first(struct order *order, const struct payment_request *request) EPURSE_MUST_USE;

#endif

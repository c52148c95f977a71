/* SPDX-License-Identifier: Apache-2.0
 * Without its card: the server is asked how a transaction ended, and its word ends the entry. */
#ifndef EPURSE_TERMINAL_FATE_H
#define EPURSE_TERMINAL_FATE_H

#include "order.h"

/* Ends an entry whose authorisation is out, where the server knows how: COMMITTED with r in it, or closed, or as it
 * was. STATUS_NO_SERVER: it did not answer; any other status ends nothing. */
enum status fate_settle(struct order *order) EPURSE_MUST_USE;

#endif

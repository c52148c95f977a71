/* SPDX-License-Identifier: Apache-2.0
 * Reading a card in a contact that is there already. */
#ifndef EPURSE_TERMINAL_READ_H
#define EPURSE_TERMINAL_READ_H

#include "epurse/session.h"

struct contact;

/* As card_read_balance, of a card that may have to be waited for, where its session is not open; *tries_left: of its
 * PIN, where that is known. The session is closed behind it. */
enum status read_balance(struct contact *contact, int wait_seconds, struct balance *balance, struct card_info *info,
                         unsigned *tries_left) EPURSE_MUST_USE;

#endif

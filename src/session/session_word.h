/* SPDX-License-Identifier: Apache-2.0
 * Status words that no MAC stands behind. */
#ifndef EPURSE_TERMINAL_SESSION_WORD_H
#define EPURSE_TERMINAL_SESSION_WORD_H

#include <stdint.h>

#include "epurse/apdu.h"
#include "epurse/status.h"

/* What a status word in the clear may be taken for. Whoever sits on the line can have made it up, so it refuses and no
 * more: what it claims of PIN, money, counter or life cycle, on which people would act, becomes STATUS_CARD_REFUSED. */
enum status session_word(uint16_t sw);

/* What people are told of such a refusal of `command`, in the middle of a dialogue; `status` where this has nothing to
 * add. The words for "not in this session", "not now" and "what is that" come from a purse whose session another
 * program ended, and from an application that it selected instead: READER_BUSY. Not where the card may well mean what
 * it says, having looked at something that somebody signed. It is no more believed than the word itself. */
enum status session_disturbed(const struct apdu *command, uint16_t sw, enum status status);

#endif

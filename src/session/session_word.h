/* SPDX-License-Identifier: Apache-2.0
 * Status words that no MAC stands behind. */
#ifndef EPURSE_TERMINAL_SESSION_WORD_H
#define EPURSE_TERMINAL_SESSION_WORD_H

#include <stdint.h>

#include "epurse/status.h"

/* What a status word in the clear may be taken for. Whoever sits on the line can have made it up, so it refuses and no
 * more: what it claims of PIN, money, counter or life cycle, on which people would act, becomes STATUS_CARD_REFUSED. */
enum status session_word(uint16_t sw);

#endif

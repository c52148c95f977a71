/* SPDX-License-Identifier: Apache-2.0
 * The deny list: cards that no terminal may take off-line, as changes with numbers that only rise, across restorations
 * too. Part of the ledger: what ledger.h says at its beginning holds here too. */
#ifndef EPURSE_LEDGER_DENY_H
#define EPURSE_LEDGER_DENY_H

#include "epurse/ledger_offline.h"

/* A card was blocked or suspended, or is resumed; a number was certified, or its card issued. Only the last change of
 * each card is told. */
struct ledger_denial {
  int64_t number;  /* of the change */
  uint32_t serial; /* of the card's number: cid_make */
  bool denied;     /* false: it may be taken again */
};
/* The changes later than `after`, at most `capacity`, by number; *latest is the number of the whole list, 0: nothing
 * was ever denied. Behind 0, and then after the last one told, until *latest is reached, they are the full set; after
 * the number of a list that somebody has they are what has changed since. */
enum status ledger_deny_list(struct ledger *ledger, int64_t after, struct ledger_denial *denials, size_t capacity,
                             size_t *count, int64_t *latest) EPURSE_MUST_USE;

/* What a terminal may take off-line between two contacts: the limits of its day (ledger_limit.h); 0: nothing. */
struct ledger_offline_allowance {
  int64_t sum;   /* minor units */
  int64_t count; /* payments */
};
/* STATUS_NOT_FOUND. */
enum status ledger_offline_allowance(struct ledger *ledger, const uint8_t tid[TID_SIZE],
                                     struct ledger_offline_allowance *allowance) EPURSE_MUST_USE;

struct ledger_silence {
  int64_t silent; /* terminals whose last message is from before `before` */
  int64_t oldest; /* the longest silent one's last message, of all of them, unix seconds; 0: there is none */
};
/* Terminals with such an allowance, not revoked, that have not been heard of: their message numbers are not below their
 * clocks' milliseconds. A terminal that has sent no message yet has taken nothing. */
enum status ledger_terminal_silence(struct ledger *ledger, int64_t before,
                                    struct ledger_silence *silence) EPURSE_MUST_USE;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * What no command may do to a card, whoever sent it. */
#ifndef EPURSE_TESTS_FUZZ_CARD_AUDIT_H
#define EPURSE_TESTS_FUZZ_CARD_AUDIT_H

#include "powered.h"

/* One command, and what came of it. */
struct audit_step {
  struct card_memory before;            /* what was durable */
  const struct apdu *command;           /* out of the channel, or as it was sent in the clear */
  const struct apdu_response *response; /* likewise; NULL: the card fell mute */
};

/* Requires that after the step: money and points moved only as an order signed by the server for the prepared
 * transaction says; keys, certificates and limits of a cardholder's card are as they were; the life cycle went forward;
 * a PIN was replaced only by who knew it; tries came back only to who knew it; each try and change was counted, and
 * signed as such; counters and time went forward; no
 * answer holds a private key, or r before it is due; and what the card takes for its memory is what is durable. */
void audit_step(const struct world *world, const struct powered *powered, const struct audit_step *step);

/* Requires that the answer is one: a status word of ISO/IEC 7816-4 or ours behind at most 256 bytes. Takes it apart. */
void audit_answer(const uint8_t *answer, size_t len, struct apdu_response *response);

#endif

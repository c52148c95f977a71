/* SPDX-License-Identifier: Apache-2.0
 * A cardholder's new card at the issuer's desk: it has at once what is sure of an old one's money, and the rest
 * later. */
#ifndef EPURSE_TERMINAL_CARD_RENEWAL_H
#define EPURSE_TERMINAL_CARD_RENEWAL_H

#include "epurse/message_renewal.h"
#include "epurse/terminal.h"

struct card_renewal {
  uint8_t cid[CID_SIZE], new_cid[CID_SIZE];
  bool killed;               /* the old card was here, and is blocked now */
  int64_t approval;          /* STATUS_APPROVAL_WAITS: the number that it waits under */
  struct renewal_reply done; /* STATUS_OK */
};

/* Renews `cid` by `new_cid` without the card, or asks what became of it; ROLE_PERSO. STATUS_APPROVAL_WAITS: an
 * administrator decides, and the same again tells what he said. STATUS_CARD_NOT_BLOCKED, CARD_UNKNOWN, CARD_REPLACED,
 * NEW_CARD_NOT_ISSUED; NOT_PERMITTED; what the line to the server says, OUTCOME_UNKNOWN where it may have been done:
 * the same again goes on. */
enum status card_renewal_ask(struct terminal *terminal, struct card_renewal *renewal) EPURSE_MUST_USE;

/* Where the old card is met. */
struct card_renewal_meeting {
  struct reader *reader;
  const struct dialogue *dialogue;
  int wait_seconds;
};
/* The same with the old card in `reader`, which fills in `cid`. One that is in use pays out all that is on it, with its
 * PIN, and has that owed to it instead of handed out: then nothing waits. It dies in the end. Torn anywhere the money
 * is on the old card, owed to it, or owed to the new one, and the same again goes on. Further statuses as of
 * payout_run, but those of its cashier; CARD_BLOCKED: it says so itself, and is not read (its number has to be
 * given). */
enum status card_renewal_run(struct terminal *terminal, const struct card_renewal_meeting *meeting,
                             struct card_renewal *renewal) EPURSE_MUST_USE;

#endif

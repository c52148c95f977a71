/* SPDX-License-Identifier: Apache-2.0
 * What comes after an authorisation: the proof that the card committed. */
#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/crypto.h"
#include "incident.h"
#include "store.h"
#include "terminal.h"

static enum status confirm_note(struct ledger *ledger, const struct ledger_confirmation *confirmation, int64_t card) {
  struct incident incident = {.kind = LEDGER_INCIDENT_LATE_PROOF,
                              .card = card,
                              .atc = confirmation->atc,
                              .evidence = confirmation->secret,
                              .evidence_len = SECRET_SIZE,
                              .at = confirmation->now};
  return incident_note(ledger, &incident);
}

/* r for what the card has signed as not committed: it lied then or it was opened, and is blocked. A payment that was
 * authorised is honoured all the same; the rest is a person's. */
static enum status confirm_denied(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                                  const struct booking *booking) {
  enum status honoured = STATUS_EXISTS;
  enum status status = confirm_note(ledger, confirmation, booking_card(booking->id));
  if (status == STATUS_OK && booking->state == LEDGER_RELEASED && booking_pays(booking))
    honoured = booking_honour(ledger, booking, confirmation->secret, confirmation->now);
  if (status == STATUS_OK)
    status = honoured == STATUS_EXISTS ? STATUS_LEDGER_BROKEN : honoured;
  return status;
}

/* r proves by itself, whoever brings it. Without it a stranger is not told that there is such a transaction: he would
 * go through cards' numbers and learn how often each was used. */
static enum status confirm_mismatch(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                                    const struct booking *booking) {
  struct terminal_brief terminal = {.merchant = booking->merchant};
  enum status status = STATUS_OK;
  if (confirmation->tid != NULL)
    status = terminal_brief(ledger, confirmation->tid, &terminal);
  if (status != STATUS_OK)
    return status;
  return terminal.merchant == booking->merchant ? STATUS_PROOF_MISMATCH : STATUS_NOT_FOUND;
}

static enum status confirm_booking(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                                   const struct booking *booking) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!crypto_sha256(confirmation->secret, SECRET_SIZE, hash))
    return STATUS_CRYPTO_FAILED;
  if (!crypto_equal(hash, booking->commitment, sizeof hash))
    return confirm_mismatch(ledger, confirmation, booking);
  if (booking->honoured)
    return STATUS_OK;
  switch (booking->state) {
  case LEDGER_CAPTURED:
    return STATUS_OK;
  case LEDGER_HELD:
    return booking_capture(ledger, booking, confirmation->secret, confirmation->now);
  default:
    return confirm_denied(ledger, confirmation, booking);
  }
}

enum status ledger_confirm(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                           struct ledger_transaction *transaction) {
  struct booking booking;
  int64_t card = 0;
  if (transaction != NULL)
    memset(transaction, 0, sizeof *transaction);
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (card_number(ledger, confirmation->cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  int64_t id = booking_id(card, confirmation->atc);
  enum status status = booking_read(ledger, id, &booking);
  if (status == STATUS_OK)
    status = confirm_booking(ledger, confirmation, &booking);
  return status == STATUS_OK && transaction != NULL ? booking_transaction(ledger, id, transaction) : status;
}

/* SPDX-License-Identifier: Apache-2.0
 * What comes after an authorisation: the proof that the card committed, and the word that a tender was given back. */
#include <string.h>

#include "booking.h"
#include "card.h"
#include "epurse/crypto.h"
#include "incident.h"
#include "store.h"
#include "terminal.h"

/* r for what the card has signed as not committed: it lied then or it was opened. Which, a person decides. */
static enum status confirm_note(struct ledger *ledger, const struct ledger_confirmation *confirmation, int64_t card) {
  struct incident incident = {.kind = LEDGER_INCIDENT_LATE_PROOF,
                              .card = card,
                              .atc = confirmation->atc,
                              .evidence = confirmation->secret,
                              .evidence_len = SECRET_SIZE,
                              .at = confirmation->now};
  enum status status = incident_note(ledger, &incident);
  return status == STATUS_OK ? STATUS_LEDGER_BROKEN : status;
}

static enum status confirm_booking(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                                   const struct booking *booking) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (!crypto_sha256(confirmation->secret, SECRET_SIZE, hash))
    return STATUS_CRYPTO_FAILED;
  if (!crypto_equal(hash, booking->commitment, sizeof hash))
    return STATUS_PROOF_MISMATCH;
  switch (booking->state) {
  case LEDGER_CAPTURED:
    return STATUS_OK;
  case LEDGER_HELD:
    return booking_capture(ledger, booking, confirmation->secret, confirmation->now);
  default:
    return confirm_note(ledger, confirmation, booking_card(booking->id));
  }
}

enum status ledger_confirm(struct ledger *ledger, const struct ledger_confirmation *confirmation,
                           struct ledger_transaction *transaction) {
  struct booking booking;
  int64_t card = 0;
  memset(transaction, 0, sizeof *transaction);
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  if (card_number(ledger, confirmation->cid, &card) != STATUS_OK)
    return STATUS_NOT_FOUND;
  int64_t id = booking_id(card, confirmation->atc);
  enum status status = booking_read(ledger, id, &booking);
  if (status == STATUS_OK)
    status = confirm_booking(ledger, confirmation, &booking);
  return status == STATUS_OK ? booking_transaction(ledger, id, transaction) : status;
}

/* ---- reversals ---- */

static enum status reverse_remember(struct ledger *ledger, int64_t booking, int64_t terminal, int64_t now) {
  struct query query = query_begin(ledger, QUERY_REVERSAL_ADD);
  query_i64(&query, booking);
  query_i64(&query, terminal);
  query_i64(&query, now);
  return query_run(&query);
}

/* Whether the card has it: credited, or, of what was owed, loaded since by a claim. */
static enum status reverse_look(struct ledger *ledger, const struct booking *booking, bool *credited) {
  struct ledger_card balances = {0};
  *credited = booking->state == LEDGER_CAPTURED;
  if (booking->state != LEDGER_OWED)
    return STATUS_OK;
  enum status status = card_balances(ledger, booking_card(booking->id), &balances);
  *credited = balances.owed < booking->amount;
  return status;
}

static enum status reverse_booking(struct ledger *ledger, const struct ledger_reversal *reversal,
                                   const struct booking *booking, int64_t terminal) {
  if (booking->type != TRANSACTION_LOAD || booking->tender == LEDGER_TENDER_OWED)
    return STATUS_BAD_FORMAT;
  if (booking->terminal != terminal)
    return STATUS_NOT_PERMITTED;
  if (booking->reversed)
    return STATUS_OK;
  bool credited = false;
  enum status status = reverse_look(ledger, booking, &credited);
  if (status == STATUS_OK && credited && !reversal->given_back)
    return STATUS_LOAD_CREDITED;
  if (status == STATUS_OK)
    status = reverse_remember(ledger, booking->id, terminal, reversal->now);
  if (status == STATUS_OK && credited)
    return booking_note_reversed(ledger, booking, reversal->now);
  if (status == STATUS_OK && booking->state == LEDGER_OWED)
    status = booking_refund(ledger, booking, reversal->now);
  return status;
}

enum status ledger_load_reverse(struct ledger *ledger, const struct ledger_reversal *reversal) {
  struct terminal_brief terminal;
  struct card_brief brief;
  struct booking booking;
  int64_t card = 0;
  if (!ledger->stepping)
    return STATUS_INTERNAL;
  enum status status = card_number(ledger, reversal->cid, &card);
  if (status == STATUS_OK)
    status = card_brief(ledger, card, &brief);
  if (status == STATUS_OK)
    status = terminal_brief(ledger, reversal->tid, &terminal);
  if (status != STATUS_OK)
    return status;
  status = booking_read(ledger, booking_id(card, reversal->atc), &booking);
  if (status == STATUS_NOT_FOUND)
    return reverse_remember(ledger, booking_id(card, reversal->atc), terminal.number, reversal->now);
  return status == STATUS_OK ? reverse_booking(ledger, reversal, &booking, terminal.number) : status;
}

/* SPDX-License-Identifier: Apache-2.0
 * A new card has at once what nothing can take away from the old one any more; the rest follows with its
 * replacement. */
#include <string.h>

#include "booking.h"
#include "card.h"
#include "deposit.h"
#include "epurse/ledger_renewal.h"
#include "epurse/moment.h"
#include "heir.h"
#include "payout.h"
#include "posting.h"
#include "store.h"
#include "terminal.h"

/* So long a payout of all that was on a card shows that its holder was at the desk: a line that broke is back by
 * then. */
#define RENEW_PRESENT_SECONDS SECONDS_PER_DAY

struct renewing {
  const struct ledger_renewing *what;
  int64_t card, successor;
  struct ledger_card old;
  struct renewal row; /* successor 0: nothing moved yet */
};

static enum status renew_find(struct ledger *ledger, struct renewing *renewing) {
  const struct ledger_renewing *what = renewing->what;
  enum status status = card_number(ledger, what->cid, &renewing->card);
  if (status == STATUS_OK)
    status = ledger_card_find(ledger, what->cid, &renewing->old);
  if (status == STATUS_OK && renewing->old.state != LEDGER_CARD_ISSUED && renewing->old.state != LEDGER_CARD_BLOCKED)
    status = STATUS_CARD_UNKNOWN;
  if (status == STATUS_OK && card_number(ledger, what->new_cid, &renewing->successor) != STATUS_OK)
    status = STATUS_NEW_CARD_NOT_ISSUED;
  return status == STATUS_OK ? renewal_read(ledger, renewing->card, &renewing->row) : status;
}

/* ---- whether, and on whose word ---- */

static enum status renew_check_new(struct ledger *ledger, const struct renewing *renewing) {
  struct card_brief brief;
  enum status status = card_brief(ledger, renewing->successor, &brief);
  bool issued = status == STATUS_OK && brief.state == LEDGER_CARD_ISSUED && renewing->successor != renewing->card;
  return (status == STATUS_OK || status == STATUS_CARD_UNKNOWN) && !issued ? STATUS_NEW_CARD_NOT_ISSUED : status;
}

/* The card's last word is a payout of all that was on it, promised to this desk with the PIN and proved by r, which
 * went back to it: its holder was there, a day ago at most, and it has nothing left to pay with. Later its holder is
 * gone. Not of a suspended card: whose it is the issuer wants to know first, and its money would be on a card that
 * nobody suspects. */
static enum status renew_check_emptied(struct ledger *ledger, const struct renewing *renewing, bool *emptied) {
  const struct ledger_card *old = &renewing->old;
  struct terminal_brief desk;
  struct booking last;
  enum payout_outcome outcome = PAYOUT_NONE;
  *emptied = false;
  if (renewing->what->desk == NULL || old->suspended_at != 0 || old->held_atc != 0 || old->balance != 0 ||
      old->last_atc == 0 || old->last_atc != old->captured_atc)
    return STATUS_OK;
  enum status status = terminal_brief(ledger, renewing->what->desk, &desk);
  if (status == STATUS_OK)
    status = booking_read(ledger, booking_id(renewing->card, old->last_atc), &last);
  if (status == STATUS_OK && last.type == TRANSACTION_PAYOUT && last.terminal == desk.number)
    status = payout_read(ledger, last.id, &outcome);
  *emptied =
      status == STATUS_OK && outcome == PAYOUT_BACK && renewing->what->now - last.created_at <= RENEW_PRESENT_SECONDS;
  return status == STATUS_NOT_FOUND ? STATUS_LEDGER_BROKEN : status;
}

static int64_t renew_end_of_life(const struct ledger_card *card) {
  uint8_t midnight[MOMENT_SIZE] = {0};
  memcpy(midnight, card->certification.expiry, DATE_SIZE);
  return moment_to_unix(midnight) + SECONDS_PER_DAY;
}

/* Whether it may be done on the word of whoever asks, and from when its window counts. */
static enum status renew_check_old(struct ledger *ledger, struct renewing *renewing) {
  const struct ledger_card *old = &renewing->old;
  bool blocked = old->state == LEDGER_CARD_BLOCKED, emptied = false;
  int64_t end = renew_end_of_life(old);
  enum status status = blocked ? STATUS_OK : renew_check_emptied(ledger, renewing, &emptied);
  if (status != STATUS_OK)
    return status;
  if (!blocked && !emptied && end > renewing->what->now)
    return STATUS_CARD_NOT_BLOCKED;
  renewing->row.since = blocked ? old->blocked_at : emptied ? renewing->what->now : end;
  return !renewing->what->approved && !emptied ? STATUS_APPROVAL_WAITS : STATUS_OK;
}

/* ---- what goes at once ---- */

/* An opened card may have promised its money in many places. */
static enum status renew_look_forked(struct ledger *ledger, const struct renewing *renewing, bool *forked) {
  struct query query = query_begin(ledger, QUERY_INCIDENT_OF_CARD);
  query_i64(&query, renewing->card);
  query_i64(&query, LEDGER_INCIDENT_FORK);
  *forked = query_row(&query);
  return query_end(&query);
}

static enum status renew_part(struct ledger *ledger, struct renewing *renewing) {
  const struct ledger_card *old = &renewing->old;
  struct renewal *row = &renewing->row;
  bool forked = false;
  enum status status = renew_look_forked(ledger, renewing, &forked);
  bool open = old->held_atc != 0 || forked;
  int64_t sure = old->balance - renewing->what->offline_total;
  row->successor = renewing->successor;
  row->balance = open || sure < 0 ? 0 : sure;
  row->owed = old->owed;
  row->points = open ? 0 : old->points;
  row->points_owed = open ? 0 : old->points_owed;
  row->at = renewing->what->now;
  return status;
}

static enum status renew_note(struct ledger *ledger, const struct renewing *renewing) {
  const struct renewal *row = &renewing->row;
  struct query query = query_begin(ledger, QUERY_RENEWAL_ADD);
  query_i64(&query, renewing->card);
  query_i64(&query, row->successor);
  query_i64(&query, row->balance);
  query_i64(&query, row->owed);
  query_i64(&query, row->points);
  query_i64(&query, row->points_owed);
  query_i64(&query, row->since);
  query_i64(&query, row->at);
  return query_run(&query);
}

static enum status renew_begin(struct ledger *ledger, struct renewing *renewing) {
  enum status status = renew_check_new(ledger, renewing);
  if (status == STATUS_OK)
    status = renew_check_old(ledger, renewing);
  if (status == STATUS_OK && renewing->old.state == LEDGER_CARD_ISSUED)
    status = card_block(ledger, renewing->card, LEDGER_REASON_RENEWED, renewing->what->now);
  if (status == STATUS_OK)
    status = renew_part(ledger, renewing);
  if (status == STATUS_OK && renewing->row.points + renewing->row.points_owed > 0)
    status = account_need(ledger, account_of_card(renewing->successor, ACCOUNT_POINTS_OWED));
  if (status == STATUS_OK)
    status = renew_note(ledger, renewing);
  return status == STATUS_OK ? deposit_goes_over(ledger, renewing->card, renewing->successor, renewing->what->now)
                             : status;
}

/* ---- and the rest ---- */

static enum status renew_finish(struct ledger *ledger, const struct renewing *renewing) {
  struct ledger_replacing rest = {.window = renewing->what->window, .now = renewing->what->now};
  struct ledger_replacement done;
  int64_t heir = renewing->row.successor;
  enum status status = card_heir(ledger, &heir);
  memcpy(rest.cid, renewing->what->cid, CID_SIZE);
  card_cid(ledger, heir, rest.new_cid);
  if (status == STATUS_OK)
    status = ledger_card_replace(ledger, &rest, &done);
  return status == STATUS_REPLACEMENT_TOO_EARLY ? STATUS_OK : status;
}

static enum status renew_tell(struct ledger *ledger, const struct renewing *renewing, struct ledger_renewal *done) {
  const struct renewal *row = &renewing->row;
  struct ledger_replacement rest = {0};
  int64_t successor = 0;
  enum status status = replacement_read(ledger, renewing->card, &successor, &rest);
  struct query query = query_begin(ledger, QUERY_RENEWAL_KEPT);
  query_i64(&query, renewing->card);
  (void)query_row(&query);
  done->kept = query_read_i64(&query);
  done->points_kept = query_read_i64(&query);
  enum status counted = query_end(&query);
  done->at = row->successor != 0 ? row->at : rest.at;
  done->balance = row->balance + rest.balance;
  done->owed = row->owed + rest.owed;
  done->points = row->points + row->points_owed + rest.points;
  done->rest_at = done->kept + done->points_kept > 0 ? row->since + renewing->what->window : 0;
  return status == STATUS_OK ? counted : status;
}

/* Something has moved before: to the card that is named now, or to one before it. */
static enum status renew_same(struct ledger *ledger, const struct renewing *renewing) {
  int64_t heir = renewing->card;
  bool named = renewing->row.successor == renewing->successor;
  enum status status = named ? STATUS_OK : card_heir(ledger, &heir);
  return status == STATUS_OK && !named && heir != renewing->successor ? STATUS_CARD_REPLACED : status;
}

enum status ledger_card_renew(struct ledger *ledger, const struct ledger_renewing *what, struct ledger_renewal *done) {
  struct renewing renewing = {.what = what};
  bool replaced = false;
  memset(done, 0, sizeof *done);
  if (!ledger->stepping || what->window < 0 || what->offline_total < 0)
    return STATUS_INTERNAL;
  enum status status = renew_find(ledger, &renewing);
  if (status == STATUS_OK)
    status = card_replaced(ledger, renewing.card, &replaced);
  if (status != STATUS_OK)
    return status;
  status = replaced || renewing.row.successor != 0 ? renew_same(ledger, &renewing) : renew_begin(ledger, &renewing);
  if (status == STATUS_OK && !replaced)
    status = renew_finish(ledger, &renewing);
  return status == STATUS_OK ? renew_tell(ledger, &renewing, done) : status;
}

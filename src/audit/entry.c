/* SPDX-License-Identifier: Apache-2.0
 * One entry of a terminal's journal: against itself, and against its booking. */
#include "audit.h"
#include "epurse/ledger_deposit.h"
#include "epurse/ledger_transaction.h"
#include "epurse/sentence.h"

#include <inttypes.h>
#include <string.h>

/* How the terminal calls a load for which nothing was charged, and a payout in cash of which the server has said that
 * it goes out. */
#define TENDER_OWED        "owed"
#define PAYOUT_TO_HAND_OUT "hand-out"
#define PAYOUT_HANDED_OUT  "handed"

/* An entry taken apart, with what a finding about it begins with. */
struct reading {
  struct audit *audit;
  const struct till *till;
  const struct journal_entry *entry;
  struct promise promise;
  struct ledger_transaction booking;
  bool booked;
};

static void reading_add(const struct reading *reading, enum audit_kind kind, const char *words) {
  struct audit_finding finding = {
      .kind = kind, .of_card = true, .atc = reading->promise.atc, .file = reading->till->file};
  memcpy(finding.cid, reading->promise.cid, CID_SIZE);
  memcpy(finding.tid, reading->till->tid, sizeof finding.tid);
  finding_add(reading->audit, &finding, "entry %" PRId64 ": %s", reading->entry->id, words);
}

static bool opens(const uint8_t secret[SECRET_SIZE], const uint8_t commitment[CRYPTO_SHA256_SIZE]) {
  uint8_t hash[CRYPTO_SHA256_SIZE];
  return crypto_sha256(secret, SECRET_SIZE, hash) && crypto_equal(hash, commitment, sizeof hash);
}

static bool ended_with_proof(const struct journal_entry *entry) {
  return entry->state == JOURNAL_COMMITTED || entry->state == JOURNAL_CONFIRMED;
}

/* ---- against itself ---- */

static void entry_check_row(const struct reading *reading) {
  const struct journal_entry *entry = reading->entry;
  const struct promise *promise = &reading->promise;
  struct authorisation authorisation;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (entry->type != promise->type || entry->amount != promise->amount || entry->currency != promise->currency)
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("its type, amount or currency are not the promise's"));
  if (memcmp(reading->till->tid, promise->tid, TID_SIZE) != 0)
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("the promise was made to another terminal"));
  if (entry->time > moment_to_unix(promise->time))
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("it began after its own promise"));
  if (entry->has_authorisation &&
      (authorisation_decode(entry->authorisation, AUTHORISATION_SIZE, &authorisation) != STATUS_OK ||
       record_hash(entry->promise, PROMISE_SIZE, hash) != STATUS_OK ||
       !authorisation_answers(&authorisation, promise, hash)))
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("its authorisation does not answer its promise"));
  if (entry->type == TRANSACTION_OFFLINE_PURCHASE) /* its promise is the proof */
    return;
  if (ended_with_proof(entry) && !entry->has_authorisation)
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("committed without an authorisation"));
  if (entry->state == JOURNAL_COMMITTED && !entry->has_secret) /* CONFIRMED without r: another terminal settled it */
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("committed without r"));
  if (entry->has_secret && !opens(entry->secret, promise->commitment))
    reading_add(reading, AUDIT_JOURNAL_ROW, SENTENCE("r does not open the commitment"));
}

/* ---- against the ledger ---- */

static void entry_check_records(const struct reading *reading) {
  const struct journal_entry *entry = reading->entry;
  const struct ledger_transaction *booking = &reading->booking;
  if (memcmp(entry->promise, booking->promise, PROMISE_SIZE) != 0)
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("another promise is booked"));
  if (entry->has_authorisation && memcmp(entry->authorisation, booking->authorisation, AUTHORISATION_SIZE) != 0)
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("another authorisation is booked"));
  if (entry->has_secret && booking->has_secret && memcmp(entry->secret, booking->secret, SECRET_SIZE) != 0)
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("another r is booked"));
  if (memcmp(reading->till->tid, booking->tid, TID_SIZE) != 0)
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("booked to another terminal"));
  if (entry->amount != booking->amount)
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("another amount is booked"));
  if (booking->type != TRANSACTION_LOAD || entry->tender_kind[0] == 0)
    return;
  if ((strcmp(entry->tender_kind, TENDER_OWED) == 0) != (booking->tender.kind == LEDGER_TENDER_OWED) ||
      (entry->has_authorisation && strcmp(entry->tender_reference, booking->tender.reference) != 0))
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, SENTENCE("another payment for the load is booked"));
}

/* What left the drawer beside a payout, as the server said it. In an earlier copy it has said nothing yet. */
static void entry_check_deposit(const struct reading *reading) {
  const struct journal_entry *entry = reading->entry;
  bool said = strcmp(entry->tender_kind, PAYOUT_TO_HAND_OUT) == 0 || strcmp(entry->tender_kind, PAYOUT_HANDED_OUT) == 0;
  int64_t given = 0;
  if (entry->type != TRANSACTION_PAYOUT || !said)
    return;
  enum status status =
      ledger_payout_deposit(reading->audit->ledger, reading->promise.cid, reading->promise.atc, &given);
  if (status == STATUS_OK && given != entry->deposit && (reading->audit->until == 0 || given != 0))
    reading_add(reading, AUDIT_JOURNAL_DIFFERS, "another deposit is booked with it");
}

/* What an entry in that state cannot be in the ledger; NULL: they agree. Incidents that are noted are told there. */
static const char *entry_conflict(const struct reading *reading) {
  const struct ledger_transaction *booking = &reading->booking;
  bool settled = booking->state != LEDGER_HELD && booking->state != LEDGER_DECLINED;
  bool reversing = reading->entry->state == JOURNAL_REVERSING || reading->entry->state == JOURNAL_CANCELLED;
  if (booking->reversed && !reversing)
    return SENTENCE("given back in the ledger, not here");
  switch (reading->entry->state) {
  case JOURNAL_CONFIRMED:
    return booking->state == LEDGER_CAPTURED || booking->honoured
               ? NULL
               : SENTENCE("confirmed here, not captured in the ledger");
  case JOURNAL_COMMITTED:
    if (booking->state == LEDGER_HELD || booking->state == LEDGER_CAPTURED ||
        incident_known(reading->audit, LEDGER_INCIDENT_LATE_PROOF, booking->cid, booking->atc))
      return NULL;
    return SENTENCE("the card gave r, the ledger has it as not committed");
  case JOURNAL_CANCELLED:
    if (booking->state == LEDGER_CAPTURED && !booking->reversed)
      return SENTENCE("cancelled here, captured in the ledger");
    if (booking->state == LEDGER_OWED && !booking->reversed)
      return SENTENCE("given back here, still owed in the ledger");
    return NULL;
  case JOURNAL_SETTLED:
    return settled ? NULL : SENTENCE("settled elsewhere, open in the ledger");
  default:
    return NULL;
  }
}

static void entry_count(struct audit *audit, const struct reading *reading) {
  const struct journal_entry *entry = reading->entry;
  bool closed =
      entry->state == JOURNAL_CONFIRMED || entry->state == JOURNAL_CANCELLED || entry->state == JOURNAL_SETTLED;
  audit->figures.open_entries += !closed;
  audit->figures.unreported += entry->unreported;
  if (entry->state == JOURNAL_COMMITTED && reading->booked && reading->booking.state == LEDGER_HELD) {
    audit->figures.unconfirmed++;
    audit->figures.unconfirmed_amount += entry->amount;
  }
}

/* A copy's promise under a name that was taken: the incident has it as its evidence. */
static bool entry_forked(const struct audit *audit, const struct journal_entry *entry) {
  for (size_t i = 0; i < audit->incident_count; i++)
    if (audit->incidents[i].kind == LEDGER_INCIDENT_FORK && audit->incidents[i].evidence_len == PROMISE_SIZE &&
        memcmp(audit->incidents[i].evidence, entry->promise, PROMISE_SIZE) == 0)
      return true;
  return false;
}

/* When the server did; what cannot be read was never. */
static int64_t entry_authorised(const struct journal_entry *entry) {
  struct authorisation authorisation;
  if (authorisation_decode(entry->authorisation, AUTHORISATION_SIZE, &authorisation) != STATUS_OK)
    return 0;
  return moment_to_unix(authorisation.time);
}

/* In an earlier copy what was open then may have come to any end since. */
static bool entry_ended_since(const struct reading *reading) {
  return reading->audit->until != 0 && !reading->booking.reversed &&
         (reading->booking.state == LEDGER_HELD || reading->booking.state == LEDGER_OWED);
}

static void entry_check_booking(struct audit *audit, struct reading *reading) {
  const struct promise *promise = &reading->promise;
  reading->booked = audit->ledger != NULL &&
                    ledger_transaction_find(audit->ledger, promise->cid, promise->atc, &reading->booking) == STATUS_OK;
  if (audit->ledger == NULL || (!reading->entry->has_authorisation && entry_forked(audit, reading->entry)))
    return;
  if (reading->booked) {
    const char *conflict = entry_conflict(reading);
    entry_check_records(reading);
    entry_check_deposit(reading);
    if (conflict != NULL && !entry_ended_since(reading))
      reading_add(reading, AUDIT_JOURNAL_STATE, conflict);
  } else if (reading->entry->has_authorisation && !finding_later(audit, entry_authorised(reading->entry))) {
    reading_add(reading, AUDIT_JOURNAL_UNBOOKED, SENTENCE("authorised, and not in the ledger"));
  }
}

bool entry_audit(struct audit *audit, const struct till *till, const struct journal_entry *entry,
                 struct promise *promise) {
  struct reading reading = {.audit = audit, .till = till, .entry = entry};
  bool early = entry->state == JOURNAL_INTENT || entry->state == JOURNAL_CANCELLED;
  audit->figures.entries++;
  if (!entry->has_promise && early)
    return false;
  if (!entry->has_promise || promise_decode(entry->promise, PROMISE_SIZE, promise) != STATUS_OK) {
    struct audit_finding finding = {.kind = AUDIT_JOURNAL_ROW, .file = till->file};
    memcpy(finding.tid, till->tid, sizeof finding.tid);
    finding_add(audit, &finding, "entry %" PRId64 ": its promise is missing or cannot be read", entry->id);
    return false;
  }
  reading.promise = *promise;
  entry_check_row(&reading);
  entry_check_booking(audit, &reading);
  entry_count(audit, &reading);
  return true;
}

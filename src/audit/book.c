/* SPDX-License-Identifier: Apache-2.0
 * The ledger: against itself, against what was signed, against the journals that ought to know it. */
#include "audit.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_transaction.h"
#include "epurse/sentence.h"

#include <stdlib.h>
#include <string.h>

/* Each of the ledger's own contradictions is a finding of the same name. */
static const enum audit_kind kind_of_flaw[LEDGER_FLAW_COUNT] = {
    [LEDGER_FLAW_FILE] = AUDIT_FILE,
    [LEDGER_FLAW_SCHEMA] = AUDIT_SCHEMA,
    [LEDGER_FLAW_BALANCE] = AUDIT_BALANCE,
    [LEDGER_FLAW_SUM] = AUDIT_SUM,
    [LEDGER_FLAW_BOUND] = AUDIT_BOUND,
    [LEDGER_FLAW_LIMIT] = AUDIT_LIMIT,
    [LEDGER_FLAW_CAUSE] = AUDIT_CAUSE,
    [LEDGER_FLAW_TIME] = AUDIT_TIME,
    [LEDGER_FLAW_MERCHANT] = AUDIT_MERCHANT,
    [LEDGER_FLAW_ROLE] = AUDIT_ROLE,
    [LEDGER_FLAW_HOLD] = AUDIT_HOLD,
    [LEDGER_FLAW_STANDING] = AUDIT_STANDING,
    [LEDGER_FLAW_CHAIN] = AUDIT_CHAIN,
    [LEDGER_FLAW_CARD_STATE] = AUDIT_CARD_STATE,
    [LEDGER_FLAW_INCIDENT] = AUDIT_INCIDENT,
    [LEDGER_FLAW_TRANSFER] = AUDIT_TRANSFER,
    [LEDGER_FLAW_SETTLEMENT] = AUDIT_SETTLEMENT,
    [LEDGER_FLAW_CARD_INCOMPLETE] = AUDIT_CARD_INCOMPLETE,
    [LEDGER_FLAW_CARD_NUMBER] = AUDIT_CARD_NUMBER,
    [LEDGER_FLAW_PROMISE] = AUDIT_PROMISE,
    [LEDGER_FLAW_AUTHORISATION] = AUDIT_AUTHORISATION,
    [LEDGER_FLAW_PROOF] = AUDIT_PROOF,
};

_Static_assert(LEDGER_FLAW_COUNT == 22, "a new contradiction of the ledger's wants its finding here");

/* The line without the subject with which it may begin. */
static const char *line_words(const char *line) {
  const char *colon = strstr(line, ": ");
  return strncmp(line, "card ", 5) == 0 && colon != NULL ? colon + 2 : line;
}

static void book_contradicted(void *context, const struct ledger_contradiction *contradiction) {
  struct audit *audit = context;
  struct audit_finding finding = {
      .kind = kind_of_flaw[contradiction->flaw], .of_card = contradiction->of_card, .atc = contradiction->atc};
  memcpy(finding.cid, contradiction->cid, CID_SIZE);
  memcpy(finding.merchant, contradiction->merchant, sizeof finding.merchant);
  finding_add(audit, &finding, "%s", line_words(contradiction->line));
}

/* ---- a card ---- */

struct book_card {
  struct audit *audit;
  const struct ledger_card *row;
  const uint8_t *sig_public; /* what its promises are verified with */
  struct history_item *items;
  size_t count, capacity;
};

/* The certified key where the certificate holds, else the row's: so that one wrong certificate is one finding. */
static void book_certificate(struct book_card *card, struct certificate *certificate) {
  const struct ledger_certification *row = &card->row->certification;
  const char *wrong = NULL;
  card->sig_public = row->sig_public;
  if (!card->row->certified)
    return;
  if (!issuer_certified(card->audit, row->sig_certificate, row->sig_certificate_len, ROLE_CARD_CA, ROLE_CARD_SIG,
                        certificate)) {
    wrong = SENTENCE("its certificate is not under the master key");
  } else if (memcmp(certificate->subject, card->row->cid, CID_SIZE) != 0) {
    wrong = SENTENCE("its certificate is another card's");
  } else {
    card->sig_public = certificate->public_key;
    if (memcmp(certificate->public_key, row->sig_public, CRYPTO_P256_PUBLIC_SIZE) != 0)
      wrong = SENTENCE("its certificate is for another key than its row's");
    else if (memcmp(certificate->expiry, row->expiry, DATE_SIZE) != 0)
      wrong = SENTENCE("its certificate has another last day than its row");
  }
  if (wrong != NULL)
    finding_of(card->audit, AUDIT_CARD_CERTIFICATE, card->row->cid, 0, wrong);
}

/* ---- a transaction ---- */

static void book_points(struct book_card *card, const struct ledger_transaction *booking,
                        const struct promise *promise) {
  uint32_t points_rate = 0;
  int64_t value = card->audit->settings.point_value;
  int64_t points = 0;
  if (booking->state == LEDGER_DECLINED || booking->type == TRANSACTION_LOAD || booking->type == TRANSACTION_REFUND ||
      booking->type == TRANSACTION_PAYOUT ||
      ledger_merchant_points_rate(card->audit->ledger, booking->merchant, &points_rate) != STATUS_OK)
    return;
  bool offline =
      booking->type == TRANSACTION_OFFLINE_PURCHASE; /* its points are owed: the card's counter is no bound */
  if (booking->type == TRANSACTION_PURCHASE || offline) {
    int64_t room = offline ? INT32_MAX : INT32_MAX - (int64_t)promise->points;
    points = (int64_t)booking->amount * points_rate / 100;
    points = points < room ? points : room;
  } else {
    points = -((booking->amount + value - 1) / value);
  }
  if (points != booking->points)
    finding_of(card->audit, AUDIT_POINTS, booking->cid, booking->atc,
               SENTENCE("the rates as they stand make other points"));
}

static void book_authorisation(struct book_card *card, const struct ledger_transaction *booking) {
  struct authorisation authorisation;
  if (authorisation_decode(booking->authorisation, AUTHORISATION_SIZE, &authorisation) != STATUS_OK)
    return; /* the ledger's own audit has told */
  const struct issuer_key *server = issuer_server(card->audit, authorisation.key_version);
  const char *wrong = NULL;
  if (server == NULL)
    wrong = SENTENCE("there is no certificate of that key of the server");
  else if (record_verify(booking->authorisation, AUTHORISATION_SIZE, server->public_key) != STATUS_OK)
    wrong = SENTENCE("the server did not sign it");
  else if (date_passed(server->expiry, authorisation.time))
    wrong = SENTENCE("the server's key had expired");
  if (wrong != NULL)
    finding_of(card->audit, AUDIT_AUTHORISATION_SIGNATURE, booking->cid, booking->atc, wrong);
}

/* Every promise was in its terminal's journal before the server had it, but for an off-line payment whose answer was
 * torn: any terminal reads that from the card and brings it in. */
static void book_journal(struct book_card *card, const struct ledger_transaction *booking,
                         const struct promise *promise) {
  const struct till_entry *entry = NULL;
  const struct till *till =
      till_find(card->audit, promise->tid, booking->cid, booking->atc, moment_to_unix(promise->time), &entry);
  if (till == NULL || entry != NULL || promise->type == TRANSACTION_OFFLINE_PURCHASE)
    return;
  struct audit_finding finding = {
      .kind = AUDIT_JOURNAL_MISSING, .of_card = true, .atc = booking->atc, .file = till->file};
  memcpy(finding.cid, booking->cid, CID_SIZE);
  memcpy(finding.tid, till->tid, sizeof finding.tid);
  finding_add(card->audit, &finding, SENTENCE("booked, and not in the terminal's journal"));
}

static void book_history(const struct ledger_transaction *booking, const struct promise *promise,
                         struct history_item *item) {
  static const int sign[] = {[TRANSACTION_PURCHASE] = -1,
                             [TRANSACTION_LOAD] = 1,
                             [TRANSACTION_REFUND] = 1,
                             [TRANSACTION_PAYOUT] = -1,
                             [TRANSACTION_OFFLINE_PURCHASE] = -1};
  item->out_of_step = strcmp(booking->reason, status_name(STATUS_OUT_OF_STEP)) == 0;
  item->change = (int64_t)promise->amount * (promise->sale_in_points ? 0 : sign[promise->type]);
  item->balance = promise->balance;
  item->offline_sum = promise->offline_sum;
  item->last_atc = promise->last_atc;
  memcpy(item->last_secret, promise->last_secret, SECRET_SIZE);
  memcpy(item->commitment, promise->commitment, CRYPTO_SHA256_SIZE);
}

static void book_transaction(struct book_card *card, const struct ledger_transaction *booking,
                             struct history_item *item) {
  struct audit_figures *figures = &card->audit->figures;
  struct promise promise;
  *item = (struct history_item){.atc = booking->atc, .state = booking->state, .type = booking->type};
  item->readable = promise_decode(booking->promise, PROMISE_SIZE, &promise) == STATUS_OK;
  figures->transactions++;
  figures->captured += booking->state == LEDGER_CAPTURED;
  if (booking->state == LEDGER_HELD) {
    figures->held++;
    figures->held_amount += booking->amount;
  }
  book_authorisation(card, booking);
  if (!item->readable)
    return;
  book_history(booking, &promise, item);
  if (record_verify(booking->promise, PROMISE_SIZE, card->sig_public) != STATUS_OK)
    finding_of(card->audit, AUDIT_PROMISE_SIGNATURE, booking->cid, booking->atc, SENTENCE("the card did not sign it"));
  if (booking->state != LEDGER_DECLINED && promise.currency != card->audit->settings.currency)
    finding_of(card->audit, AUDIT_CURRENCY, booking->cid, booking->atc, SENTENCE("not the ledger's currency"));
  book_points(card, booking, &promise);
  book_journal(card, booking, &promise);
}

static struct history_item *book_more(struct book_card *card) {
  if (card->count == card->capacity) {
    size_t capacity = card->capacity == 0 ? AUDIT_PAGE : 2 * card->capacity;
    struct history_item *more = reallocarray(card->items, capacity, sizeof *more);
    if (more == NULL)
      return NULL;
    card->items = more;
    card->capacity = capacity;
  }
  return &card->items[card->count++];
}

static enum status book_transactions(struct book_card *card) {
  struct ledger_transaction *page = calloc(AUDIT_PAGE, sizeof *page);
  size_t count = 0;
  uint32_t before = 0;
  enum status status = page != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  do {
    if (status == STATUS_OK)
      status = ledger_transaction_list(card->audit->ledger, card->row->cid, before, page, AUDIT_PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
      struct history_item *item = book_more(card);
      if (item == NULL)
        status = STATUS_NO_MEMORY;
      else if (before != 0 && page[i].atc >= before) /* a damaged tree leads in circles */
        status = STATUS_LEDGER_BROKEN;
      else
        book_transaction(card, &page[i], item);
      before = page[i].atc;
    }
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  free(page);
  return status;
}

static enum status book_card(struct audit *audit, const struct ledger_card *row) {
  struct book_card card = {.audit = audit, .row = row};
  struct certificate certificate;
  audit->figures.cards++;
  book_certificate(&card, &certificate);
  enum status status = book_transactions(&card);
  if (status == STATUS_OK)
    history_audit(audit, row->cid, card.items, card.count);
  free(card.items);
  return status;
}

static enum status book_cards(struct audit *audit) {
  struct ledger_card *page = calloc(AUDIT_PAGE, sizeof *page);
  uint8_t after[CID_SIZE];
  size_t count = 0;
  bool first = true;
  enum status status = page != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  do {
    if (status == STATUS_OK)
      status = ledger_card_list(audit->ledger, first ? NULL : after, page, AUDIT_PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
      if (!first && memcmp(page[i].cid, after, CID_SIZE) <= 0)
        status = STATUS_LEDGER_BROKEN;
      else
        status = book_card(audit, &page[i]);
      memcpy(after, page[i].cid, CID_SIZE);
      first = false;
    }
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  free(page);
  return status;
}

/* ---- incidents: each must prove what it says ---- */

/* A promise is the evidence: of a fork, of what was lost, and of what is brought in of a card that has been
 * replaced. */
static bool incident_is_promise(const struct ledger_incident *incident) {
  return incident->kind == LEDGER_INCIDENT_FORK || incident->kind == LEDGER_INCIDENT_LOST ||
         incident->kind == LEDGER_INCIDENT_LATE_OFFLINE ||
         (incident->kind == LEDGER_INCIDENT_LATE_PROOF && incident->evidence_len == PROMISE_SIZE);
}

static bool incident_proves(struct audit *audit, const struct ledger_incident *incident) {
  struct promise promise;
  struct certificate certificate;
  struct ledger_transaction booking;
  struct ledger_card row;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (incident_is_promise(incident)) {
    struct book_card card = {.audit = audit, .row = &row};
    if (incident->evidence_len != PROMISE_SIZE || ledger_card_find(audit->ledger, incident->cid, &row) != STATUS_OK ||
        promise_decode(incident->evidence, PROMISE_SIZE, &promise) != STATUS_OK)
      return false;
    book_certificate(&card, &certificate);
    return memcmp(promise.cid, incident->cid, CID_SIZE) == 0 && promise.atc == incident->atc &&
           record_verify(incident->evidence, PROMISE_SIZE, card.sig_public) == STATUS_OK;
  }
  if (ledger_transaction_find(audit->ledger, incident->cid, incident->atc, &booking) != STATUS_OK)
    return false;
  if (incident->kind == LEDGER_INCIDENT_REVERSED_CREDIT)
    return booking.reversed;
  return incident->kind == LEDGER_INCIDENT_LATE_PROOF && incident->evidence_len == SECRET_SIZE &&
         promise_decode(booking.promise, PROMISE_SIZE, &promise) == STATUS_OK &&
         crypto_sha256(incident->evidence, SECRET_SIZE, hash) && crypto_equal(hash, promise.commitment, sizeof hash);
}

static void book_incidents(struct audit *audit) {
  for (size_t i = 0; i < audit->incident_count; i++) {
    const struct ledger_incident *incident = &audit->incidents[i];
    audit->figures.incidents++;
    if (!incident_proves(audit, incident))
      finding_of(audit, AUDIT_EVIDENCE, incident->cid, incident->atc,
                 SENTENCE("it does not prove what the incident says"));
  }
}

enum status book_audit(struct audit *audit) {
  const struct audit_finding finding = {.kind = AUDIT_FILE};
  size_t before = audit->finding_count;
  enum status status = ledger_audit(audit->ledger, book_contradicted, audit);
  bool told = audit->finding_count > before;
  if (status == STATUS_OK || (status == STATUS_LEDGER_BROKEN && told))
    status = book_cards(audit);
  if (status == STATUS_OK)
    book_incidents(audit);
  if (status == STATUS_LEDGER_BROKEN) {
    finding_add(audit, &finding, SENTENCE("it is damaged and could not be read to its end"));
    status = STATUS_OK;
  }
  return status;
}

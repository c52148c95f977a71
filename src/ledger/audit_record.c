/* SPDX-License-Identifier: Apache-2.0
 * The audit of what was signed: each transaction says what its promise and authorisation say, and its proof opens it.
 */
#include <stdio.h>
#include <string.h>

#include "audit_run.h"
#include "booking.h"
#include "card.h"
#include "epurse/crypto.h"
#include "epurse/sentence.h"
#include "store.h"

#define AUDIT_PAGE      64 /* transactions read at a time */
#define NEVER_SEEN_PAGE 16

/* A transaction taken apart. */
struct record {
  struct ledger *ledger;
  int64_t id;
  uint8_t hash[CRYPTO_SHA256_SIZE]; /* as stored */
  struct ledger_transaction transaction;
  struct promise promise;
  struct authorisation authorisation;
};

/* What is wrong with it; `words` is NULL where nothing is. */
struct flaw {
  enum ledger_flaw kind;
  const char *words;
};

/* The one before, while walking in order of (CID, ATC). */
struct chain_end {
  int64_t id;
  uint8_t hash[CRYPTO_SHA256_SIZE];
};

enum status audit_goes_on(const struct audit *audit) {
  return audit->given_up != NULL && audit->given_up(audit->given_up_context) ? STATUS_CANCELLED : STATUS_OK;
}

void audit_report(struct audit *audit, const struct ledger_contradiction *contradiction) {
  audit->contradictions++;
  audit->each(audit->context, contradiction);
}

static struct flaw record_flaw_of_promise(const struct record *record) {
  const struct ledger_transaction *transaction = &record->transaction;
  const struct promise *promise = &record->promise;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (record_hash(transaction->promise, PROMISE_SIZE, hash) != STATUS_OK ||
      !crypto_equal(hash, record->hash, sizeof hash))
    return (struct flaw){LEDGER_FLAW_PROMISE, SENTENCE("its promise is not the one that was hashed")};
  if (memcmp(promise->cid, transaction->cid, CID_SIZE) != 0 || promise->atc != transaction->atc ||
      memcmp(promise->tid, transaction->tid, TID_SIZE) != 0)
    return (struct flaw){LEDGER_FLAW_PROMISE, SENTENCE("its promise names another transaction")};
  if (promise->type != transaction->type || promise->amount != transaction->amount ||
      (transaction->state != LEDGER_DECLINED &&
       (promise->sale_atc != transaction->sale_atc || promise->sale_in_points != transaction->in_points)))
    return (struct flaw){LEDGER_FLAW_PROMISE, SENTENCE("its promise says something else")};
  return (struct flaw){LEDGER_FLAW_PROMISE, NULL};
}

static struct flaw record_flaw_of_authorisation(const struct record *record) {
  const struct ledger_transaction *transaction = &record->transaction;
  const struct authorisation *authorisation = &record->authorisation;
  bool approved = authorisation->decision == DECISION_APPROVED;
  if (!authorisation_answers(authorisation, &record->promise, record->hash))
    return (struct flaw){LEDGER_FLAW_AUTHORISATION, SENTENCE("its authorisation does not answer its promise")};
  if (approved == (transaction->state == LEDGER_DECLINED))
    return (struct flaw){LEDGER_FLAW_AUTHORISATION, SENTENCE("its authorisation decided otherwise")};
  if (authorisation->points != transaction->points)
    return (struct flaw){LEDGER_FLAW_AUTHORISATION, SENTENCE("its authorisation grants other points")};
  return (struct flaw){LEDGER_FLAW_AUTHORISATION, NULL};
}

static struct flaw record_flaw_of_proof(const struct record *record) {
  const struct ledger_transaction *transaction = &record->transaction;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  if (transaction->state != LEDGER_CAPTURED && !transaction->honoured)
    return (struct flaw){LEDGER_FLAW_PROOF, NULL};
  if (!crypto_sha256(transaction->secret, SECRET_SIZE, hash) ||
      !crypto_equal(hash, record->promise.commitment, sizeof hash))
    return (struct flaw){LEDGER_FLAW_PROOF, SENTENCE("its proof does not open its commitment")};
  return (struct flaw){LEDGER_FLAW_PROOF, NULL};
}

/* A receipt that a restoration made this ledger forget is booked beside what contradicts it, and was noted as a
 * fork. */
static bool record_forked(const struct record *record) {
  struct query query = query_begin(record->ledger, QUERY_BOOKING_FORKED);
  query_i64(&query, record->id);
  bool found = query_row(&query);
  return query_end(&query) == STATUS_OK && found;
}

static struct flaw record_flaw_of_chain(const struct record *record, const struct chain_end *before) {
  bool follows = before->id + 1 == record->id && record->transaction.atc > 1;
  if (follows && !crypto_equal(record->promise.previous, before->hash, sizeof before->hash) && !record_forked(record))
    return (struct flaw){LEDGER_FLAW_CHAIN, SENTENCE("its promise does not follow the one before")};
  return (struct flaw){LEDGER_FLAW_CHAIN, NULL};
}

/* The answer was signed in the step that booked it. */
static struct flaw record_flaw_of_time(const struct record *record) {
  bool same = moment_to_unix(record->authorisation.time) == record->transaction.created_at;
  return (struct flaw){LEDGER_FLAW_TIME, same ? NULL : SENTENCE("its authorisation is of another time")};
}

/* Nobody authorised it, and it has no r. */
static struct flaw record_flaw_offline(const struct record *record, const struct chain_end *before) {
  struct flaw flaw = record_flaw_of_promise(record);
  return flaw.words == NULL ? record_flaw_of_chain(record, before) : flaw;
}

static struct flaw record_flaw(struct record *record, const struct chain_end *before) {
  const struct ledger_transaction *transaction = &record->transaction;
  if (promise_decode(transaction->promise, PROMISE_SIZE, &record->promise) != STATUS_OK)
    return (struct flaw){LEDGER_FLAW_PROMISE, SENTENCE("its promise cannot be read")};
  if (transaction->type == TRANSACTION_OFFLINE_PURCHASE)
    return record_flaw_offline(record, before);
  if (authorisation_decode(transaction->authorisation, AUTHORISATION_SIZE, &record->authorisation) != STATUS_OK)
    return (struct flaw){LEDGER_FLAW_AUTHORISATION, SENTENCE("its authorisation cannot be read")};
  struct flaw flaw = record_flaw_of_promise(record);
  if (flaw.words == NULL)
    flaw = record_flaw_of_authorisation(record);
  if (flaw.words == NULL)
    flaw = record_flaw_of_proof(record);
  if (flaw.words == NULL)
    flaw = record_flaw_of_chain(record, before);
  if (flaw.words == NULL)
    flaw = record_flaw_of_time(record);
  return flaw;
}

static void record_report(struct audit *audit, const struct record *record, struct flaw flaw) {
  struct ledger_contradiction contradiction = {.flaw = flaw.kind, .of_card = true, .atc = record->transaction.atc};
  char cid[17], line[128];
  memcpy(contradiction.cid, record->transaction.cid, CID_SIZE);
  cid_print(contradiction.cid, cid);
  (void)snprintf(line, sizeof line, "card %s transaction %u: %s", cid, (unsigned)contradiction.atc, flaw.words);
  contradiction.line = line;
  audit_report(audit, &contradiction);
}

static enum status audit_record(struct audit *audit, int64_t id, struct chain_end *before) {
  struct record record = {.ledger = audit->ledger, .id = id};
  enum status status = booking_transaction(audit->ledger, id, &record.transaction);
  if (status == STATUS_OK)
    status = booking_hash(audit->ledger, id, record.hash);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  card_cid(audit->ledger, booking_card(id), record.transaction.cid);
  record.transaction.atc = booking_atc(id);
  struct flaw flaw = {LEDGER_FLAW_FILE, "its terminal or merchant is missing"};
  if (status == STATUS_OK)
    flaw = record_flaw(&record, before);
  if (flaw.words != NULL)
    record_report(audit, &record, flaw);
  before->id = id;
  memcpy(before->hash, record.hash, sizeof before->hash);
  return STATUS_OK;
}

static enum status audit_page(struct ledger *ledger, int64_t after, int64_t ids[AUDIT_PAGE], size_t *count) {
  struct query query = query_begin(ledger, QUERY_BOOKING_IDS);
  query_i64(&query, after);
  query_i64(&query, AUDIT_PAGE);
  for (*count = 0; *count < AUDIT_PAGE && query_row(&query); ++*count)
    ids[*count] = query_read_i64(&query);
  return query_end(&query);
}

static bool never_seen_fits(const struct ledger_never_seen *row) {
  struct promise promise;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  return promise_decode(row->promise, PROMISE_SIZE, &promise) == STATUS_OK &&
         record_hash(row->promise, PROMISE_SIZE, hash) == STATUS_OK && crypto_equal(hash, row->hash, sizeof hash) &&
         memcmp(promise.cid, row->cid, CID_SIZE) == 0 && promise.atc == row->atc;
}

static void never_seen_report(struct audit *audit, const struct ledger_never_seen *row) {
  struct record record = {.transaction = {.atc = row->atc}};
  memcpy(record.transaction.cid, row->cid, CID_SIZE);
  record_report(audit, &record,
                (struct flaw){LEDGER_FLAW_PROMISE, SENTENCE("what was never seen is not the promise it names")});
}

enum status audit_never_seen(struct audit *audit) {
  struct ledger_never_seen rows[NEVER_SEEN_PAGE], after;
  size_t count = 0;
  bool first = true;
  enum status status = STATUS_OK;
  do {
    status = audit_goes_on(audit);
    if (status == STATUS_OK)
      status = ledger_never_seen_list(audit->ledger, first ? NULL : &after, rows, NEVER_SEEN_PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
      if (!never_seen_fits(&rows[i]))
        never_seen_report(audit, &rows[i]);
    if (count > 0)
      after = rows[count - 1];
    first = false;
  } while (status == STATUS_OK && count == NEVER_SEEN_PAGE);
  return status;
}

enum status audit_records(struct audit *audit) {
  struct chain_end before = {.id = 0};
  int64_t ids[AUDIT_PAGE];
  size_t count = 0;
  enum status status = STATUS_OK;
  do {
    status = audit_goes_on(audit);
    if (status == STATUS_OK)
      status = audit_page(audit->ledger, before.id, ids, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) /* a damaged tree may lead in circles */
      status = ids[i] > before.id ? audit_record(audit, ids[i], &before) : STATUS_LEDGER_BROKEN;
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  return status;
}

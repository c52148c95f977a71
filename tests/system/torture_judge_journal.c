/* SPDX-License-Identifier: Apache-2.0
 * What must hold of what the terminals wrote: each journal entry is closed and says the truth, each payment has its
 * receipt. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/journal.h"
#include "torture_judge.h"
#include "torture_world.h"

/* WHOSE_COUNT: of a number that was given up. */
static enum whose whose_promise(const struct promise *promise) {
  enum whose whose = 0;
  while (whose < WHOSE_COUNT && memcmp(torture->books.cards[whose].cid, promise->cid, CID_SIZE) != 0)
    whose++;
  return whose;
}

static bool same_commitment(const uint8_t record[PROMISE_SIZE], const struct promise *promise) {
  struct promise booked;
  return promise_decode(record, PROMISE_SIZE, &booked) == STATUS_OK &&
         memcmp(booked.commitment, promise->commitment, CRYPTO_SHA256_SIZE) == 0;
}

/* What the books have of a promise; NULL: nothing. */
static const struct ledger_transaction *booked(const struct promise *promise) {
  const struct books *books = &torture->books;
  enum whose whose = whose_promise(promise);
  for (size_t i = 0; whose < WHOSE_COUNT && i < books->counts[whose]; i++)
    if (books->transactions[whose][i].atc == promise->atc && /* a thief says that number, too */
        same_commitment(books->transactions[whose][i].promise, promise))
      return &books->transactions[whose][i];
  return NULL;
}

/* An off-line payment that the ledger has as evidence only: the terminal is done with it. */
static bool is_kept(const struct promise *promise) {
  const struct books *books = &torture->books;
  for (size_t i = 0; i < books->kept_count; i++)
    if (books->kept[i].atc == promise->atc &&
        memcmp(books->kept[i].commitment, promise->commitment, CRYPTO_SHA256_SIZE) == 0)
      return true;
  return false;
}

static void judge_entry(struct sequence *sequence, enum till till, int state, const struct promise *promise) {
  const struct ledger_transaction *transaction = booked(promise);
  bool done = transaction != NULL && (transaction->state == LEDGER_CAPTURED || transaction->honoured);
  done = done || is_kept(promise);
  if (whose_promise(promise) == WHOSE_OPENED && state == JOURNAL_CANCELLED)
    return; /* it said so, signed, to that terminal; elsewhere it may say otherwise */
  if ((state == JOURNAL_CONFIRMED && !done) || (state == JOURNAL_CANCELLED && done))
    sequence_violation(sequence, "%s's journal has ATC %u as %s, which is not so", till_name(till), promise->atc,
                       state == JOURNAL_CONFIRMED ? "confirmed" : "cancelled");
}

static bool receipt_refused(void) {
  for (size_t i = 0; i < torture->fault_count; i++)
    if (torture->faults[i].kind == FAULT_RECEIPT_REFUSED)
      return true;
  return false;
}

/* Where r is in the journal the receipt is in its folder, unless the disk would not have it. */
static void judge_receipt(struct sequence *sequence, enum till till, const struct promise *promise) {
  char name[96], cid[17];
  enum whose whose = whose_promise(promise);
  if (whose == WHOSE_COUNT || promise->atc <= torture->trace.begun[whose] || receipt_refused())
    return;
  cid_print(promise->cid, cid);
  snprintf(name, sizeof name, "%s/receipts/%s-%" PRIu32 ".receipt", till_name(till), cid, promise->atc);
  if (access(world_path(name), R_OK) != 0)
    sequence_violation(sequence, "%s has no receipt of ATC %u", till_name(till), promise->atc);
}

/* The card of an entry is dead, or a thief's: nobody can ask it what became of the authorisation. */
static bool stays_open(const struct sequence *sequence, int state, const struct promise *promise) {
  if (whose_promise(promise) == WHOSE_OPENED)
    return true;
  return sequence->fate != CARD_PERSONALISED && state == JOURNAL_AUTHORISED &&
         whose_promise(promise) == sequence->whose;
}

/* Asked off-line and not answered: whether it was the thief's card, or one that is dead since. Nobody can ask them. */
static bool is_silent(const struct sequence *sequence, sqlite3_stmt *row) {
  const struct ledger_card *cards = torture->books.cards;
  struct certificate card;
  int len = sqlite3_column_bytes(row, 3);
  if (len <= 0 || certificate_decode(sqlite3_column_blob(row, 3), (size_t)len, &card) != STATUS_OK)
    return false;
  bool dead = sequence->fate != CARD_PERSONALISED && memcmp(card.subject, cards[sequence->whose].cid, CID_SIZE) == 0;
  return dead || memcmp(card.subject, cards[WHOSE_OPENED].cid, CID_SIZE) == 0;
}

/* A load whose charge its bank has taken back by itself: people are told, and nothing ends it. */
static bool is_marked(enum till till, int state, const struct promise *promise) {
  return till == TILL_RELOAD && promise->type == TRANSACTION_LOAD &&
         (state == JOURNAL_AUTHORISED || state == JOURNAL_COMMITTED) &&
         zvt_account_took_back(&torture->bank.zvt, promise->amount);
}

static void judge_row(struct sequence *sequence, enum till till, sqlite3_stmt *row) {
  int state = sqlite3_column_int(row, 0);
  struct promise promise;
  bool promised = sqlite3_column_bytes(row, 1) == PROMISE_SIZE &&
                  promise_decode(sqlite3_column_blob(row, 1), PROMISE_SIZE, &promise) == STATUS_OK;
  bool closed = state == JOURNAL_CONFIRMED || state == JOURNAL_CANCELLED || state == JOURNAL_SETTLED;
  bool open =
      promised ? stays_open(sequence, state, &promise) || is_marked(till, state, &promise) : is_silent(sequence, row);
  if (!closed && !open)
    sequence_violation(sequence, "%s's journal has an open entry, state %d", till_name(till), state);
  if (!promised)
    return;
  judge_entry(sequence, till, state, &promise);
  bool offline = promise.type == TRANSACTION_OFFLINE_PURCHASE;
  if (state == JOURNAL_CONFIRMED && (offline || sqlite3_column_bytes(row, 2) == SECRET_SIZE))
    judge_receipt(sequence, till, &promise);
}

/* The rows of a till's journal; false: it cannot be read. Whoever has them finalizes and closes both. */
static bool rows_open(enum till till, sqlite3 **journal, sqlite3_stmt **rows) {
  char name[64];
  snprintf(name, sizeof name, "%s/journal.db", till_name(till));
  return sqlite3_open_v2(world_path(name), journal, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(*journal, "SELECT state, promise, secret, card_certificate FROM entry", -1, rows, NULL) ==
             SQLITE_OK;
}

void judge_journal(struct sequence *sequence, enum till till) {
  sqlite3 *journal = NULL;
  sqlite3_stmt *rows = NULL;
  bool read = rows_open(till, &journal, &rows);
  while (read && sqlite3_step(rows) == SQLITE_ROW)
    judge_row(sequence, till, rows);
  if (!read)
    sequence_violation(sequence, "%s's journal cannot be read", till_name(till));
  sqlite3_finalize(rows);
  sqlite3_close(journal);
}

int64_t judge_marked(void) {
  sqlite3 *journal = NULL;
  sqlite3_stmt *rows = NULL;
  struct promise promise;
  int64_t marked = 0;
  bool read = torture->bank.zvt.count > 0 && rows_open(TILL_RELOAD, &journal, &rows);
  while (read && sqlite3_step(rows) == SQLITE_ROW)
    if (sqlite3_column_bytes(rows, 1) == PROMISE_SIZE &&
        promise_decode(sqlite3_column_blob(rows, 1), PROMISE_SIZE, &promise) == STATUS_OK &&
        is_marked(TILL_RELOAD, sqlite3_column_int(rows, 0), &promise))
      marked += promise.amount;
  sqlite3_finalize(rows);
  sqlite3_close(journal);
  return marked;
}

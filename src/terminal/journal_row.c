/* SPDX-License-Identifier: Apache-2.0
 * An entry of the journal as a row: binding and reading, with the lengths checked. */
#include "journal_row.h"

#include <string.h>

#include "journal_store.h"

static int bind_bytes(sqlite3_stmt *statement, int column, const uint8_t *data, size_t len, bool present) {
  if (!present)
    return sqlite3_bind_null(statement, column);
  return sqlite3_bind_blob(statement, column, data, (int)len, SQLITE_STATIC);
}

static int bind_text(sqlite3_stmt *statement, int column, const char *text) {
  return sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

int journal_row_bind(sqlite3_stmt *statement, const struct journal_entry *entry) {
  const int64_t numbers[] = {(int64_t)entry->state, entry->type, entry->amount, entry->currency, entry->time};
  int result = SQLITE_OK;
  for (int i = 0; result == SQLITE_OK && i < 5; i++)
    result = sqlite3_bind_int64(statement, i + 1, numbers[i]);
  if (result == SQLITE_OK)
    result = bind_bytes(statement, 6, entry->promise, sizeof entry->promise, entry->has_promise);
  if (result == SQLITE_OK)
    result = bind_bytes(statement, 7, entry->authorisation, sizeof entry->authorisation, entry->has_authorisation);
  if (result == SQLITE_OK)
    result = bind_bytes(statement, 8, entry->secret, sizeof entry->secret, entry->has_secret);
  if (result == SQLITE_OK)
    result =
        bind_bytes(statement, 9, entry->card_certificate, entry->card_certificate_len, entry->card_certificate_len > 0);
  if (result == SQLITE_OK)
    result = bind_text(statement, 10, entry->tender_kind);
  if (result == SQLITE_OK)
    result = bind_text(statement, 11, entry->tender_order);
  if (result == SQLITE_OK)
    result = bind_text(statement, 12, entry->tender_reference);
  if (result == SQLITE_OK)
    result = bind_text(statement, 13, entry->reference);
  if (result == SQLITE_OK)
    result = bind_bytes(statement, 15, entry->nonce, sizeof entry->nonce, entry->has_nonce);
  if (result == SQLITE_OK)
    result = bind_text(statement, 16, entry->cashier);
  if (result == SQLITE_OK)
    result = bind_text(statement, 17, entry->iban);
  if (result == SQLITE_OK)
    result = bind_text(statement, 18, entry->holder);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int(statement, 19, entry->closes);
  if (result == SQLITE_OK)
    result = bind_bytes(statement, 20, entry->card_reference, sizeof entry->card_reference, entry->has_card_reference);
  if (result == SQLITE_OK)
    result = sqlite3_bind_int64(statement, 21, entry->deposit);
  return result;
}

/* A column of exactly `len` bytes, or NULL. */
static enum status read_bytes(sqlite3_stmt *statement, int column, uint8_t *data, size_t len, bool *present) {
  *present = sqlite3_column_type(statement, column) != SQLITE_NULL;
  if (!*present)
    return STATUS_OK;
  const void *value = sqlite3_column_blob(statement, column);
  if (value == NULL || (size_t)sqlite3_column_bytes(statement, column) != len)
    return STATUS_STORE_FAILED;
  memcpy(data, value, len);
  return STATUS_OK;
}

static enum status read_certificate(sqlite3_stmt *statement, int column, struct journal_entry *entry) {
  const void *value = sqlite3_column_blob(statement, column);
  size_t len = (size_t)sqlite3_column_bytes(statement, column);
  if (len > sizeof entry->card_certificate)
    return STATUS_STORE_FAILED;
  if (value != NULL)
    memcpy(entry->card_certificate, value, len);
  entry->card_certificate_len = value != NULL ? len : 0;
  return STATUS_OK;
}

static enum status read_text(sqlite3_stmt *statement, int column, char *text, size_t capacity) {
  const unsigned char *value = sqlite3_column_text(statement, column);
  size_t len = (size_t)sqlite3_column_bytes(statement, column);
  if (value == NULL || len >= capacity)
    return STATUS_STORE_FAILED;
  memcpy(text, value, len);
  text[len] = 0;
  return STATUS_OK;
}

enum status journal_row_read(sqlite3_stmt *statement, struct journal_entry *entry) {
  memset(entry, 0, sizeof *entry);
  entry->id = sqlite3_column_int64(statement, 0);
  entry->state = (enum journal_state)sqlite3_column_int(statement, 1);
  entry->type = (uint8_t)sqlite3_column_int(statement, 2);
  entry->amount = sqlite3_column_int64(statement, 3);
  entry->currency = (uint16_t)sqlite3_column_int(statement, 4);
  entry->time = sqlite3_column_int64(statement, 5);
  enum status status = read_bytes(statement, 6, entry->promise, sizeof entry->promise, &entry->has_promise);
  if (status == STATUS_OK)
    status = read_bytes(statement, 7, entry->authorisation, sizeof entry->authorisation, &entry->has_authorisation);
  if (status == STATUS_OK)
    status = read_bytes(statement, 8, entry->secret, sizeof entry->secret, &entry->has_secret);
  if (status == STATUS_OK)
    status = read_certificate(statement, 9, entry);
  if (status == STATUS_OK)
    status = read_text(statement, 10, entry->tender_kind, sizeof entry->tender_kind);
  if (status == STATUS_OK)
    status = read_text(statement, 11, entry->tender_order, sizeof entry->tender_order);
  if (status == STATUS_OK)
    status = read_text(statement, 12, entry->tender_reference, sizeof entry->tender_reference);
  if (status == STATUS_OK)
    status = read_text(statement, 13, entry->reference, sizeof entry->reference);
  if (status == STATUS_OK)
    status = read_bytes(statement, 15, entry->nonce, sizeof entry->nonce, &entry->has_nonce);
  if (status == STATUS_OK)
    status = read_text(statement, 16, entry->cashier, sizeof entry->cashier);
  if (status == STATUS_OK)
    status = read_text(statement, 17, entry->iban, sizeof entry->iban);
  if (status == STATUS_OK)
    status = read_text(statement, 18, entry->holder, sizeof entry->holder);
  entry->closes = sqlite3_column_int(statement, 19) != 0;
  if (status == STATUS_OK)
    status = read_bytes(statement, 20, entry->card_reference, sizeof entry->card_reference, &entry->has_card_reference);
  entry->deposit = sqlite3_column_int64(statement, 21);
  entry->unreported = sqlite3_column_int(statement, 14) != 0;
  return status;
}

bool journal_entry_done(const struct journal_entry *entry) {
  return entry->has_secret || (entry->type == TRANSACTION_OFFLINE_PURCHASE && entry->has_promise);
}

enum status journal_first(struct journal *journal, const char *sql, const char *text, int64_t number,
                          struct journal_entry *entry) {
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);
  if (result == SQLITE_OK)
    result = text == NULL ? sqlite3_bind_int64(statement, 1, number)
                          : sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
  if (result == SQLITE_OK)
    result = sqlite3_step(statement);
  enum status status = journal_status(result);
  if (result == SQLITE_DONE)
    status = STATUS_NOT_FOUND;
  else if (result == SQLITE_ROW)
    status = journal_row_read(statement, entry);
  (void)sqlite3_finalize(statement);
  return status;
}

enum status journal_next(struct journal *journal, const char *sql, int64_t after, struct journal_entry *entry) {
  return journal_first(journal, sql, NULL, after, entry);
}

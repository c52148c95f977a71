/* SPDX-License-Identifier: Apache-2.0
 * Which sale is to be given back: by the journal, a receipt, or a reference. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/journal.h"
#include "epurse/receipt.h"
#include "epurse/terminal_refund.h"

static bool is_sale(uint8_t type) {
  return type == TRANSACTION_PURCHASE || type == TRANSACTION_POINTS_PURCHASE || type == TRANSACTION_OFFLINE_PURCHASE;
}

static void sale_fill(const struct promise *promise, int64_t time, struct sale *sale) {
  *sale = (struct sale){.atc = promise->atc,
                        .amount = {promise->amount, promise->currency},
                        .in_points = promise->type == TRANSACTION_POINTS_PURCHASE,
                        .time = time};
  memcpy(sale->cid, promise->cid, CID_SIZE);
}

static enum status sale_of_entry(const struct journal_entry *entry, struct sale *sale) {
  struct promise promise;
  if (!is_sale(entry->type))
    return STATUS_SALE_UNKNOWN;
  if (!entry->has_promise || !journal_entry_done(entry))
    return STATUS_SALE_NOT_CAPTURED;
  enum status status = promise_decode(entry->promise, PROMISE_SIZE, &promise);
  if (status == STATUS_OK)
    sale_fill(&promise, entry->time, sale);
  if (status == STATUS_OK)
    sale->number = entry->id;
  return status;
}

/* The newest one that is done is nearly always a sale; else all are looked through. */
static enum status entry_last_sale(struct journal *journal, struct journal_entry *entry) {
  struct journal_entry next;
  enum status status = journal_last_done(journal, entry);
  if (status != STATUS_OK || is_sale(entry->type))
    return status;
  bool found = false;
  for (int64_t after = 0; (status = journal_next_any(journal, after, &next)) == STATUS_OK; after = next.id) {
    if (!is_sale(next.type) || !journal_entry_done(&next))
      continue;
    *entry = next;
    found = true;
  }
  return status == STATUS_NOT_FOUND && found ? STATUS_OK : status;
}

enum status sale_by_number(struct terminal *terminal, int64_t number, struct sale *sale) {
  struct journal_entry entry;
  enum status status = number == 0 ? entry_last_sale(terminal->journal, &entry)
                                   : journal_next_any(terminal->journal, number - 1, &entry);
  if (status == STATUS_OK && number != 0 && entry.id != number)
    status = STATUS_NOT_FOUND;
  return status == STATUS_OK ? sale_of_entry(&entry, sale) : status;
}

/* What the receipt says beside the sale itself: whether it is this till's, and an off-line payment's promise. */
static enum status sale_note_receipt(const struct terminal *terminal, const uint8_t *data, size_t len,
                                     const struct promise *promise, struct sale *sale) {
  struct receipt receipt;
  if (memcmp(promise->tid, terminal->tid, TID_SIZE) == 0)
    sale->time = moment_to_unix(promise->time);
  sale->brings = promise->type == TRANSACTION_OFFLINE_PURCHASE;
  if (!sale->brings)
    return STATUS_OK;
  enum status status = receipt_decode(data, len, &receipt);
  if (status == STATUS_OK)
    memcpy(sale->promise, receipt.promise.data, PROMISE_SIZE);
  return status;
}

enum status sale_by_receipt(const struct terminal *terminal, const uint8_t *data, size_t len, struct sale *sale) {
  uint8_t bytes[RECEIPT_MAX];
  struct receipt_facts facts;
  const char *reason = "";
  if (receipt_text_is(data, len)) {
    enum status status = receipt_text_decode(data, len, bytes, &len);
    if (status != STATUS_OK)
      return status;
    data = bytes;
  }
  enum status status = receipt_verify(data, len, terminal->master_public, &facts, &reason);
  if (status == STATUS_OK && !is_sale(facts.promise.type))
    status = STATUS_SALE_UNKNOWN;
  if (status != STATUS_OK)
    return status;
  sale_fill(&facts.promise, 0, sale);
  return sale_note_receipt(terminal, data, len, &facts.promise, sale);
}

enum status sale_by_reference(struct terminal *terminal, const char *reference, struct sale *sale) {
  struct journal_entry entry;
  struct outcome outcome;
  uint8_t type = 0;
  enum status status =
      reference_valid(reference) ? journal_find_reference(terminal->journal, reference, &entry) : STATUS_BAD_FORMAT;
  if (status == STATUS_OK && journal_entry_done(&entry))
    return sale_of_entry(&entry, sale);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND)
    return status;
  status = reference_status(terminal, reference, &outcome, &type);
  if (status == STATUS_REFERENCE_HELD || status == STATUS_DECLINED)
    return STATUS_SALE_NOT_CAPTURED;
  if (status == STATUS_OK && !is_sale(type))
    status = STATUS_SALE_UNKNOWN;
  if (status != STATUS_OK)
    return status;
  *sale = (struct sale){.atc = outcome.atc, .amount = outcome.amount, .in_points = type == TRANSACTION_POINTS_PURCHASE};
  memcpy(sale->cid, outcome.cid, CID_SIZE);
  return STATUS_OK;
}

#define NUMBER_DIGITS 18 /* at most: less than an int64_t has */

/* 0: it is none. */
static int64_t number_of(const char *name) {
  size_t digits = strspn(name, "0123456789");
  return name[digits] == 0 && digits <= NUMBER_DIGITS ? strtoll(name, NULL, 10) : 0;
}

enum status sale_by_name(struct terminal *terminal, const char *name, struct sale *sale) {
  struct journal_entry named;
  const int64_t number = number_of(name);
  enum status status = number > 0 ? sale_by_number(terminal, number, sale) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND)
    return sale_by_reference(terminal, name, sale);
  enum status found = journal_find_reference(terminal->journal, name, &named);
  if (found != STATUS_OK)
    return found == STATUS_NOT_FOUND ? status : found;
  bool another = is_sale(named.type) && named.id != number && named.state != JOURNAL_CANCELLED;
  return another ? STATUS_SALE_AMBIGUOUS : status;
}

bool sale_is_of_today(const struct sale *sale) {
  const time_t made = (time_t)sale->time, now = time(NULL);
  struct tm then, today;
  return sale->time != 0 && localtime_r(&made, &then) != NULL && localtime_r(&now, &today) != NULL &&
         then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
}

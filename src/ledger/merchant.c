/* SPDX-License-Identifier: Apache-2.0
 * Merchants: who gets the money of purchases, and owes that of loads. */
#include <string.h>

#include "epurse/iban.h"
#include "epurse/ledger_merchant.h"
#include "posting.h"
#include "store.h"

static bool merchant_id_valid(const char *id) {
  size_t len = strnlen(id, MERCHANT_MAX + 1);
  if (len == 0 || len > MERCHANT_MAX)
    return false;
  for (size_t i = 0; i < len; i++)
    if (id[i] <= ' ' || id[i] > '~')
      return false;
  return true;
}

static enum status merchant_exists(struct ledger *ledger, const char *id, bool *exists) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_ID);
  query_text(&query, id);
  *exists = query_row(&query);
  return query_end(&query);
}

static enum status merchant_insert(struct ledger *ledger, const struct ledger_merchant *merchant, int64_t *number) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_ADD);
  query_text(&query, merchant->id);
  query_text(&query, merchant->name);
  query_i64(&query, merchant->points_rate);
  query_i64(&query, merchant->fee_rate);
  query_text(&query, merchant->iban);
  query_text(&query, merchant->bic);
  (void)query_row(&query);
  *number = query_read_i64(&query);
  return query_run(&query);
}

/* An account that can be paid to, or none. */
static bool merchant_payout_valid(const struct ledger_merchant *merchant) {
  bool account = merchant->iban[0] != '\0', bank = merchant->bic[0] != '\0';
  return merchant->fee_rate <= LEDGER_FEE_RATE_MAX && (!account || iban_valid(merchant->iban)) &&
         (!bank || (account && bic_valid(merchant->bic)));
}

enum status ledger_merchant_add(struct ledger *ledger, const struct ledger_merchant *merchant) {
  if (!merchant_id_valid(merchant->id) || merchant->points_rate > 10000 ||
      strnlen(merchant->name, LEDGER_NAME_MAX + 1) > LEDGER_NAME_MAX || !merchant_payout_valid(merchant))
    return STATUS_BAD_FORMAT;
  bool exists = false;
  int64_t number = 0;
  enum status status = merchant_exists(ledger, merchant->id, &exists);
  if (status == STATUS_OK && exists)
    status = STATUS_EXISTS;
  if (status == STATUS_OK)
    status = merchant_insert(ledger, merchant, &number);
  if (status == STATUS_OK)
    status = account_open(ledger, account_of_merchant(number, ACCOUNT_MERCHANT), 0, ACCOUNT_BOUND);
  if (status == STATUS_OK)
    status = account_open(ledger, account_of_merchant(number, ACCOUNT_TENDER), -ACCOUNT_BOUND, ACCOUNT_BOUND);
  if (status == STATUS_OK)
    status = account_open(ledger, account_of_merchant(number, ACCOUNT_POINTS_ISSUER), -ACCOUNT_BOUND, ACCOUNT_BOUND);
  return status;
}

enum status ledger_merchant_change(struct ledger *ledger, const struct ledger_merchant *merchant) {
  bool exists = false;
  if (!merchant_payout_valid(merchant))
    return STATUS_BAD_FORMAT;
  enum status status = merchant_exists(ledger, merchant->id, &exists);
  if (status == STATUS_OK && !exists)
    status = STATUS_NOT_FOUND;
  if (status != STATUS_OK)
    return status;
  struct query query = query_begin(ledger, QUERY_MERCHANT_CHANGE);
  query_i64(&query, merchant->fee_rate);
  query_text(&query, merchant->iban);
  query_text(&query, merchant->bic);
  query_text(&query, merchant->id);
  return query_run(&query);
}

static void merchant_read(struct query *query, struct ledger_merchant *merchant) {
  memset(merchant, 0, sizeof *merchant);
  query_read_text(query, merchant->id, sizeof merchant->id);
  query_read_text(query, merchant->name, sizeof merchant->name);
  merchant->points_rate = (uint32_t)query_read_i64(query);
  merchant->fee_rate = (uint32_t)query_read_i64(query);
  query_read_text(query, merchant->iban, sizeof merchant->iban);
  query_read_text(query, merchant->bic, sizeof merchant->bic);
  merchant->balance = query_read_i64(query);
  merchant->tender = query_read_i64(query);
}

static enum status merchant_look(struct ledger *ledger, enum query_name name, const char *id,
                                 struct ledger_merchant *merchant) {
  struct query query = query_begin(ledger, name);
  query_text(&query, id);
  bool found = query_row(&query);
  merchant_read(&query, merchant);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_merchant_find(struct ledger *ledger, const char *id, struct ledger_merchant *merchant) {
  return merchant_look(ledger, QUERY_MERCHANT_FIND, id, merchant);
}

enum status ledger_merchant_terms(struct ledger *ledger, const char *id, struct ledger_merchant *merchant) {
  return merchant_look(ledger, QUERY_MERCHANT_TERMS, id, merchant);
}

enum status ledger_merchant_points_rate(struct ledger *ledger, const char *id, uint32_t *points_rate) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_POINTS_RATE);
  query_text(&query, id);
  bool found = query_row(&query);
  *points_rate = (uint32_t)query_read_i64(&query);
  enum status status = query_end(&query);
  return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status ledger_merchant_list(struct ledger *ledger, const char *after, struct ledger_merchant *merchants,
                                 size_t capacity, size_t *count) {
  struct query query = query_begin(ledger, QUERY_MERCHANT_LIST);
  query_text(&query, after == NULL ? "" : after);
  query_i64(&query, (int64_t)capacity);
  for (*count = 0; *count < capacity && query_row(&query); ++*count)
    merchant_read(&query, &merchants[*count]);
  return query_end(&query);
}

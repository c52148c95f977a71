/* SPDX-License-Identifier: Apache-2.0
 * A card as the ledger meets it: the truth about its money, and promises in its name. */
#include "purse.h"

#include <check.h>
#include <string.h>

/* TLV || 5F37 40 and 64 zeros. */
static void purse_append_signature(uint8_t *record, size_t tlv_len) {
  static const uint8_t header[] = {0x5F, 0x37, CRYPTO_SIGNATURE_SIZE};
  memset(record + tlv_len, 0, RECORD_SIGNATURE_SIZE);
  memcpy(record + tlv_len, header, sizeof header);
}

void purse_encode(struct purse *purse) {
  promise_encode(&purse->promise, purse->record);
  purse_append_signature(purse->record, PROMISE_TLV_SIZE);
  ck_assert_int_eq(record_hash(purse->record, PROMISE_SIZE, purse->hash), STATUS_OK);
}

/* Without r; the promise is the payment. */
static void purse_pay_offline(struct purse *purse) {
  memset(purse->promise.commitment, 0, sizeof purse->promise.commitment);
  purse->balance -= purse->promise.amount;
  purse->offline_count++;
  purse->offline_sum += purse->promise.amount;
}

void purse_promise(struct purse *purse, uint8_t type, uint32_t amount, const char *tid) {
  struct promise *promise = &purse->promise;
  uint8_t seed[CID_SIZE + sizeof purse->atc + 1];
  purse->atc++;
  memcpy(seed, purse->cid, CID_SIZE);
  memcpy(seed + CID_SIZE, &purse->atc, sizeof purse->atc);
  seed[sizeof seed - 1] = type;
  ck_assert(crypto_sha256(seed, sizeof seed, purse->secret));
  memset(promise, 0, sizeof *promise);
  promise->type = type;
  promise->pin_verified = true;
  memcpy(promise->cid, purse->cid, CID_SIZE);
  promise->atc = purse->atc;
  promise->amount = amount;
  promise->currency = 978;
  promise->balance = purse->balance;
  promise->points = purse->points;
  memcpy(promise->tid, tid, TID_SIZE);
  moment_from_unix(1790000000, promise->time);
  ck_assert(crypto_sha256(purse->secret, SECRET_SIZE, promise->commitment));
  promise->last_atc = purse->last_atc;
  memcpy(promise->last_secret, purse->last_secret, SECRET_SIZE);
  memcpy(promise->previous, purse->hash, sizeof promise->previous);
  promise->offline_count = purse->offline_count;
  promise->offline_sum = purse->offline_sum;
  purse->prepared = type != TRANSACTION_OFFLINE_PURCHASE;
  if (!purse->prepared)
    purse_pay_offline(purse);
  purse_encode(purse);
}

void purse_refund(struct purse *purse, const struct purse_sale *sale, uint32_t amount, const char *tid) {
  purse_promise(purse, TRANSACTION_REFUND, amount, tid);
  purse->promise.pin_verified = false;
  purse->promise.sale_atc = sale->atc;
  purse->promise.sale_in_points = sale->in_points;
  purse_encode(purse);
}

void purse_transfer(struct purse *purse, uint32_t amount, const char *tid) {
  purse_promise(purse, TRANSACTION_PAYOUT, amount, tid);
  nonce_mark(purse->promise.nonce, true);
  purse_encode(purse);
}

bool purse_commit(struct purse *purse, const uint8_t record[AUTHORISATION_SIZE]) {
  struct authorisation authorisation;
  ck_assert_int_eq(authorisation_decode(record, AUTHORISATION_SIZE, &authorisation), STATUS_OK);
  if (!purse->prepared || !authorisation_answers(&authorisation, &purse->promise, purse->hash) ||
      authorisation.decision != DECISION_APPROVED)
    return false;
  if (purse->promise.type == TRANSACTION_PURCHASE || purse->promise.type == TRANSACTION_PAYOUT)
    purse->balance -= purse->promise.amount;
  if (purse->promise.type == TRANSACTION_LOAD ||
      (purse->promise.type == TRANSACTION_REFUND && !purse->promise.sale_in_points))
    purse->balance += purse->promise.amount;
  purse->points = (uint32_t)((int64_t)purse->points + authorisation.points);
  purse->last_atc = purse->atc;
  memcpy(purse->last_secret, purse->secret, SECRET_SIZE);
  purse->prepared = false;
  purse->offline_count = 0;
  purse->offline_sum = 0;
  return true;
}

enum status purse_sign(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]) {
  (void)context;
  authorisation->key_version = 1;
  authorisation_encode(authorisation, record);
  purse_append_signature(record, AUTHORISATION_TLV_SIZE);
  return STATUS_OK;
}

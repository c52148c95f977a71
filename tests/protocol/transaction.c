/* SPDX-License-Identifier: Apache-2.0
 * Promise, authorisation and log record: both ways, and that an authorisation answers one promise alone. */
#include "chain.h"
#include "epurse/bytes.h"
#include "suites.h"
#include "vector.h"

#include <stddef.h>
#include <string.h>

START_TEST(layout_of_a_promise) {
  struct chain chain;
  uint8_t tlv[PROMISE_TLV_SIZE];

  chain_begin(&chain);
  memset(chain.promise.commitment, 0x68, CRYPTO_SHA256_SIZE);
  promise_encode(&chain.promise, tlv);
  ck_assert_hex(tlv, sizeof tlv,
                "DF6081A4 02 01 01 9712340000000422 00000007 000004E2 03D2 00001388 00000003 504F533030303031"
                "4E4E4E4E4E4E4E4E 20261123174006"
                "6868686868686868686868686868686868686868686868686868686868686868 00000006"
                "6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C6C"
                "7070707070707070707070707070707070707070707070707070707070707070"
                "0002 0000015E 0001 00000000");
}
END_TEST

START_TEST(layout_of_an_authorisation) {
  struct chain chain;
  uint8_t tlv[AUTHORISATION_TLV_SIZE];

  chain_begin(&chain);
  memset(chain.authorisation.promise_hash, 0x68, CRYPTO_SHA256_SIZE);
  chain.authorisation.points = -2;
  promise_encode(&chain.promise, chain.promise_record);
  authorisation_encode(&chain.authorisation, tlv);
  ck_assert_hex(tlv, sizeof tlv,
                "DF6149 02 01 9712340000000422 00000007 504F533030303031 000004E2 03D2"
                "6868686868686868686868686868686868686868686868686868686868686868 00 FFFFFFFE 20261123174006 01");
}
END_TEST

START_TEST(promise_goes_both_ways) {
  struct chain chain;
  struct promise back;
  uint8_t again[PROMISE_TLV_SIZE];

  chain_begin(&chain);
  for (int pin = 0; pin < 2; pin++) {
    for (uint8_t type = TRANSACTION_PURCHASE; type <= TRANSACTION_PAYOUT; type++) {
      chain.promise.type = type;
      chain.promise.sale_atc = type == TRANSACTION_REFUND ? chain.promise.atc - 1 : 0;
      chain.promise.sale_in_points = type == TRANSACTION_REFUND && pin == 0;
      chain.promise.pin_verified = pin != 0;
      chain_finish(&chain);
      memset(&back, 0, sizeof back);
      ck_assert_int_eq(promise_decode(chain.promise_record, PROMISE_SIZE, &back), STATUS_OK);
      promise_encode(&back, again); /* fields by their bytes: structs have gaps */
      ck_assert_mem_eq(again, chain.promise_record, sizeof again);
      ck_assert_int_eq(back.pin_verified, pin != 0);
      ck_assert_uint_eq(back.offline_count, 2);
      ck_assert_uint_eq(back.offline_sum, 350);
      ck_assert_uint_eq(back.pin_changes, 1);
      ck_assert_uint_eq(back.sale_atc, chain.promise.sale_atc);
      ck_assert(back.sale_in_points == chain.promise.sale_in_points);
    }
  }
}
END_TEST

START_TEST(authorisation_goes_both_ways) {
  struct chain chain;
  struct authorisation back;
  uint8_t again[AUTHORISATION_TLV_SIZE];
  static const int32_t points[] = {0, 1, -1, INT32_MAX, INT32_MIN};

  chain_begin(&chain);
  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
    chain.authorisation.points = points[i];
    chain.authorisation.decision = i % 2 == 0 ? DECISION_APPROVED : DECISION_DECLINED;
    chain_finish(&chain);
    memset(&back, 0, sizeof back);
    ck_assert_int_eq(authorisation_decode(chain.authorisation_record, AUTHORISATION_SIZE, &back), STATUS_OK);
    authorisation_encode(&back, again);
    ck_assert_mem_eq(again, chain.authorisation_record, sizeof again);
    ck_assert_int_eq(back.points, points[i]);
  }
}
END_TEST

START_TEST(every_truncation_is_refused) {
  struct chain chain;
  struct promise promise;
  struct authorisation authorisation;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t len = 0; len < PROMISE_SIZE; len++) {
    ck_assert_int_eq(promise_decode(chain.promise_record, len, &promise), STATUS_BAD_LENGTH);
    ck_assert_int_ne(record_verify(chain.promise_record, len, chain.card_key.point), STATUS_OK);
  }
  for (size_t len = 0; len < AUTHORISATION_SIZE; len++) {
    ck_assert_int_eq(authorisation_decode(chain.authorisation_record, len, &authorisation), STATUS_BAD_LENGTH);
    ck_assert_int_ne(record_verify(chain.authorisation_record, len, chain.server_key.point), STATUS_OK);
  }
}
END_TEST

static void check_every_bit(uint8_t *record, size_t len, const uint8_t *public_key) {
  ck_assert_int_eq(record_verify(record, len, public_key), STATUS_OK);
  for (size_t bit = 0; bit < len * 8; bit++) {
    record[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(record_verify(record, len, public_key) != STATUS_OK, "bit %zu", bit);
    record[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
}

START_TEST(every_flipped_bit_is_refused) {
  struct chain chain;

  chain_begin(&chain);
  chain_finish(&chain);
  check_every_bit(chain.promise_record, PROMISE_SIZE, chain.card_key.point);
  check_every_bit(chain.authorisation_record, AUTHORISATION_SIZE, chain.server_key.point);
}
END_TEST

/* Bytes of the record where a value is put that must be refused. */
static const struct {
  size_t at;
  uint8_t value;
} bad_promise[] = {{1, 0x61},  {3, 163},   {4, 0},      {4, 1},
                   {5, 0},     {5, 4},     {6, 2},      {6, 0x81},
                   {19, 0x80}, {25, 0x80}, {51, 0x13},  {158, 0x80},
                   {164, 1},   {167, 1},   {164, 0xFF}, {PROMISE_TLV_SIZE, 0x5E}},
  bad_authorisation[] = {{1, 0x60}, {2, 72},    {3, 0},  {3, 1},     {4, 0},
                         {4, 7},    {25, 0x80}, {63, 2}, {70, 0x13}, {71, 0x00}};

START_TEST(bad_fields_of_a_promise_are_refused) {
  struct chain chain;
  struct promise back;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < sizeof bad_promise / sizeof bad_promise[0]; i++) {
    uint8_t *byte = &chain.promise_record[bad_promise[i].at], saved = *byte;
    *byte = bad_promise[i].value;
    ck_assert_msg(promise_decode(chain.promise_record, PROMISE_SIZE, &back) == STATUS_BAD_FORMAT, "row %zu", i);
    *byte = saved;
  }
  ck_assert_int_eq(promise_decode(chain.promise_record, PROMISE_SIZE, &back), STATUS_OK);
}
END_TEST

/* The sale is one before it, and nothing but a refund has one. */
START_TEST(a_refund_names_its_sale) {
  static const struct {
    uint8_t type, flags;
    uint32_t sale_atc; /* the promise's own is 7 */
    bool good;
  } rows[] = {{TRANSACTION_REFUND, 0, 6, true},  {TRANSACTION_REFUND, 2, 1, true},
              {TRANSACTION_REFUND, 3, 6, true},  {TRANSACTION_REFUND, 4, 6, false},
              {TRANSACTION_REFUND, 0, 7, false}, {TRANSACTION_REFUND, 0, UINT32_MAX, false},
              {TRANSACTION_REFUND, 0, 0, false}, {TRANSACTION_PURCHASE, 2, 0, false},
              {TRANSACTION_LOAD, 0, 6, false},   {TRANSACTION_POINTS_PURCHASE, 2, 0, false}};
  struct chain chain;
  struct promise back;

  chain_begin(&chain);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    chain_finish(&chain);
    chain.promise_record[5] = rows[i].type;
    chain.promise_record[6] = rows[i].flags;
    bytes_put_u32(chain.promise_record + 164, rows[i].sale_atc);
    ck_assert_msg((promise_decode(chain.promise_record, PROMISE_SIZE, &back) == STATUS_OK) == rows[i].good, "row %zu",
                  i);
  }
}
END_TEST

START_TEST(bad_fields_of_an_authorisation_are_refused) {
  struct chain chain;
  struct authorisation back;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < sizeof bad_authorisation / sizeof bad_authorisation[0]; i++) {
    uint8_t *byte = &chain.authorisation_record[bad_authorisation[i].at], saved = *byte;
    *byte = bad_authorisation[i].value;
    ck_assert_msg(authorisation_decode(chain.authorisation_record, AUTHORISATION_SIZE, &back) == STATUS_BAD_FORMAT,
                  "row %zu", i);
    *byte = saved;
  }
  ck_assert_int_eq(authorisation_decode(chain.authorisation_record, AUTHORISATION_SIZE, &back), STATUS_OK);
}
END_TEST

START_TEST(an_authorisation_answers_one_promise) {
  struct chain chain;
  struct promise other;
  uint8_t hash[CRYPTO_SHA256_SIZE];

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_int_eq(record_hash(chain.promise_record, PROMISE_SIZE, hash), STATUS_OK);
  ck_assert(authorisation_answers(&chain.authorisation, &chain.promise, hash));
#define CHANGED(change)                                                                                                \
  other = chain.promise;                                                                                               \
  change;                                                                                                              \
  ck_assert_msg(!authorisation_answers(&chain.authorisation, &other, hash), "%s", #change)
  CHANGED(other.type = TRANSACTION_LOAD);
  CHANGED(other.cid[7] ^= 0x10);
  CHANGED(other.atc++);
  CHANGED(other.amount--);
  CHANGED(other.currency = 840);
  CHANGED(other.tid[7] = '2');
  CHANGED(hash[31] ^= 1);
#undef CHANGED
}
END_TEST

START_TEST(log_record_goes_both_ways) {
  struct log_record record = {.type = TRANSACTION_LOAD,
                              .atc = 9,
                              .amount = 5000,
                              .currency = 978,
                              .balance = 8750,
                              .points = -3},
                    back = {0};
  uint8_t data[LOG_RECORD_SIZE], again[LOG_RECORD_SIZE];

  memcpy(record.tid, "LOAD0001", TID_SIZE);
  memcpy(record.time, vector("20261123174006").at, MOMENT_SIZE);
  log_record_encode(&record, data);
  ck_assert_hex(data, sizeof data, "02 00000009 00001388 03D2 0000222E FFFFFFFD 4C4F414430303031 20261123174006");
  ck_assert_int_eq(log_record_decode(data, sizeof data, &back), STATUS_OK);
  log_record_encode(&back, again);
  ck_assert_mem_eq(again, data, sizeof again);
  ck_assert_int_eq(back.points, -3);
  for (size_t len = 0; len < sizeof data; len++)
    ck_assert_int_eq(log_record_decode(data, len, &back), STATUS_BAD_LENGTH);
  data[0] = 0;
  ck_assert_int_eq(log_record_decode(data, sizeof data, &back), STATUS_BAD_FORMAT);
  data[0] = 2;
  data[29] = 0x13;
  ck_assert_int_eq(log_record_decode(data, sizeof data, &back), STATUS_BAD_FORMAT);
}
END_TEST

/* An off-line purchase has no r and no authorisation; everything else has. */
START_TEST(an_offline_purchase_has_no_h) {
  struct chain chain;
  struct promise promise;
  struct authorisation authorisation;

  chain_begin(&chain);
  chain.promise.type = chain.authorisation.type = TRANSACTION_OFFLINE_PURCHASE;
  chain_finish(&chain);
  ck_assert_int_eq(promise_decode(chain.promise_record, PROMISE_SIZE, &promise), STATUS_BAD_FORMAT);
  ck_assert_int_eq(authorisation_decode(chain.authorisation_record, AUTHORISATION_SIZE, &authorisation),
                   STATUS_BAD_FORMAT);
  memset(chain.promise_record + 4 + 52, 0, CRYPTO_SHA256_SIZE);
  ck_assert_int_eq(promise_decode(chain.promise_record, PROMISE_SIZE, &promise), STATUS_OK);
  ck_assert_uint_eq(promise.type, TRANSACTION_OFFLINE_PURCHASE);
}
END_TEST

SUITE_OF(transaction, layout_of_a_promise, layout_of_an_authorisation, promise_goes_both_ways,
         authorisation_goes_both_ways, every_truncation_is_refused, every_flipped_bit_is_refused,
         bad_fields_of_a_promise_are_refused, an_offline_purchase_has_no_h, a_refund_names_its_sale,
         bad_fields_of_an_authorisation_are_refused, an_authorisation_answers_one_promise, log_record_goes_both_ways)

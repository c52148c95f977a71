/* SPDX-License-Identifier: Apache-2.0
 * Signed records: what the signature covers, what names a record, and that the kinds stay apart. */
#include "epurse/record.h"
#include "chain.h"
#include "epurse/command.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

static struct block_order order_of(void) {
  struct block_order order = {.key_version = 3};

  cid_make(971234, 42, order.cid);
  memcpy(order.time, vector("20261123174006").at, MOMENT_SIZE);
  return order;
}

START_TEST(layout_of_a_block_order) {
  struct block_order order = order_of();
  uint8_t tlv[BLOCK_ORDER_TLV_SIZE];

  block_order_encode(&order, tlv);
  ck_assert_hex(tlv, sizeof tlv, "DF6211 02 9712340000000422 20261123174006 03");
}
END_TEST

START_TEST(block_order_goes_both_ways) {
  struct block_order order = order_of(), back;
  struct chain_key key;
  uint8_t record[BLOCK_ORDER_SIZE];

  ck_assert(crypto_p256_generate(key.secret, key.point));
  block_order_encode(&order, record);
  ck_assert_int_eq(record_sign(record, BLOCK_ORDER_TLV_SIZE, key.secret), STATUS_OK);
  ck_assert_mem_eq(record + BLOCK_ORDER_TLV_SIZE, "\x5F\x37\x40", 3);
  ck_assert_int_eq(record_verify(record, sizeof record, key.point), STATUS_OK);
  ck_assert_int_eq(block_order_decode(record, sizeof record, &back), STATUS_OK);
  ck_assert_mem_eq(&back, &order, sizeof order);
}
END_TEST

START_TEST(every_flipped_bit_is_refused) {
  struct block_order order = order_of();
  struct chain_key key;
  uint8_t record[BLOCK_ORDER_SIZE];

  ck_assert(crypto_p256_generate(key.secret, key.point));
  block_order_encode(&order, record);
  ck_assert_int_eq(record_sign(record, BLOCK_ORDER_TLV_SIZE, key.secret), STATUS_OK);
  for (size_t bit = 0; bit < sizeof record * 8; bit++) {
    record[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(record_verify(record, sizeof record, key.point) != STATUS_OK, "bit %zu", bit);
    record[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  ck_assert_int_eq(record_verify(record, sizeof record, key.point), STATUS_OK);
}
END_TEST

START_TEST(every_other_length_is_refused) {
  struct block_order order = order_of(), back;
  struct chain_key key;
  uint8_t record[BLOCK_ORDER_SIZE + 1] = {0}, hash[CRYPTO_SHA256_SIZE];

  ck_assert(crypto_p256_generate(key.secret, key.point));
  block_order_encode(&order, record);
  ck_assert_int_eq(record_sign(record, BLOCK_ORDER_TLV_SIZE, key.secret), STATUS_OK);
  for (size_t len = 0; len <= sizeof record; len++) {
    bool whole = len == BLOCK_ORDER_SIZE;
    ck_assert_int_eq(block_order_decode(record, len, &back), whole ? STATUS_OK : STATUS_BAD_LENGTH);
    ck_assert_int_eq(record_verify(record, len, key.point), whole ? STATUS_OK : STATUS_BAD_FORMAT);
    ck_assert_int_eq(record_hash(record, len, hash), whole ? STATUS_OK : STATUS_BAD_FORMAT);
  }
}
END_TEST

START_TEST(another_key_is_refused) {
  struct block_order order = order_of();
  struct chain_key key, other;
  uint8_t record[BLOCK_ORDER_SIZE], zero[CRYPTO_P256_PRIVATE_SIZE] = {0};

  ck_assert(crypto_p256_generate(key.secret, key.point));
  ck_assert(crypto_p256_generate(other.secret, other.point));
  block_order_encode(&order, record);
  ck_assert_int_eq(record_sign(record, BLOCK_ORDER_TLV_SIZE, key.secret), STATUS_OK);
  ck_assert_int_eq(record_verify(record, sizeof record, other.point), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(record_sign(record, BLOCK_ORDER_TLV_SIZE, zero), STATUS_CRYPTO_FAILED);
}
END_TEST

START_TEST(bad_fields_of_a_block_order_are_refused) {
  struct block_order order = order_of(), back;
  uint8_t record[BLOCK_ORDER_SIZE] = {0};

  block_order_encode(&order, record);
  memcpy(record + BLOCK_ORDER_TLV_SIZE, "\x5F\x37\x40", 3);
  ck_assert_int_eq(block_order_decode(record, sizeof record, &back), STATUS_OK); /* unsigned: decode does not verify */
  record[3] = 1;                                                                 /* version */
  ck_assert_int_eq(block_order_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
  record[3] = 2;
  record[1] = 0x61; /* an authorisation's tag */
  ck_assert_int_eq(block_order_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
  record[1] = 0x62;
  record[14] = 0x13; /* month */
  ck_assert_int_eq(block_order_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(the_hash_leaves_the_signature_out) {
  struct block_order order = order_of();
  struct chain_key key;
  uint8_t record[2][BLOCK_ORDER_SIZE], hash[2][CRYPTO_SHA256_SIZE], expected[CRYPTO_SHA256_SIZE];

  ck_assert(crypto_p256_generate(key.secret, key.point));
  for (int i = 0; i < 2; i++) {
    block_order_encode(&order, record[i]);
    ck_assert_int_eq(record_sign(record[i], BLOCK_ORDER_TLV_SIZE, key.secret), STATUS_OK);
    ck_assert_int_eq(record_hash(record[i], BLOCK_ORDER_SIZE, hash[i]), STATUS_OK);
  }
  ck_assert_mem_ne(record[0], record[1], BLOCK_ORDER_SIZE); /* two signatures */
  ck_assert_mem_eq(hash[0], hash[1], CRYPTO_SHA256_SIZE);   /* one name */
  ck_assert(crypto_sha256(record[0], BLOCK_ORDER_TLV_SIZE, expected));
  ck_assert_mem_eq(hash[0], expected, CRYPTO_SHA256_SIZE);
}
END_TEST

static struct pin_record pin_of(uint8_t kind) {
  struct pin_record pin = {.kind = kind,
                           .tries_left = kind == PIN_KIND_WRONG ? 3 : PIN_TRIES,
                           .events = 0x01020304,
                           .atc = 0x0A0B0C0D,
                           .tid = "SHOP0001",
                           .nonce = {1, 2, 3, 4, 5, 6, 7, 8},
                           .pin_changes = 0x0506};

  cid_make(971234, 42, pin.cid);
  return pin;
}

START_TEST(layout_of_a_pin_record) {
  struct pin_record pin = pin_of(PIN_KIND_WRONG);
  uint8_t tlv[PIN_RECORD_TLV_SIZE];

  pin_record_encode(&pin, tlv);
  ck_assert_hex(tlv, sizeof tlv,
                "DF6325 02 01 9712340000000422 03 01020304 0A0B0C0D 53484F5030303031 0102030405060708 0506");
}
END_TEST

START_TEST(pin_record_goes_both_ways) {
  for (uint8_t kind = PIN_KIND_WRONG; kind <= PIN_KIND_CHANGED; kind++) {
    struct pin_record pin = pin_of(kind), back;
    uint8_t record[PIN_RECORD_SIZE + 1] = {0};
    struct chain_key key;

    ck_assert(crypto_p256_generate(key.secret, key.point));
    pin_record_encode(&pin, record);
    ck_assert_int_eq(record_sign(record, PIN_RECORD_TLV_SIZE, key.secret), STATUS_OK);
    ck_assert_int_eq(record_verify(record, PIN_RECORD_SIZE, key.point), STATUS_OK);
    for (size_t len = 0; len <= sizeof record; len++)
      ck_assert_int_eq(pin_record_decode(record, len, &back), len == PIN_RECORD_SIZE ? STATUS_OK : STATUS_BAD_LENGTH);
    ck_assert_int_eq(pin_record_decode(record, PIN_RECORD_SIZE, &back), STATUS_OK);
    ck_assert_uint_eq(back.kind, pin.kind);
    ck_assert_mem_eq(back.cid, pin.cid, CID_SIZE);
    ck_assert_uint_eq(back.tries_left, pin.tries_left);
    ck_assert_uint_eq(back.events, pin.events);
    ck_assert_uint_eq(back.atc, pin.atc);
    ck_assert_mem_eq(back.tid, pin.tid, TID_SIZE);
    ck_assert_mem_eq(back.nonce, pin.nonce, NONCE_SIZE);
    ck_assert_uint_eq(back.pin_changes, pin.pin_changes);
  }
}
END_TEST

START_TEST(bad_fields_of_a_pin_record_are_refused) {
  static const struct {
    uint8_t kind, at, value; /* in the record */
  } rows[] = {
      {PIN_KIND_WRONG, 1, 0x62},           /* a block order's tag */
      {PIN_KIND_WRONG, 3, 1},              /* version */
      {PIN_KIND_WRONG, 4, 0},              /* kinds that are none */
      {PIN_KIND_WRONG, 4, 4},              /* */
      {PIN_KIND_WRONG, 13, PIN_TRIES},     /* wrong, and no try less */
      {PIN_KIND_RIGHT, 13, PIN_TRIES - 1}, /* right, and a try less */
      {PIN_KIND_CHANGED, 13, 0},           /* */
      {PIN_KIND_WRONG, 22, ' '},           /* TID */
  };
  struct pin_record pin, back;

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t record[PIN_RECORD_SIZE] = {0};
    pin = pin_of(rows[i].kind);
    pin_record_encode(&pin, record);
    memcpy(record + PIN_RECORD_TLV_SIZE, "\x5F\x37\x40", 3);
    ck_assert_int_eq(pin_record_decode(record, sizeof record, &back), STATUS_OK);
    record[rows[i].at] = rows[i].value;
    ck_assert_int_eq(pin_record_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
  }
  for (int i = 0; i < 2; i++) { /* counters that cannot be */
    uint8_t record[PIN_RECORD_SIZE] = {0};
    pin = pin_of(PIN_KIND_CHANGED);
    if (i == 0)
      pin.events = 0;
    else
      pin.pin_changes = 0;
    pin_record_encode(&pin, record);
    memcpy(record + PIN_RECORD_TLV_SIZE, "\x5F\x37\x40", 3);
    ck_assert_int_eq(pin_record_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
  }
}
END_TEST

START_TEST(card_request_goes_both_ways) {
  struct card_request request = {.chip_serial = {1, 2, 3, 4, 5, 6, 7, 8}}, back;
  struct chain_key ecka, sig;
  uint8_t record[CARD_REQUEST_SIZE];

  ck_assert(crypto_p256_generate(ecka.secret, ecka.point));
  ck_assert(crypto_p256_generate(sig.secret, sig.point));
  memcpy(request.ecka_public, ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(request.sig_public, sig.point, CRYPTO_P256_PUBLIC_SIZE);
  card_request_encode(&request, record);
  ck_assert_mem_eq(record, "\xDF\x64\x81\x8B\x02", 5);
  ck_assert_int_eq(record_sign(record, CARD_REQUEST_TLV_SIZE, sig.secret), STATUS_OK);
  ck_assert_int_eq(card_request_decode(record, sizeof record, &back), STATUS_OK);
  ck_assert_mem_eq(&back, &request, sizeof request);
  ck_assert_int_eq(record_verify(record, sizeof record, back.sig_public), STATUS_OK);
  for (size_t len = 0; len < sizeof record; len++)
    ck_assert_int_eq(card_request_decode(record, len, &back), STATUS_BAD_LENGTH);
  record[5 + 8 + 64] ^= 1; /* a point off the curve */
  ck_assert_int_eq(card_request_decode(record, sizeof record, &back), STATUS_BAD_FORMAT);
}
END_TEST

SUITE_OF(record, layout_of_a_block_order, block_order_goes_both_ways, every_flipped_bit_is_refused,
         every_other_length_is_refused, another_key_is_refused, bad_fields_of_a_block_order_are_refused,
         the_hash_leaves_the_signature_out, layout_of_a_pin_record, pin_record_goes_both_ways,
         bad_fields_of_a_pin_record_are_refused, card_request_goes_both_ways)

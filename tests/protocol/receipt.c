/* SPDX-License-Identifier: Apache-2.0
 * Receipts put together and taken apart. */
#include "epurse/receipt.h"
#include "chain.h"
#include "suites.h"

#include <string.h>

static void check_view(const struct bytes_view *view, const uint8_t *expected, size_t len) {
  ck_assert_uint_eq(view->len, len);
  ck_assert_mem_eq(view->data, expected, len);
}

START_TEST(receipts_go_both_ways) {
  struct chain chain;
  struct receipt receipt;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_mem_eq(chain.receipt, "\xFF\x60\x82", 3);
  ck_assert_int_eq(receipt_decode(chain.receipt, chain.receipt_len, &receipt), STATUS_OK);
  check_view(&receipt.promise, chain.promise_record, PROMISE_SIZE);
  check_view(&receipt.authorisation, chain.authorisation_record, AUTHORISATION_SIZE);
  check_view(&receipt.secret, chain.secret, SECRET_SIZE);
  check_view(&receipt.card, chain.card.bytes, chain.card.len);
  check_view(&receipt.card_ca, chain.card_ca.bytes, chain.card_ca.len);
  check_view(&receipt.server, chain.server.bytes, chain.server.len);
  check_view(&receipt.terminal, chain.terminal.bytes, chain.terminal.len);
  check_view(&receipt.terminal_ca, chain.terminal_ca.bytes, chain.terminal_ca.len);
  ck_assert_ptr_eq(receipt.promise.data, chain.receipt + 5); /* borrowed, not copied */
}
END_TEST

START_TEST(it_fits_or_it_is_not_written) {
  struct chain chain;
  struct receipt receipt;
  uint8_t out[RECEIPT_MAX];
  size_t len = 1;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_uint_le(chain.receipt_len, RECEIPT_MAX);
  ck_assert_int_eq(receipt_decode(chain.receipt, chain.receipt_len, &receipt), STATUS_OK);
  for (size_t capacity = 0; capacity < chain.receipt_len; capacity++) {
    ck_assert_int_eq(receipt_encode(&receipt, out, capacity, &len), STATUS_BAD_LENGTH);
    ck_assert_uint_eq(len, 0);
  }
  ck_assert_int_eq(receipt_encode(&receipt, out, chain.receipt_len, &len), STATUS_OK);
  ck_assert_uint_eq(len, chain.receipt_len);
  ck_assert_mem_eq(out, chain.receipt, len);
}
END_TEST

START_TEST(every_other_length_is_refused) {
  struct chain chain;
  struct receipt receipt;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t len = 0; len <= RECEIPT_MAX; len++) {
    enum status expected = len == chain.receipt_len ? STATUS_OK : STATUS_BAD_FORMAT;
    ck_assert_int_eq(receipt_decode(chain.receipt, len, &receipt), expected);
  }
}
END_TEST

START_TEST(fields_stand_in_their_order) {
  struct chain chain;
  struct receipt receipt;
  /* where the tags of DF65 to DF6A stand; the length of a certificate takes two bytes */
  size_t at = 5 + PROMISE_SIZE + AUTHORISATION_SIZE;

  chain_begin(&chain);
  chain_finish(&chain);
  const size_t lens[] = {3 + SECRET_SIZE,      4 + chain.card.len,     4 + chain.card_ca.len,
                         4 + chain.server.len, 4 + chain.terminal.len, 4 + chain.terminal_ca.len};
  for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
    ck_assert_uint_eq(chain.receipt[at], 0xDF);
    ck_assert_uint_eq(chain.receipt[at + 1], 0x65 + i);
    chain.receipt[at + 1] ^= 0x08;
    ck_assert_int_eq(receipt_decode(chain.receipt, chain.receipt_len, &receipt), STATUS_BAD_FORMAT);
    chain.receipt[at + 1] ^= 0x08;
    at += lens[i];
  }
  ck_assert_uint_eq(at, chain.receipt_len);
}
END_TEST

START_TEST(other_contents_are_refused) {
  struct chain chain;
  struct receipt receipt;
  uint8_t out[RECEIPT_MAX];
  size_t len = 0;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_int_eq(receipt_decode(chain.receipt, chain.receipt_len, &receipt), STATUS_OK);
  receipt.secret.len--; /* r is 32 bytes */
  ck_assert_int_eq(receipt_encode(&receipt, out, sizeof out, &len), STATUS_OK);
  ck_assert_int_eq(receipt_decode(out, len, &receipt), STATUS_BAD_FORMAT);

  memcpy(chain.receipt + chain.receipt_len, "\x80\x00", 2); /* an object more, the length around it right */
  chain.receipt[4] = (uint8_t)(chain.receipt[4] + 2);
  ck_assert_uint_ge(chain.receipt[4], 2);
  ck_assert_int_eq(receipt_decode(chain.receipt, chain.receipt_len + 2, &receipt), STATUS_BAD_FORMAT);
}
END_TEST

SUITE_OF(receipt, receipts_go_both_ways, it_fits_or_it_is_not_written, every_other_length_is_refused,
         fields_stand_in_their_order, other_contents_are_refused)

/* SPDX-License-Identifier: Apache-2.0
 * Receipts as text for QR codes. */
#include "chain.h"
#include "epurse/receipt.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

static void check_known(const char *bytes, const char *expected) {
  char text[64];
  uint8_t data[RECEIPT_MAX];
  size_t len = 0;

  ck_assert_int_eq(receipt_text_encode((const uint8_t *)bytes, strlen(bytes), text, sizeof text), STATUS_OK);
  ck_assert_int_eq(strncmp(text, RECEIPT_TEXT_PREFIX, 5), 0);
  ck_assert_str_eq(text + 5, expected);
  ck_assert_int_eq(receipt_text_decode((const uint8_t *)text, strlen(text), data, &len), STATUS_OK);
  ck_assert_uint_eq(len, strlen(bytes));
  ck_assert_mem_eq(data, bytes, len);
}

/* RFC 9285 4.3 and 4.4. */
START_TEST(published_examples) {
  check_known("AB", "BB8");
  check_known("Hello!!", "%69 VD92EX0");
  check_known("base-45", "UJCLQE7W581");
  check_known("ietf!", "QED8WEX0");
}
END_TEST

START_TEST(receipts_go_both_ways_as_text) {
  struct chain chain;
  char text[RECEIPT_TEXT_SIZE];
  uint8_t data[RECEIPT_MAX];
  size_t len = 0;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert(!receipt_text_is(chain.receipt, chain.receipt_len));
  ck_assert_int_eq(receipt_text_encode(chain.receipt, chain.receipt_len, text, sizeof text), STATUS_OK);
  ck_assert(receipt_text_is((const uint8_t *)text, strlen(text)));
  ck_assert_int_eq(receipt_text_decode((const uint8_t *)text, strlen(text), data, &len), STATUS_OK);
  ck_assert_uint_eq(len, chain.receipt_len);
  ck_assert_mem_eq(data, chain.receipt, len);
}
END_TEST

/* A QR code of version 40 and level L holds 4296 alphanumeric characters (ISO/IEC 18004 table 7). */
START_TEST(every_length_fits_a_qr_code) {
  uint8_t data[RECEIPT_MAX + 1], back[RECEIPT_MAX];
  char text[RECEIPT_TEXT_SIZE];
  size_t len = 0;

  ck_assert_uint_le(RECEIPT_TEXT_SIZE - 1, 4296);
  memset(data, 0xFF, sizeof data);
  for (size_t size = 0; size <= RECEIPT_MAX; size++) {
    ck_assert_int_eq(receipt_text_encode(data, size, text, sizeof text), STATUS_OK);
    size_t text_len = strlen(text);
    ck_assert_int_eq(receipt_text_encode(data, size, text, text_len), STATUS_BAD_LENGTH);
    ck_assert_int_eq(receipt_text_decode((const uint8_t *)text, text_len, back, &len), STATUS_OK);
    ck_assert_uint_eq(len, size);
    ck_assert_mem_eq(back, data, size);
  }
  ck_assert_int_eq(receipt_text_encode(data, sizeof data, text, sizeof text), STATUS_BAD_LENGTH);
}
END_TEST

START_TEST(other_text_is_refused) {
  static const char *const texts[] = {"",           "EPR1",   "EPR2:BB8",
                                      "epr1:BB8",   "EPR1:B", "EPR1:BB8B", /* a character alone */
                                      "EPR1:bb8",                          /* not of the alphabet */
                                      "EPR1:BB8\n",                        /* a line end is no character of it */
                                      "EPR1:GGX",                          /* 65536 */
                                      "EPR1:U5",  /* 255 would be U5's neighbour: 30 + 5 * 45 is 255 */
                                      "EPR1:V5"}; /* 256 */
  uint8_t data[RECEIPT_MAX];
  char *large = malloc(RECEIPT_TEXT_SIZE + 3);
  size_t len = 1;

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    enum status expected = strcmp(texts[i], "EPR1:U5") == 0 ? STATUS_OK : STATUS_BAD_FORMAT;
    ck_assert_int_eq(receipt_text_decode((const uint8_t *)texts[i], strlen(texts[i]), data, &len), expected);
    ck_assert_uint_eq(len, expected == STATUS_OK);
  }
  ck_assert_ptr_nonnull(large); /* one byte more than a receipt may have */
  memset(large, '0', RECEIPT_TEXT_SIZE + 3);
  memcpy(large, RECEIPT_TEXT_PREFIX, 5);
  ck_assert_int_eq(receipt_text_decode((const uint8_t *)large, RECEIPT_TEXT_SIZE - 1, data, &len), STATUS_OK);
  ck_assert_int_eq(receipt_text_decode((const uint8_t *)large, RECEIPT_TEXT_SIZE + 1, data, &len), STATUS_BAD_FORMAT);
  free(large);
}
END_TEST

SUITE_OF(receipt_text, published_examples, receipts_go_both_ways_as_text, every_length_fits_a_qr_code,
         other_text_is_refused)

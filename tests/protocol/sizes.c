/* SPDX-License-Identifier: Apache-2.0
 * The sizes that docs/protocol.md promises: what one command or answer carries, and what a QR code of version 27
 * does. */
#include "epurse/command.h"
#include "epurse/receipt.h"

#include "chain.h"
#include "epurse/apdu.h"
#include "suites.h"

#include <string.h>

#define DGI_HEADER         3    /* DGI, length */
#define QR_27_ALPHANUMERIC 2132 /* characters, level L: ISO/IEC 18004 table 7 */

START_TEST(records_are_as_long_as_the_page_says) {
  ck_assert_uint_eq(PROMISE_BODY_SIZE, 164);
  ck_assert_uint_eq(PROMISE_SIZE, 235);
  ck_assert_uint_eq(AUTHORISATION_SIZE, 143);
  ck_assert_uint_eq(BLOCK_ORDER_SIZE, 87);
  ck_assert_uint_eq(PIN_RECORD_SIZE, 107);
  ck_assert_uint_eq(CARD_REQUEST_SIZE, 210);
  ck_assert_uint_eq(PARAMETERS_SIZE, 47);
  ck_assert_uint_eq(CARD_INFO_SIZE, 69);
  ck_assert_uint_eq(CERTIFICATE_SERVER_SIZE, 191);
  ck_assert_uint_eq(PROOF_SIZE, 58);
  ck_assert_uint_eq(LOG_RECORD_SIZE, 34);
}
END_TEST

/* What a command or answer of 239 plain bytes becomes under secure messaging still is a short APDU; one more is not. */
START_TEST(one_apdu_carries_239_bytes) {
  const size_t padded = (PROTECTED_DATA_MAX / 16 + 1) * 16;

  ck_assert_uint_eq(PROTECTED_DATA_MAX, 239);
  ck_assert_uint_le(padded + 8, APDU_DATA_MAX);
  ck_assert_uint_gt(((PROTECTED_DATA_MAX + 1) / 16 + 1) * 16 + 8, APDU_DATA_MAX);
}
END_TEST

/* The longest of each kind, as issued. */
static size_t certificate_len(struct chain *chain, struct chain_certificate *certificate) {
  chain_finish(chain);
  return certificate->len;
}

START_TEST(everything_that_travels_fits_one_apdu) {
  struct chain chain;

  chain_begin(&chain);
  chain.card.fields.offline = (struct offline_limits){0x7FFFFFFF, 0x7FFFFFFF, UINT16_MAX};
  chain.server.fields.version = chain.server.fields.least = chain.authorisation.key_version = UINT8_MAX;
  chain.terminal_ca.fields.version = chain.terminal_ca.fields.least = UINT8_MAX;
  memcpy(chain.terminal.fields.merchant, "123456789012345", MERCHANT_MAX + 1);
  ck_assert_uint_eq(certificate_len(&chain, &chain.card), 202);
  ck_assert_uint_eq(certificate_len(&chain, &chain.server), 191);
  ck_assert_uint_eq(certificate_len(&chain, &chain.terminal_ca), 191);
  ck_assert_uint_eq(certificate_len(&chain, &chain.card_ca), 190);
  ck_assert_uint_eq(certificate_len(&chain, &chain.terminal), 205);
  ck_assert_uint_le(DGI_HEADER + CERTIFICATE_MAX, PROTECTED_DATA_MAX);
  ck_assert_uint_le(DGI_HEADER + chain.card.len, PROTECTED_DATA_MAX);
  ck_assert_uint_le(DGI_HEADER + PARAMETERS_SIZE, PROTECTED_DATA_MAX);
  ck_assert_uint_le(PROMISE_SIZE, PROTECTED_DATA_MAX);
  ck_assert_uint_le(AUTHORISATION_SIZE, PROTECTED_DATA_MAX);
  ck_assert_uint_le(CARD_REQUEST_SIZE, PROTECTED_DATA_MAX);
  ck_assert_uint_le(PIN_RECORD_SIZE, PROTECTED_DATA_MAX);
  ck_assert_uint_le(CARD_INFO_SIZE, PROTECTED_DATA_MAX);
}
END_TEST

START_TEST(the_largest_receipt_fits_a_qr_code_of_version_27) {
  struct chain chain;
  char text[RECEIPT_TEXT_SIZE];

  chain_begin(&chain);
  memcpy(chain.terminal.fields.merchant, "123456789012345", MERCHANT_MAX + 1);
  chain_finish(&chain);
  ck_assert_uint_eq(chain.receipt_len, 1417);
  ck_assert_int_eq(receipt_text_encode(chain.receipt, chain.receipt_len, text, sizeof text), STATUS_OK);
  ck_assert_uint_eq(strlen(text), 2131);
  ck_assert_uint_le(strlen(text), QR_27_ALPHANUMERIC);
}
END_TEST

SUITE_OF(sizes, records_are_as_long_as_the_page_says, one_apdu_carries_239_bytes, everything_that_travels_fits_one_apdu,
         the_largest_receipt_fits_a_qr_code_of_version_27)

/* SPDX-License-Identifier: Apache-2.0
 * Card certificates: their bytes, every damage, and every check. */
#include "epurse/certificate.h"
#include "chain.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

#define BODY_AT 4 /* behind 7F21 81 xx */

START_TEST(bytes_are_in_the_order_of_the_standard) {
  struct chain chain;

  chain_begin(&chain);
  chain_finish(&chain);
  const uint8_t *bytes = chain.terminal.bytes;
  /* 7F21, serial, CA id, subject, usage, expiry, role and version and merchant, key */
  ck_assert_hex(bytes, BODY_AT + 31 + 4 + 7 + 16 + 3 + 2,
                "7F2181C6 93080101010101010101 42085445524D2D434131 5F2008504F533030303031 95020080"
                "5F240420311231 530E 0101 43616665205A656E7472616C 7F4946 B041");
  ck_assert_mem_eq(bytes + BODY_AT + 63, chain.terminal_key.point, CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_hex(bytes + BODY_AT + 128, 6, "F00100 5F3740");
  ck_assert_uint_eq(chain.terminal.len, BODY_AT + 0xC6);
  ck_assert(crypto_p256_verify(chain.terminal_ca_key.point, bytes + BODY_AT, 131, bytes + BODY_AT + 134));
}
END_TEST

START_TEST(certificates_go_both_ways) {
  static const uint8_t roles[] = {ROLE_POS,        ROLE_RELOAD,  ROLE_PERSO,       ROLE_ADMIN,     ROLE_SERVER,
                                  ROLE_SERVER_PIN, ROLE_CARD_CA, ROLE_TERMINAL_CA, ROLE_CARD_ECKA, ROLE_CARD_SIG};
  struct chain chain;
  struct certificate back;
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len = 0;

  chain_begin(&chain);
  for (size_t i = 0; i < sizeof roles; i++) {
    struct certificate fields = chain.terminal.fields;

    fields.role = roles[i];
    fields.version = (uint8_t)(i * 28);
    if (i >= 3)
      fields.merchant[0] = '\0';
    if (roles[i] == ROLE_SERVER || roles[i] == ROLE_TERMINAL_CA)
      fields.least = (uint8_t)(i * 27);
    if (roles[i] == ROLE_CARD_SIG) {
      fields.offline_currency = 978;
      fields.offline = (struct offline_limits){2500, 5000, 5};
    }
    ck_assert_int_eq(certificate_issue(&fields, chain.master.secret, bytes, sizeof bytes, &len), STATUS_OK);
    ck_assert_int_eq(certificate_decode(bytes, len, &back), STATUS_OK);
    ck_assert_uint_eq(back.role, fields.role);
    ck_assert_uint_eq(back.version, fields.version);
    ck_assert_str_eq(back.merchant, fields.merchant);
    ck_assert_uint_eq(back.least, fields.least);
    ck_assert_uint_eq(back.offline_currency, fields.offline_currency);
    ck_assert_uint_eq(back.offline.single, fields.offline.single);
    ck_assert_uint_eq(back.offline.total, fields.offline.total);
    ck_assert_uint_eq(back.offline.count, fields.offline.count);
    ck_assert_mem_eq(back.serial, fields.serial, sizeof back.serial);
    ck_assert_mem_eq(back.ca_id, fields.ca_id, sizeof back.ca_id);
    ck_assert_mem_eq(back.subject, fields.subject, sizeof back.subject);
    ck_assert_mem_eq(back.expiry, fields.expiry, sizeof back.expiry);
    ck_assert_mem_eq(back.public_key, fields.public_key, sizeof back.public_key);
    ck_assert_ptr_eq(back.signed_part, bytes + BODY_AT);
    ck_assert_mem_eq(back.signature, bytes + len - CRYPTO_SIGNATURE_SIZE, CRYPTO_SIGNATURE_SIZE);
  }
}
END_TEST

START_TEST(the_longest_fits_one_command) {
  struct chain chain;
  struct certificate back;
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len = 0, needed = 0;

  chain_begin(&chain);
  memcpy(chain.terminal.fields.merchant, "123456789012345", MERCHANT_MAX + 1);
  ck_assert_int_eq(certificate_issue(&chain.terminal.fields, chain.master.secret, bytes, sizeof bytes, &needed),
                   STATUS_OK);
  ck_assert_uint_le(needed, CERTIFICATE_MAX);
  ck_assert_int_eq(certificate_decode(bytes, needed, &back), STATUS_OK);
  ck_assert_str_eq(back.merchant, "123456789012345");
  ck_assert_int_eq(certificate_issue(&chain.terminal.fields, chain.master.secret, bytes, needed - 1, &len),
                   STATUS_BAD_LENGTH);
  ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(what_could_not_be_read_is_not_issued) {
  struct chain chain;
  struct certificate fields;
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len = 0;

  chain_begin(&chain);
#define REFUSED(change)                                                                                                \
  fields = chain.terminal.fields;                                                                                      \
  change;                                                                                                              \
  ck_assert_msg(certificate_issue(&fields, chain.master.secret, bytes, sizeof bytes, &len) == STATUS_BAD_FORMAT, "%s", \
                #change)
  REFUSED(fields.role = 0);
  REFUSED(fields.role = 0x05);
  REFUSED(fields.role = ROLE_SERVER); /* with a merchant */
  REFUSED(fields.merchant[2] = '\n');
  REFUSED(fields.merchant[2] = (char)0xC3);
  REFUSED(memset(fields.merchant, 'x', sizeof fields.merchant)); /* not ended */
  REFUSED(fields.least = 1);
  REFUSED(fields.offline_currency = 978);
  REFUSED(fields.offline.count = 1);
  REFUSED(fields = chain.server.fields; fields.least = 0);
  REFUSED(fields = chain.server.fields; fields.least = 2); /* its version is 1 */
  REFUSED(fields = chain.terminal_ca.fields; fields.version = 0);
  REFUSED(fields = chain.card_ca.fields; fields.least = 1);
  REFUSED(fields = chain.card.fields; fields.least = 1);
  REFUSED(fields = chain.card.fields; fields.offline.single = 1); /* above the total */
  REFUSED(fields = chain.card.fields; fields.offline.total = UINT32_C(0x80000000));
  REFUSED(fields.expiry[2] = 0x13);
  REFUSED(fields.public_key[64] ^= 1);
#undef REFUSED
  uint8_t zero[CRYPTO_P256_PRIVATE_SIZE] = {0};
  ck_assert_int_eq(certificate_issue(&chain.terminal.fields, zero, bytes, sizeof bytes, &len), STATUS_CRYPTO_FAILED);
}
END_TEST

/* 53 with one byte more or less than its role has, every length around it right. */
static bool taken_with(const struct chain_certificate *paper, int change) {
  uint8_t bytes[CERTIFICATE_MAX + 1];
  struct certificate back;
  size_t end = BODY_AT + 44 + paper->bytes[BODY_AT + 43], len = (size_t)((int)paper->len + change);

  memcpy(bytes, paper->bytes, end);
  bytes[end] = 0x20;
  memcpy(bytes + (int)end + change, paper->bytes + end, paper->len - end);
  bytes[3] = (uint8_t)(bytes[3] + change);
  bytes[BODY_AT + 43] = (uint8_t)(bytes[BODY_AT + 43] + change);
  return certificate_decode(bytes, len, &back) == STATUS_OK;
}

START_TEST(each_role_has_its_own_bytes) {
  struct chain chain;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_hex(chain.card.bytes + BODY_AT + 42, 16, "530E 3101 03D2 00000000 00000000 0000");
  ck_assert_hex(chain.server.bytes + BODY_AT + 42, 5, "5303 1001 01");
  ck_assert_hex(chain.terminal_ca.bytes + BODY_AT + 42, 5, "5303 2101 01");
  ck_assert_hex(chain.card_ca.bytes + BODY_AT + 42, 4, "5302 2001");
  const struct chain_certificate *const fixed[] = {&chain.card, &chain.server, &chain.terminal_ca, &chain.card_ca};
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
    ck_assert_msg(taken_with(fixed[i], 0), "row %zu", i);
    ck_assert_msg(!taken_with(fixed[i], 1), "row %zu, one more", i);
    ck_assert_msg(!taken_with(fixed[i], -1), "row %zu, one less", i);
  }
  ck_assert(taken_with(&chain.terminal, 1)); /* a longer name */
}
END_TEST

START_TEST(values_that_are_none_are_refused) {
  struct chain chain;
  struct certificate back;
  const struct {
    struct chain_certificate *paper;
    size_t at;
    uint8_t value;
  } rows[] = {{&chain.server, 46, 0},      {&chain.server, 46, 2}, {&chain.terminal_ca, 46, 0},
              {&chain.terminal_ca, 45, 0}, {&chain.card, 51, 1},   {&chain.card, 52, 0x80}};

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t *byte = &rows[i].paper->bytes[BODY_AT + rows[i].at], saved = *byte;

    ck_assert_int_eq(certificate_decode(rows[i].paper->bytes, rows[i].paper->len, &back), STATUS_OK);
    *byte = rows[i].value;
    ck_assert_msg(certificate_decode(rows[i].paper->bytes, rows[i].paper->len, &back) == STATUS_BAD_FORMAT, "row %zu",
                  i);
    *byte = saved;
  }
}
END_TEST

/* A terminal's and the card CA's certificate, with one byte changed where the form allows it, and taken. */
START_TEST(values_that_are_odd_are_taken) {
  static const uint8_t year_zero[DATE_SIZE] = {0x00, 0x00, 0x01, 0x01};
  struct chain chain;
  struct certificate back;

  chain_begin(&chain);
  chain_finish(&chain);
  memcpy(chain.terminal.bytes + BODY_AT + 38, year_zero, DATE_SIZE); /* a date, long past */
  chain.terminal.bytes[BODY_AT + 45] = 0;                            /* a version */
  chain.terminal.bytes[BODY_AT + 46] = ' ';                          /* in a merchant's name */
  ck_assert_int_eq(certificate_decode(chain.terminal.bytes, chain.terminal.len, &back), STATUS_OK);
  ck_assert_mem_eq(back.expiry, year_zero, DATE_SIZE);
  ck_assert_uint_eq(back.version, 0);
  ck_assert_int_eq(back.merchant[0], ' ');
}
END_TEST

/* Objects of another length, with all lengths around them right; a merchant where there is none. */
START_TEST(other_lengths_are_refused) {
  static const struct {
    size_t tag; /* its length byte, from 93 on */
    const char *what;
  } rows[] = {{1, "serial"}, {11, "CA identifier"}, {22, "subject"}, {32, "usage"}, {37, "expiry"}};
  struct chain chain;
  struct certificate back;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t bytes[CERTIFICATE_MAX + 1];
    size_t at = BODY_AT + rows[i].tag, behind = at + 1 + chain.terminal.bytes[at];

    memcpy(bytes, chain.terminal.bytes, behind); /* one byte less */
    memcpy(bytes + behind - 1, chain.terminal.bytes + behind, chain.terminal.len - behind);
    bytes[at]--;
    bytes[3]--;
    ck_assert_msg(certificate_decode(bytes, chain.terminal.len - 1, &back) == STATUS_BAD_FORMAT, "%s", rows[i].what);
    memcpy(bytes, chain.terminal.bytes, behind); /* one byte more */
    bytes[behind] = 0;
    memcpy(bytes + behind + 1, chain.terminal.bytes + behind, chain.terminal.len - behind);
    bytes[at]++;
    bytes[3]++;
    ck_assert_msg(certificate_decode(bytes, chain.terminal.len + 1, &back) == STATUS_BAD_FORMAT, "%s", rows[i].what);
  }
  chain.terminal.bytes[BODY_AT + 44] = ROLE_ADMIN; /* whose usage is the same */
  ck_assert_int_eq(certificate_decode(chain.terminal.bytes, chain.terminal.len, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(every_truncation_is_refused) {
  struct chain chain;
  struct certificate back;
  uint8_t longer[CERTIFICATE_MAX + 1] = {0};

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t len = 0; len < chain.terminal.len; len++)
    ck_assert_int_eq(certificate_decode(chain.terminal.bytes, len, &back), STATUS_BAD_FORMAT);
  memcpy(longer, chain.terminal.bytes, chain.terminal.len);
  ck_assert_int_eq(certificate_decode(longer, chain.terminal.len + 1, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(every_flipped_bit_is_refused) {
  struct chain chain;
  struct certificate back;

  chain_begin(&chain);
  chain_finish(&chain);
  const struct certificate_check check = {chain.terminal_ca_key.point, NULL, 0, NULL};
  for (size_t bit = 0; bit < chain.terminal.len * 8; bit++) {
    chain.terminal.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(certificate_decode(chain.terminal.bytes, chain.terminal.len, &back) != STATUS_OK ||
                      certificate_verify(&back, &check) != STATUS_OK,
                  "bit %zu", bit);
    chain.terminal.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  ck_assert_int_eq(certificate_decode(chain.terminal.bytes, chain.terminal.len, &back), STATUS_OK);
  ck_assert_int_eq(certificate_verify(&back, &check), STATUS_OK);
}
END_TEST

/* Well-signed or not, these are refused before any signature is looked at: position in the bytes, value. */
START_TEST(damaged_fields_are_refused) {
  static const struct {
    size_t at;
    uint8_t value;
    const char *what;
  } rows[] = {
      {BODY_AT, 0x94, "tag of the serial"},
      {BODY_AT + 1, 7, "length of the serial"},
      {BODY_AT + 33, 0x82, "usage: signature, for a terminal"},
      {BODY_AT + 34, 0x00, "usage: none"},
      {BODY_AT + 40, 0x13, "month of the expiry"},
      {BODY_AT + 44, 0x10, "role of a server, with a terminal's usage"},
      {BODY_AT + 44, 0x00, "no role"},
      {BODY_AT + 44, 0x30, "role of a card, with a merchant"},
      {BODY_AT + 46, 0x00, "a zero in the merchant"},
      {BODY_AT + 63, 0x07, "hybrid point"},
      {BODY_AT + 64, 0xFF, "point off the curve"},
      {BODY_AT + 130, 0x01, "other curve"},
      {BODY_AT + 131, 0x5E, "tag of the signature"},
  };
  struct chain chain;
  struct certificate back;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t bytes[CERTIFICATE_MAX];

    memcpy(bytes, chain.terminal.bytes, chain.terminal.len);
    ck_assert_msg(bytes[rows[i].at] != rows[i].value, "%s", rows[i].what);
    bytes[rows[i].at] = rows[i].value;
    ck_assert_msg(certificate_decode(bytes, chain.terminal.len, &back) == STATUS_BAD_FORMAT, "%s", rows[i].what);
    ck_assert_ptr_null(back.signed_part);
  }
}
END_TEST

/* An object more, with all lengths around it right: inside 7F49, behind it, behind the signature. */
START_TEST(objects_that_do_not_belong_are_refused) {
  static const size_t ends[] = {BODY_AT + 131, BODY_AT + 131, BODY_AT + 198};
  struct chain chain;
  struct certificate back;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t i = 0; i < 3; i++) {
    uint8_t bytes[CERTIFICATE_MAX + 2];

    memcpy(bytes, chain.terminal.bytes, ends[i]);
    memcpy(bytes + ends[i], "\x80\x00", 2);
    memcpy(bytes + ends[i] + 2, chain.terminal.bytes + ends[i], chain.terminal.len - ends[i]);
    bytes[3] = (uint8_t)(bytes[3] + 2);
    bytes[BODY_AT + 60] = (uint8_t)(bytes[BODY_AT + 60] + (i == 0 ? 2 : 0));
    ck_assert_msg(certificate_decode(bytes, chain.terminal.len + 2, &back) == STATUS_BAD_FORMAT, "place %zu", i);
  }
}
END_TEST

START_TEST(checks_of_name_role_and_key) {
  struct chain chain;
  struct certificate terminal;

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_int_eq(certificate_decode(chain.terminal.bytes, chain.terminal.len, &terminal), STATUS_OK);
  const uint8_t *ca = chain.terminal_ca_key.point, *other_ca = chain.card_ca_key.point;
  const uint8_t *named = chain.terminal_ca.fields.subject, *other_name = chain.card_ca.fields.subject;
  const struct {
    struct certificate_check check;
    enum status expected;
  } rows[] = {
      {{ca, named, 0, NULL}, STATUS_OK},
      {{ca, NULL, 0, NULL}, STATUS_OK},
      {{ca, named, ROLE_POS, NULL}, STATUS_OK},
      {{ca, named, ROLE_RELOAD, NULL}, STATUS_BAD_CERTIFICATE},
      {{ca, named, ROLE_SERVER, NULL}, STATUS_BAD_CERTIFICATE},
      {{ca, other_name, 0, NULL}, STATUS_BAD_CERTIFICATE},
      {{other_ca, named, 0, NULL}, STATUS_BAD_CERTIFICATE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    ck_assert_msg(certificate_verify(&terminal, &rows[i].check) == rows[i].expected, "row %zu", i);
}
END_TEST

START_TEST(any_terminal_is_a_terminal_alone) {
  static const uint8_t roles[] = {ROLE_ADMIN, ROLE_SERVER, ROLE_CARD_CA, ROLE_CARD_ECKA, ROLE_CARD_SIG};
  struct chain chain;
  struct certificate back;
  uint8_t bytes[CERTIFICATE_MAX];
  size_t len = 0;

  chain_begin(&chain);
  const struct certificate_check any = {chain.master.point, NULL, 0, NULL};
  chain.terminal.fields.merchant[0] = '\0';
  for (size_t i = 0; i < sizeof roles; i++) {
    chain.terminal.fields.role = roles[i];
    chain.terminal.fields.least = roles[i] == ROLE_SERVER ? 1 : 0;
    ck_assert_int_eq(certificate_issue(&chain.terminal.fields, chain.master.secret, bytes, sizeof bytes, &len),
                     STATUS_OK);
    ck_assert_int_eq(certificate_decode(bytes, len, &back), STATUS_OK);
    ck_assert_int_eq(certificate_verify(&back, &any), STATUS_BAD_CERTIFICATE);
  }
}
END_TEST

START_TEST(the_last_day_counts) {
  struct chain chain;
  struct certificate terminal, server;
  struct vector last = vector("20311231235959"), after = vector("20320101000000");

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_int_eq(certificate_decode(chain.terminal.bytes, chain.terminal.len, &terminal), STATUS_OK);
  ck_assert_int_eq(certificate_decode(chain.server.bytes, chain.server.len, &server), STATUS_OK);
  struct certificate_check check = {chain.terminal_ca_key.point, NULL, 0, last.at};
  ck_assert_int_eq(certificate_verify(&terminal, &check), STATUS_OK);
  check.now = after.at;
  ck_assert_int_eq(certificate_verify(&terminal, &check), STATUS_TERMINAL_REVOKED);
  check = (struct certificate_check){chain.master.point, NULL, ROLE_SERVER, last.at};
  ck_assert_int_eq(certificate_verify(&server, &check), STATUS_OK);
  check.now = after.at;
  ck_assert_int_eq(certificate_verify(&server, &check), STATUS_BAD_CERTIFICATE);
}
END_TEST

SUITE_OF(certificate, values_that_are_odd_are_taken, other_lengths_are_refused, bytes_are_in_the_order_of_the_standard,
         certificates_go_both_ways, the_longest_fits_one_command, what_could_not_be_read_is_not_issued,
         each_role_has_its_own_bytes, values_that_are_none_are_refused, every_truncation_is_refused,
         every_flipped_bit_is_refused, damaged_fields_are_refused, objects_that_do_not_belong_are_refused,
         checks_of_name_role_and_key, any_terminal_is_a_terminal_alone, the_last_day_counts)

/* SPDX-License-Identifier: Apache-2.0
 * SELECT with its FCI, and GET DATA. */
#include <string.h>

#include "bench.h"
#include "epurse/scp.h"
#include "suites.h"

/* 6F 14 { 84 08 AID, 8A 01 state, A5 05 { 9F08 02 0002 } } */
static void assert_fci(const struct bench *bench, uint8_t state) {
  const uint8_t fci[] = {0x6F, 0x14, 0x84, 0x08,  0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45,
                         0x01, 0x8A, 0x01, state, 0xA5, 0x05, 0x9F, 0x08, 0x02, 0x00, 0x02};
  ck_assert_uint_eq(bench->host.answer.len, sizeof fci);
  ck_assert_mem_eq(bench->host.answer.data, fci, sizeof fci);
}

START_TEST(fci_of_every_state) {
  static const uint8_t late[MOMENT_SIZE] = {0x20, 0x31, 0x11, 0x23, 0x00, 0x00, 0x01};
  struct bench bench;
  uint8_t order[AUTHORISATION_SIZE];
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  assert_fci(&bench, 0x03);
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  assert_fci(&bench, 0x05);
  bench_load(&bench, 1000);
  bench_promise(&bench, 10);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .time = late}, order);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_EXPIRED);
  ck_assert_uint_eq(host_select(&bench.host), SW_EXPIRED);
  assert_fci(&bench, 0x04);
}
END_TEST

START_TEST(other_names_are_not_found) {
  static const uint8_t other[] = {0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x02, 0x00};
  static const uint8_t longer[] = {PURSE_AID_BYTES, 0x00};
  struct bench bench;
  bench_make(&bench);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0, INS_SELECT, 4, 0, other, 8)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0, INS_SELECT, 4, 0, longer, 9)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0, INS_SELECT, 4, 0, longer, 7)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0, INS_SELECT, 4, 0)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(bench.host.answer.len, 0);
}
END_TEST

/* A SELECT that fails selects nothing, and leaves selected what was. */
START_TEST(failed_select_leaves_what_was_selected) {
  static const uint8_t other[] = {0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x02};
  static const uint8_t request[SCP11_REQUEST_SIZE] = {0};
  struct bench bench;
  struct card *card = &bench.card;
  bench_make(&bench);
  bench_load(&bench, 1000);
  bench_promise(&bench, 10);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0, INS_SELECT, 4, 0, other, 8)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_OK);
  ck_assert_uint_eq(card->memory.slot_state, SLOT_PREPARED);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, 1, 0x11, request, sizeof request)),
                    SW_CONDITIONS_NOT_SATISFIED);
  bench_reset(&bench);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0, INS_SELECT, 4, 0, other, 8)), SW_NOT_OUR_FILE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(select_ends_the_session) {
  struct bench bench;
  bench_make(&bench);
  for (int other = 0; other <= 1; other++) {
    host_open(&bench.host, &bench.pos);
    ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
    if (other)
      ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0, INS_SELECT, 4, 0)), SW_NOT_OUR_FILE);
    else
      ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_SECURITY_NOT_SATISFIED);
    static const uint8_t zeros[sizeof bench.card.secure.s_enc];
    ck_assert_mem_eq(bench.card.secure.s_enc, zeros, sizeof zeros);
    ck_assert_mem_eq(bench.card.secure.s_mac, zeros, sizeof zeros);
    ck_assert(!bench.card.pin_verified);
  }
}
END_TEST

START_TEST(reset_ends_the_session) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
  bench_reset(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(the_certificate_in_the_clear_names_nobody) {
  static const uint8_t reference[] = {0xA6, 0x04, 0x83, 0x02, 0x11, 0x01};
  static const uint8_t another[] = {0xA6, 0x04, 0x83, 0x02, 0x13, 0x01};
  struct bench bench;
  struct certificate certificate;
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (uint8_t cla = 0;; cla = 0x80) {
    ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(cla, INS_GET_DATA, 0xBF, 0x21)), SW_OK);
    ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(cla, INS_GET_DATA, 0xBF, 0x21, reference, sizeof reference)),
                      SW_OK);
    if (cla == 0x80)
      break;
  }
  ck_assert_int_eq(certificate_decode(bench.host.answer.data, bench.host.answer.len, &certificate), STATUS_OK);
  ck_assert_uint_eq(certificate.role, ROLE_CARD_ECKA);
  for (size_t i = 0; i + CID_SIZE <= bench.host.answer.len; i++)
    ck_assert_mem_ne(bench.host.answer.data + i, bench.cid, CID_SIZE);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_GET_DATA, 0xBF, 0x21, another, sizeof another)),
                    SW_DATA_NOT_FOUND);
  for (size_t len = 1; len < sizeof reference; len++)
    ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_GET_DATA, 0xBF, 0x21, reference, len)),
                      SW_DATA_NOT_FOUND);
}
END_TEST

START_TEST(a_raw_card_has_no_certificate) {
  struct bench bench;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(the_channel_shows_certificate_and_particulars) {
  struct bench bench;
  struct certificate certificate;
  struct card_info info;
  const struct certificate_check check = {.ca_public = bench.issuer.card_ca.public_key, .role = ROLE_CARD_SIG};
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_GET_DATA, 0x7F, 0x21)), SW_OK);
  ck_assert_int_eq(certificate_decode(bench.host.answer.data, bench.host.answer.len, &certificate), STATUS_OK);
  ck_assert_int_eq(certificate_verify(&certificate, &check), STATUS_OK);
  ck_assert_mem_eq(certificate.subject, bench.cid, CID_SIZE);
  info = bench_info(&bench);
  ck_assert_uint_eq(info.state, CARD_PERSONALISED);
  ck_assert_mem_eq(info.cid, bench.cid, CID_SIZE);
  ck_assert_mem_eq(info.chip_serial, bench.chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_mem_eq(info.expiry, issuer_expiry, DATE_SIZE);
  ck_assert_mem_eq(info.latest_time, issuer_now, MOMENT_SIZE);
  ck_assert_uint_eq(info.currency, BENCH_CURRENCY);
  ck_assert_uint_eq(info.purse_ceiling, BENCH_PURSE_CEILING);
  ck_assert_uint_eq(info.payment_ceiling, BENCH_PAYMENT_CEILING);
  ck_assert_uint_eq(info.atc, 0);
  ck_assert_uint_eq(info.pin_tries_left, PIN_TRIES);
  ck_assert_uint_eq(info.master_version, 1);
  ck_assert_uint_eq(info.terminal_ca_version, 1);
  ck_assert_uint_eq(info.server_version, 1);
  ck_assert_uint_eq(info.offline.total, 0);
  ck_assert_uint_eq(info.no_pin.total, 0);
  ck_assert_uint_eq(info.pin_changes, 0);
}
END_TEST

START_TEST(the_particulars_have_the_limits) {
  struct bench bench;
  bench_raw(&bench);
  bench.offline = (struct offline_limits){2500, 5000, 5};
  bench.no_pin = (struct no_pin_limits){2000, 7500};
  bench_begin_personalization(&bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(&bench, bench_groupings[i], i == 6), SW_OK);
  struct card_info info = bench_info(&bench);
  ck_assert_uint_eq(info.offline.single, 2500);
  ck_assert_uint_eq(info.offline.total, 5000);
  ck_assert_uint_eq(info.offline.count, 5);
  ck_assert_uint_eq(info.no_pin.single, 2000);
  ck_assert_uint_eq(info.no_pin.total, 7500);
  ck_assert_mem_eq(info.latest_time, issuer_now, MOMENT_SIZE);
}
END_TEST

SUITE_OF(select, fci_of_every_state, other_names_are_not_found, failed_select_leaves_what_was_selected,
         select_ends_the_session, reset_ends_the_session, the_certificate_in_the_clear_names_nobody,
         a_raw_card_has_no_certificate, the_channel_shows_certificate_and_particulars, the_particulars_have_the_limits)

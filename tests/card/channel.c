/* SPDX-License-Identifier: Apache-2.0
 * Getting into the channel, and all the ways of not getting in. */
#include <string.h>

#include "bench.h"
#include "epurse/scp.h"
#include "suites.h"

static uint16_t present_as(struct bench *bench, uint8_t p1, uint8_t p2, const struct paper *paper) {
  return host_clear(&bench->host, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, p1, p2, paper->bytes, paper->len));
}

static uint16_t balance(struct bench *bench) {
  return host_secure(&bench->host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0));
}

START_TEST(a_channel_opens_and_carries) {
  struct bench bench;
  bench_make(&bench);
  for (int i = 0; i < 3; i++) {
    host_open(&bench.host, &bench.desk);
    ck_assert_uint_eq(balance(&bench), SW_OK);
    ck_assert_uint_eq(balance(&bench), SW_OK);
  }
}
END_TEST

START_TEST(opening_writes_nothing) {
  struct bench bench;
  bench_make(&bench);
  ram_power(&bench.ram);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(bench.ram.operations, 0);
}
END_TEST

START_TEST(certificates_of_other_roles_and_issuers) {
  static const uint8_t refused[] = {ROLE_ADMIN, ROLE_SERVER, ROLE_CARD_CA, ROLE_CARD_ECKA, ROLE_TERMINAL_CA};
  struct bench bench;
  struct terminal terminal;
  struct issuer other;
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (size_t i = 0; i < sizeof refused; i++) {
    terminal_make(&bench.issuer, refused[i], "SHOP0001", &terminal);
    ck_assert_msg(host_present(&bench.host, &terminal.paper) == SW_SECURITY_NOT_SATISFIED, "role %02X", refused[i]);
  }
  issuer_make(&other);
  terminal_make(&other, ROLE_POS, "SHOP0001", &terminal);
  ck_assert_uint_eq(host_present(&bench.host, &terminal.paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(host_agree(&bench.host, &terminal), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(a_certificate_under_another_ca_name) {
  struct bench bench;
  struct paper paper;
  bench_make(&bench);
  paper_issue(&(struct paper_request){.ca_private = bench.issuer.terminal_ca.private_key,
                                      .ca_subject = "TERMCA02",
                                      .subject = bench.pos.tid,
                                      .public_key = bench.pos.ecka.public_key,
                                      .role = ROLE_POS,
                                      .version = 1},
              &paper);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &paper), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(every_bit_of_a_certificate_counts) {
  struct bench bench;
  struct paper paper;
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (size_t i = 0; i < bench.pos.paper.len; i++) {
    paper = bench.pos.paper;
    paper.bytes[i] ^= (uint8_t)(1U << (i % 8));
    uint16_t sw = host_present(&bench.host, &paper);
    ck_assert_msg(sw == SW_WRONG_DATA || sw == SW_SECURITY_NOT_SATISFIED, "byte %zu: %04X", i, sw);
  }
  ck_assert_uint_eq(host_present(&bench.host, &bench.pos.paper), SW_OK);
}
END_TEST

START_TEST(expired_by_what_the_card_has_seen) {
  static const uint8_t yesterday[DATE_SIZE] = {0x20, 0x26, 0x11, 0x22};
  static const uint8_t today[DATE_SIZE] = {0x20, 0x26, 0x11, 0x23};
  static const uint8_t tomorrow[MOMENT_SIZE] = {0x20, 0x26, 0x11, 0x24, 0x00, 0x00, 0x00};
  uint8_t order[AUTHORISATION_SIZE];
  struct bench bench;
  bench_make(&bench);
  terminal_expire(&bench.issuer, &bench.other_pos, yesterday);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &bench.other_pos.paper), SW_SECURITY_NOT_SATISFIED);
  terminal_expire(&bench.issuer, &bench.other_pos, today);
  ck_assert_uint_eq(host_present(&bench.host, &bench.other_pos.paper), SW_OK);
  /* a signed order of the next day moves the card's notion of time */
  bench_load(&bench, 100);
  bench_promise(&bench, 10);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise, .time = tomorrow}, order);
  ck_assert_uint_eq(bench_settle(&bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &bench.other_pos.paper), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(key_references_and_chaining) {
  struct bench bench;
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(present_as(&bench, 0x81, 0x10, &bench.pos.paper), SW_CHAINING_UNSUPPORTED);
  ck_assert_uint_eq(present_as(&bench, 0x81, 0x90, &bench.pos.paper), SW_CHAINING_UNSUPPORTED);
  ck_assert_uint_eq(present_as(&bench, 0x01, 0xA0, &bench.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(present_as(&bench, 0x02, 0x10, &bench.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(present_as(&bench, 0x00, 0x10, &bench.pos.paper), SW_DATA_NOT_FOUND); /* no version */
  ck_assert_uint_eq(present_as(&bench, 0x01, 0x20, &bench.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(host_agree(&bench.host, &bench.pos), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(a_certificate_is_good_for_one_agreement) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(host_agree(&bench.host, &bench.desk), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_agree(&bench.host, &bench.desk), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

/* Whoever replays the certificate of the desk gets a channel whose keys they do not have. */
START_TEST(a_replayed_certificate_opens_nothing) {
  struct bench bench;
  struct terminal thief;
  bench_make(&bench);
  thief = bench.desk;
  key_pair_make(&thief.ecka);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &thief.paper), SW_OK);
  struct certificate certificate;
  struct key_pair ephemeral;
  uint8_t request[SCP11_REQUEST_SIZE];
  struct scp11_host keys = {thief.ecka.private_key, ephemeral.private_key, certificate.public_key};
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_OK);
  ck_assert_int_eq(certificate_decode(bench.host.answer.data, bench.host.answer.len, &certificate), STATUS_OK);
  key_pair_make(&ephemeral);
  scp11_request_encode(ephemeral.public_key, request);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, 1, 0x11, request, sizeof request)),
                    SW_OK);
  ck_assert_int_eq(scp11_finish(&keys, request, bench.host.answer.data, bench.host.answer.len, &bench.host.secure),
                   STATUS_NOT_AUTHENTICATED);
  /* with keys of their own making instead */
  static const uint8_t guess[CRYPTO_AES_KEY_SIZE] = {0};
  securemsg_open(&bench.host.secure, guess, guess, guess, guess);
  ck_assert_uint_eq(balance(&bench), SW_SECURE_MESSAGING_INCORRECT);
}
END_TEST

/* A shop's till opens the channel and then shows the desk's certificate, which is public: it must not become the desk.
 */
START_TEST(a_second_certificate_lends_no_role) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(balance(&bench), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(host_present(&bench.host, &bench.desk.paper), SW_OK);
  ck_assert_uint_eq(balance(&bench), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(bad_agreement_requests) {
  struct bench bench;
  struct key_pair ephemeral;
  uint8_t request[SCP11_REQUEST_SIZE];
  bench_make(&bench);
  key_pair_make(&ephemeral);
  for (size_t i = 0; i < SCP11_REQUEST_SIZE; i++) {
    scp11_request_encode(ephemeral.public_key, request);
    request[i] ^= 0x10;
    ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    ck_assert_uint_eq(host_present(&bench.host, &bench.pos.paper), SW_OK);
    ck_assert_msg(host_clear(&bench.host, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, 1, 0x11, request, sizeof request)) ==
                      SW_WRONG_DATA,
                  "byte %zu: %04X", i, bench.host.answer.sw);
    ck_assert_uint_eq(bench.host.answer.len, 0);
    ck_assert_uint_eq(bench.card.channel, CHANNEL_NONE);
  }
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, 1, 0x11, request, 82)),
                    SW_WRONG_LENGTH);
}
END_TEST

/* A command in a session with the PIN verified; whether the session is there after it. */
static bool lives_after(struct bench *bench, const struct apdu *command, uint16_t wanted) {
  host_open(&bench->host, &bench->pos);
  ck_assert_uint_eq(bench_verify(bench, BENCH_PIN), SW_OK);
  ck_assert_msg(host_clear(&bench->host, command) == wanted, "%02X %02X: %04X", command->cla, command->ins,
                bench->host.answer.sw);
  return balance(bench) == SW_OK;
}

START_TEST(refused_commands_that_end_a_session) {
  static const uint8_t bytes[SCP11_REQUEST_SIZE] = {0xF0};
  static const uint8_t strange[] = {0x7F, 0x21, 0x00};
  struct bench bench;
  const struct paper *paper = &bench.pos.paper;
  bench_make(&bench);
  ck_assert(!lives_after(&bench, HOST_DATA(0, INS_SELECT, 4, 0, bytes, 8), SW_NOT_OUR_FILE));
  ck_assert(!lives_after(&bench, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, 0x81, 0x10, paper->bytes, paper->len),
                         SW_CHAINING_UNSUPPORTED));
  ck_assert(!lives_after(&bench, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, 0x02, 0x10, paper->bytes, paper->len),
                         SW_DATA_NOT_FOUND));
  ck_assert(!lives_after(&bench, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, 0x01, 0x10, strange, sizeof strange),
                         SW_WRONG_DATA));
  terminal_make(&bench.issuer, ROLE_ADMIN, "SHOP0001", &bench.other_pos);
  paper = &bench.other_pos.paper;
  ck_assert(!lives_after(&bench, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, 0x01, 0x10, paper->bytes, paper->len),
                         SW_SECURITY_NOT_SATISFIED));
}
END_TEST

START_TEST(refused_commands_that_end_no_session) {
  static const uint8_t bytes[SCP11_REQUEST_SIZE] = {0xF0};
  struct bench bench;
  bench_make(&bench);
  ck_assert(lives_after(&bench, HOST_DATA(0, INS_SELECT, 0, 0, bytes, 8), SW_WRONG_P1P2));
  ck_assert(lives_after(&bench, HOST_APDU(0x80, INS_SELECT, 4, 0), SW_WRONG_CLA));
  ck_assert(lives_after(&bench, HOST_APDU(0x80, INS_PERFORM_SECURITY_OPERATION, 1, 0x10), SW_WRONG_LENGTH));
  ck_assert(lives_after(&bench, HOST_DATA(0x80, INS_MUTUAL_AUTHENTICATE, 1, 0x11, bytes, sizeof bytes),
                        SW_CONDITIONS_NOT_SATISFIED));
  ck_assert(lives_after(&bench, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, 0, 0, bytes, 8), SW_CONDITIONS_NOT_SATISFIED));
  ck_assert(lives_after(&bench, HOST_DATA(0x80, INS_GET_DATA, 0xBF, 0x21, bytes, 6), SW_DATA_NOT_FOUND));
  ck_assert(lives_after(&bench, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0), SW_SECURITY_NOT_SATISFIED));
  ck_assert(lives_after(&bench, HOST_APDU(0x94, INS_GET_BALANCE, 0, 0), SW_CHAINING_UNSUPPORTED));
  ck_assert(lives_after(&bench, HOST_APDU(0x00, 0xC0, 0, 0), SW_WRONG_INS));
}
END_TEST

/* An error word under a right C-MAC is an answer like any other: counter and chain go on. */
START_TEST(refusals_inside_end_no_session) {
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 1, 0)), SW_WRONG_P1P2);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, 0xC0, 0, 0)), SW_WRONG_INS);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_SELECT, 4, 0)), SW_WRONG_CLA);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_VERIFY, 0, 0x80)), SW_WRONG_LENGTH);
  ck_assert_uint_eq(bench_initialize(&bench, &(struct bench_wish){P1_INITIALIZE_LOAD, 1, false, &bench.desk, NULL, 0}),
                    SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, false), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(balance(&bench), SW_OK);
}
END_TEST

/* The blank card's session ends with an INITIALIZE UPDATE that is served. */
START_TEST(initialize_update_ends_the_session) {
  static const uint8_t bytes[SCP03_CRYPTOGRAM_SIZE + SECUREMSG_MAC_SIZE] = {0};
  struct bench bench;
  bench_raw(&bench);
  bench_begin_personalization(&bench);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, 0, 0, bytes, 7)), SW_WRONG_LENGTH);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, false), SW_OK);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, 0, 0, bytes, 8)), SW_OK);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, false), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(scp03_opens_a_blank_card) {
  struct bench bench;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
  ck_assert_uint_eq(bench.host.answer.len, 0);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00)), SW_OK);
}
END_TEST

START_TEST(initialize_update_tells_serial_and_version) {
  static const uint8_t challenge[8] = {0};
  struct bench bench;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (unsigned kvn = 0; kvn <= 0xFF; kvn += 0x33) {
    ck_assert_uint_eq(
        host_clear(&bench.host, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, (uint8_t)kvn, 0, challenge, sizeof challenge)),
        SW_OK);
    ck_assert_uint_eq(bench.host.answer.len, SCP03_ANSWER_SIZE);
    ck_assert_mem_eq(bench.host.answer.data, bench.chip_serial, CHIP_SERIAL_SIZE);
    ck_assert_uint_eq(bench.host.answer.data[10], kvn == 0 ? KVN_FIRST : kvn);
    ck_assert_uint_eq(bench.host.answer.data[11], 0x03);
    ck_assert_uint_eq(bench.host.answer.data[12], SCP03_I_PARAMETER);
  }
}
END_TEST

START_TEST(scp03_with_the_wrong_key) {
  static const uint8_t wrong[CRYPTO_AES_KEY_SIZE] = {0x40, 0x41, 0x42};
  struct bench bench;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench.host, wrong), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00)),
                    SW_SECURITY_NOT_SATISFIED);
}
END_TEST

/* Cryptogram and MAC are checked each by itself; one failure and the challenge is spent. */
START_TEST(external_authenticate_bit_by_bit) {
  static const uint8_t challenge[SCP03_CHALLENGE_SIZE] = {9}, chain[CRYPTO_AES_BLOCK_SIZE] = {0};
  struct bench bench;
  struct scp03_session session;
  struct securemsg secure;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (size_t bad = 0; bad < 17; bad++) {
    ck_assert_uint_eq(host_clear(&bench.host, HOST_DATA(0x80, INS_INITIALIZE_UPDATE, 0, 0, challenge, 8)), SW_OK);
    ck_assert_int_eq(scp03_derive(bench.transport_key, challenge, bench.host.answer.data + 13, &session), STATUS_OK);
    securemsg_open(&secure, session.s_enc, session.s_mac, session.s_rmac, chain);
    if (bad < 8) /* a wrong cryptogram under a right MAC */
      session.host_cryptogram[bad] ^= 0x80;
    ck_assert_int_eq(securemsg_wrap_mac(&secure, HOST_DATA(0x80, 0x82, 0x33, 0, session.host_cryptogram, 8), bytes,
                                        sizeof bytes, &len),
                     STATUS_OK);
    if (bad >= 8 && bad < 16)
      bytes[5 + bad] ^= 0x01;
    ck_assert_uint_eq(host_raw(&bench.host, bytes, len), bad < 16 ? SW_SECURITY_NOT_SATISFIED : SW_OK);
    if (bad < 16)
      ck_assert_uint_eq(host_raw(&bench.host, bytes, len), SW_CONDITIONS_NOT_SATISFIED);
  }
}
END_TEST

START_TEST(each_channel_in_its_own_state) {
  struct bench bench;
  bench_raw(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &bench.pos.paper), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_OK);
  ck_assert_uint_eq(balance(&bench), SW_CONDITIONS_NOT_SATISFIED);
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_open_scp03(&bench.host, bench.transport_key), SW_CONDITIONS_NOT_SATISFIED);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x00, INS_GENERATE_KEY_PAIR, 0x80, 0x00)),
                    SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(bench_store(&bench, DGI_PIN, true), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

SUITE_OF(channel, a_channel_opens_and_carries, opening_writes_nothing, certificates_of_other_roles_and_issuers,
         a_certificate_under_another_ca_name, every_bit_of_a_certificate_counts, expired_by_what_the_card_has_seen,
         key_references_and_chaining, a_certificate_is_good_for_one_agreement, a_replayed_certificate_opens_nothing,
         a_second_certificate_lends_no_role, bad_agreement_requests, refused_commands_that_end_a_session,
         refused_commands_that_end_no_session, refusals_inside_end_no_session, initialize_update_ends_the_session,
         scp03_opens_a_blank_card, initialize_update_tells_serial_and_version, scp03_with_the_wrong_key,
         external_authenticate_bit_by_bit, each_channel_in_its_own_state)

/* SPDX-License-Identifier: Apache-2.0
 * What a user is told when pcscd, the reader or another program fails. */
#include "reader/reader_pcsc.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pcscd_faults.h"
#include "suites.h"

/* For what takes no time but that of a busy machine. */
#define LONG_ENOUGH_MS 60000

static const uint8_t ok[] = {0x90, 0x00};
static const uint8_t command[] = {0x80, 0x5C, 0x00, 0x00, 0x00};

/* A connected reader over the faults as the test has set them. */
static struct reader *open_reader(DWORD protocol) {
  struct reader *reader = NULL;
  faults.protocol = protocol;
  faults.answer = ok;
  faults.answer_len = sizeof ok;
  ck_assert_int_eq(pcsc_open("Test Reader", &reader), STATUS_OK);
  return reader;
}

static void impatient(struct reader *reader, long milliseconds) {
  struct pcsc *pcsc = reader->context;
  pcsc->patience = milliseconds;
}

/* One exchange; its status. */
static enum status exchange(struct reader *reader, struct apdu_response *response) {
  return reader_transmit(reader, command, sizeof command, response);
}

START_TEST(refuses_to_block) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  ck_assert_str_eq(getenv("PCSCLITE_NO_BLOCKING"), "1");
  reader_close(&reader);
  ck_assert_ptr_null(reader);
  ck_assert(!faults.open);
}
END_TEST

START_TEST(gives_a_buffer_that_is_never_too_small) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_OK);
  ck_assert_uint_eq(response.sw, 0x9000);
  ck_assert_uint_ge(faults.receive_capacity, MAX_BUFFER_SIZE_EXTENDED);
  reader_close(&reader);
}
END_TEST

START_TEST(leaves_the_card_to_others) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  faults.disposition = SCARD_EJECT_CARD;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  reader_disconnect(reader);
  ck_assert_uint_eq(faults.disconnect_calls, 1);
  ck_assert_uint_eq(faults.disposition, SCARD_LEAVE_CARD);
  reader_close(&reader);
}
END_TEST

START_TEST(speaks_t0_without_le) {
  const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, 0x01, 0xF0, 0x00};
  struct reader *reader = open_reader(SCARD_PROTOCOL_T0);
  struct apdu_response response;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(reader_transmit(reader, select, sizeof select, &response), STATUS_OK);
  ck_assert_uint_eq(faults.sent_len, sizeof select - 1);
  reader_close(&reader);
}
END_TEST

START_TEST(tries_a_mute_card_three_times) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  for (size_t i = 0; i < FAULTS_MAX; i++)
    faults.connect[i] = SCARD_W_UNRESPONSIVE_CARD;
  ck_assert_int_eq(reader_connect(reader), STATUS_CARD_MUTE);
  ck_assert_uint_eq(faults.connect_calls, 3);
  faults.connect[4] = SCARD_S_SUCCESS; /* bounced once, then well */
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_uint_eq(faults.connect_calls, 5);
  reader_close(&reader);
}
END_TEST

static const struct {
  LONG code;
  enum status status;
} connect_codes[] = {
    {SCARD_E_NO_SMARTCARD, STATUS_NO_CARD},           {SCARD_W_REMOVED_CARD, STATUS_NO_CARD},
    {SCARD_E_UNKNOWN_READER, STATUS_NO_READER},       {SCARD_E_READER_UNAVAILABLE, STATUS_NO_READER},
    {SCARD_W_SECURITY_VIOLATION, STATUS_PCSC_DENIED}, {SCARD_E_NO_ACCESS, STATUS_PCSC_DENIED},
};
START_TEST(tells_why_it_cannot_connect) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  faults.connect[0] = connect_codes[_i].code;
  ck_assert_int_eq(reader_connect(reader), connect_codes[_i].status);
  ck_assert_uint_eq(faults.connect_calls, 1);
  reader_close(&reader);
}
END_TEST

/* One that is pulled while it is powered looks foreign for a moment. */
START_TEST(a_card_that_leaves_is_no_foreign_one) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  faults.connect[0] = SCARD_E_PROTO_MISMATCH;
  faults.connect[1] = SCARD_E_NO_SMARTCARD;
  ck_assert_int_eq(reader_connect(reader), STATUS_NO_CARD);
  ck_assert_uint_eq(faults.connect_calls, 2);
  for (size_t i = 2; i < FAULTS_MAX; i++)
    faults.connect[i] = SCARD_W_UNSUPPORTED_CARD;
  ck_assert_int_eq(reader_connect(reader), STATUS_NOT_OUR_CARD);
  ck_assert_uint_eq(faults.connect_calls, 5);
  reader_close(&reader);
}
END_TEST

START_TEST(waits_for_a_program_that_holds_the_card) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  faults.connect[0] = faults.connect[1] = SCARD_E_SHARING_VIOLATION;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_uint_eq(faults.connect_calls, 3);
  reader_close(&reader);
}
END_TEST

START_TEST(gives_up_on_a_program_that_keeps_the_card) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  impatient(reader, 150);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  for (size_t i = 0; i < FAULTS_MAX; i++)
    faults.transmit[i] = SCARD_E_SHARING_VIOLATION;
  ck_assert_int_eq(exchange(reader, &response), STATUS_READER_BUSY);
  reader_close(&reader);
}
END_TEST

/* SCardConnect hangs: the user is told in time, the thread cleans up behind itself, and the reader works again. */
START_TEST(watches_over_a_connect_that_hangs) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  impatient(reader, 50);
  faults.connect_hangs = true;
  ck_assert_int_eq(reader_connect(reader), STATUS_READER_BUSY);
  faults_let_go();
  ck_assert_uint_eq(faults.disconnect_calls, 1);
  ck_assert_uint_eq(faults.release_calls, 1);
  faults.connect_hangs = false;
  impatient(reader, LONG_ENOUGH_MS);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_uint_eq(faults.establish_calls, 2);
  reader_close(&reader);
}
END_TEST

/* SCardTransmit hangs, with a card that never answers: the caller is told in time, his buffers are his own again, and
 * the thread that was left alone lets go of card and context in the end. */
START_TEST(watches_over_a_card_that_never_answers) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  uint8_t answer[APDU_RESPONSE_MAX] = {0};
  static const uint8_t nothing[sizeof answer];
  size_t len = sizeof answer;
  ((struct pcsc *)reader->context)->silence = 50;
  faults.transmit_hangs = true;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(reader->transmit(reader->context, command, sizeof command, answer, &len), STATUS_CARD_SILENT);
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_LOST); /* nothing goes to a card that was given up */
  ck_assert_uint_eq(faults.disconnect_calls, 0);                   /* it is the thread's */
  faults_let_go();
  ck_assert_mem_eq(answer, nothing, sizeof answer);
  ck_assert_uint_eq(faults.transmit_calls, 1);
  ck_assert_uint_eq(faults.disconnect_calls, 1);
  ck_assert_uint_eq(faults.disposition, SCARD_LEAVE_CARD);
  ck_assert_uint_eq(faults.release_calls, 1);
  faults.transmit_hangs = false;
  ((struct pcsc *)reader->context)->silence = LONG_ENOUGH_MS;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_uint_eq(faults.establish_calls, 2);
  ck_assert_int_eq(exchange(reader, &response), STATUS_OK);
  reader_close(&reader);
  ck_assert_uint_eq(faults.release_calls, 2);
}
END_TEST

START_TEST(takes_the_limit_that_it_is_given) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  ck_assert_int_eq(((struct pcsc *)reader->context)->silence, READER_ANSWER_SECONDS * 1000L);
  reader_limit(reader, 3600);
  faults.transmit_delay = 100; /* a slow card is no silent one */
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_OK);
  reader_limit(reader, 1);
  faults.transmit_hangs = true;
  int64_t start = pcsc_now();
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_SILENT);
  ck_assert_int_ge(pcsc_now() - start, 1000);
  faults_let_go();
  reader_close(&reader);
}
END_TEST

START_TEST(watches_over_a_reset_that_hangs) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  ((struct pcsc *)reader->context)->silence = 50;
  faults.reconnect_hangs = true;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(reader_reset(reader), STATUS_CARD_SILENT);
  faults_let_go();
  ck_assert_uint_eq(faults.disconnect_calls, 1);
  ck_assert_uint_eq(faults.release_calls, 1);
  reader_close(&reader);
}
END_TEST

START_TEST(notices_a_reset_by_others) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  faults.transmit[0] = SCARD_W_RESET_CARD;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_RESET);
  ck_assert_uint_eq(faults.reconnect_calls, 1);
  ck_assert_uint_eq(faults.disposition, SCARD_LEAVE_CARD);
  ck_assert_uint_eq(faults.transmit_calls, 1); /* it is not sent again behind the caller's back */
  ck_assert_int_eq(exchange(reader, &response), STATUS_OK);
  reader_close(&reader);
}
END_TEST

static const LONG lost_codes[] = {SCARD_W_REMOVED_CARD,   SCARD_E_NOT_TRANSACTED, SCARD_E_NO_SMARTCARD,
                                  SCARD_E_COMM_DATA_LOST, SCARD_W_UNPOWERED_CARD, SCARD_F_INTERNAL_ERROR};
START_TEST(notices_a_lost_card) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  faults.transmit[0] = lost_codes[_i];
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_LOST);
  ck_assert_uint_eq(faults.transmit_calls, 1);
  reader_close(&reader);
}
END_TEST

START_TEST(takes_an_empty_answer_for_a_pulled_card) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  faults.answer_len = 0;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_LOST);
  faults.answer_len = 1; /* half a status word is nonsense, not a loss */
  ck_assert_int_eq(exchange(reader, &response), STATUS_BAD_REPLY);
  reader_close(&reader);
}
END_TEST

START_TEST(says_lost_where_it_never_connected) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  ck_assert_int_eq(exchange(reader, &response), STATUS_CARD_LOST);
  ck_assert_int_eq(reader_reset(reader), STATUS_CARD_LOST);
  ck_assert_uint_eq(faults.transmit_calls, 0);
  reader_close(&reader);
}
END_TEST

START_TEST(resets_the_card) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(reader_reset(reader), STATUS_OK);
  ck_assert_uint_eq(faults.disposition, SCARD_RESET_CARD);
  reader_close(&reader);
}
END_TEST

START_TEST(survives_a_restart_of_pcscd) {
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  faults.transmit[0] = SCARD_E_NO_SERVICE;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_NO_PCSCD);
  faults.connect[1] = SCARD_E_INVALID_HANDLE; /* the context died again while connecting */
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_uint_eq(faults.establish_calls, 3);
  ck_assert_int_eq(exchange(reader, &response), STATUS_OK);
  reader_close(&reader);
}
END_TEST

START_TEST(backs_off_while_pcscd_starts) {
  struct reader *reader = NULL;
  faults.establish[0] = faults.establish[1] = SCARD_E_NO_SERVICE;
  ck_assert_int_eq(pcsc_open("Test Reader", &reader), STATUS_OK);
  ck_assert_uint_eq(faults.establish_calls, 3);
  reader_close(&reader);
}
END_TEST

START_TEST(tells_that_pcscd_is_not_there) {
  struct reader *reader = NULL;
  char problem[512];
  for (size_t i = 0; i < FAULTS_MAX; i++)
    faults.establish[i] = SCARD_E_NO_SERVICE;
  ck_assert_int_eq(reader_open_pcsc(NULL, &reader, problem), STATUS_NO_PCSCD);
  ck_assert_ptr_null(reader);
}
END_TEST

START_TEST(refuses_an_answer_that_is_too_long) {
  static uint8_t much[APDU_RESPONSE_MAX + 1];
  struct reader *reader = open_reader(SCARD_PROTOCOL_T1);
  struct apdu_response response;
  faults.answer = much;
  faults.answer_len = sizeof much;
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(exchange(reader, &response), STATUS_BAD_REPLY);
  reader_close(&reader);
}
END_TEST

Suite *reader_pcsc_suite(void) {
  Suite *suite = suite_create("reader_pcsc");
  TCase *tc = tcase_create("reader_pcsc");
  tcase_add_test(tc, refuses_to_block);
  tcase_add_test(tc, gives_a_buffer_that_is_never_too_small);
  tcase_add_test(tc, leaves_the_card_to_others);
  tcase_add_test(tc, speaks_t0_without_le);
  tcase_add_test(tc, tries_a_mute_card_three_times);
  tcase_add_test(tc, a_card_that_leaves_is_no_foreign_one);
  tcase_add_loop_test(tc, tells_why_it_cannot_connect, 0, (int)(sizeof connect_codes / sizeof connect_codes[0]));
  tcase_add_test(tc, waits_for_a_program_that_holds_the_card);
  tcase_add_test(tc, gives_up_on_a_program_that_keeps_the_card);
  tcase_add_test(tc, watches_over_a_connect_that_hangs);
  tcase_add_test(tc, watches_over_a_card_that_never_answers);
  tcase_add_test(tc, takes_the_limit_that_it_is_given);
  tcase_add_test(tc, watches_over_a_reset_that_hangs);
  tcase_add_test(tc, notices_a_reset_by_others);
  tcase_add_loop_test(tc, notices_a_lost_card, 0, (int)(sizeof lost_codes / sizeof lost_codes[0]));
  tcase_add_test(tc, takes_an_empty_answer_for_a_pulled_card);
  tcase_add_test(tc, says_lost_where_it_never_connected);
  tcase_add_test(tc, resets_the_card);
  tcase_add_test(tc, survives_a_restart_of_pcscd);
  tcase_add_test(tc, backs_off_while_pcscd_starts);
  tcase_add_test(tc, tells_that_pcscd_is_not_there);
  tcase_add_test(tc, refuses_an_answer_that_is_too_long);
  suite_add_tcase(suite, tc);
  return suite;
}

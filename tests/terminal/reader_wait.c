/* SPDX-License-Identifier: Apache-2.0
 * Waiting for a card, Ctrl-C, and readers that come and go; listing and leaving out readers. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pcscd_faults.h"
#include "reader/reader_pcsc.h"
#include "suites.h"
#include "terminal/contact.h"

static struct reader *open_reader(DWORD event_state) {
  struct reader *reader = NULL;
  faults.protocol = SCARD_PROTOCOL_T1;
  faults.event_state = event_state;
  ck_assert_int_eq(pcsc_open("Test Reader", &reader), STATUS_OK);
  return reader;
}

START_TEST(sees_at_once_what_is_there) {
  struct reader *reader = open_reader(SCARD_STATE_PRESENT);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  faults.event_state = SCARD_STATE_EMPTY;
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_TIMEOUT);
  reader_close(&reader);
}
END_TEST

/* pcscd counts in the upper half of the state what comes and goes; after its restart it begins anew. */
START_TEST(a_card_that_went_between_two_looks_has_gone) {
  struct reader *reader = open_reader(SCARD_STATE_PRESENT | 3 << 16);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  faults.event_state = SCARD_STATE_PRESENT | 5 << 16;
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  faults.event_state = SCARD_STATE_PRESENT | 1 << 16;
  faults.status[faults.status_calls] = SCARD_E_NO_SERVICE;
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  reader_close(&reader);
}
END_TEST

START_TEST(gives_up_when_time_is_up) {
  struct reader *reader = open_reader(SCARD_STATE_EMPTY);
  int64_t start = pcsc_now();
  ck_assert_int_eq(reader_wait(reader, true, 1), STATUS_TIMEOUT);
  ck_assert_int_ge(pcsc_now() - start, 1000);
  reader_close(&reader);
}
END_TEST

/* The signal comes from outside while the wait is on; the process lives, and may be interrupted again afterwards. An
 * hour is what only a wait that no signal ends would take. */
START_TEST(stops_at_ctrl_c) {
  struct reader *reader = open_reader(SCARD_STATE_EMPTY);
  sigset_t blocked;
  int waiting[2];
  char byte = 0;
  ck_assert_int_eq(pipe(waiting), 0);
  pid_t sender = fork();
  if (sender == 0)
    _exit(read(waiting[0], &byte, 1) == 1 && kill(getppid(), SIGINT) == 0 ? 0 : 1);
  faults.waiting = waiting[1];
  ck_assert_int_eq(reader_wait(reader, true, 3600), STATUS_CANCELLED);
  faults.waiting = 0;
  waitpid(sender, NULL, 0);
  close(waiting[0]);
  close(waiting[1]);
  ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
  ck_assert_int_eq(sigismember(&blocked, SIGINT), 0);
  reader_close(&reader);
}
END_TEST

START_TEST(waits_over_a_restart_of_pcscd) {
  struct reader *reader = open_reader(SCARD_STATE_PRESENT);
  faults.status[0] = SCARD_E_NO_SERVICE;
  ck_assert_int_eq(reader_wait(reader, true, 5), STATUS_OK);
  ck_assert_uint_eq(faults.establish_calls, 2);
  reader_close(&reader);
}
END_TEST

START_TEST(waits_for_a_reader_plugged_in_again) {
  struct reader *reader = open_reader(SCARD_STATE_PRESENT);
  faults.status[0] = SCARD_E_UNKNOWN_READER; /* gone */
  faults.status[1] = SCARD_E_TIMEOUT;        /* no news */
  faults.status[2] = SCARD_E_UNKNOWN_READER; /* still gone */
  ck_assert_int_eq(reader_wait(reader, true, 5), STATUS_OK);
  ck_assert_uint_ge(faults.status_calls, 4);
  reader_close(&reader);
}
END_TEST

START_TEST(takes_an_unplugged_reader_for_a_removed_card) {
  struct reader *reader = open_reader(SCARD_STATE_PRESENT);
  for (size_t i = 0; i < FAULTS_MAX; i += 2) {
    faults.status[i] = SCARD_E_UNKNOWN_READER;
    faults.status[i + 1] = SCARD_E_TIMEOUT;
  }
  ck_assert_int_eq(reader_wait(reader, false, 5), STATUS_OK);
  reader_close(&reader);
}
END_TEST

START_TEST(lists_and_leaves_out) {
  static const char names[] = "Yubico Token\0Shop Reader\0Virtual PCD\0";
  static const uint8_t purse[] = {0x6F, 0x00, 0x90, 0x00};
  struct reader_row rows[4];
  size_t count = 0;
  faults.protocol = SCARD_PROTOCOL_T1;
  faults.names = names;
  faults.names_len = sizeof names;
  faults.event_state = SCARD_STATE_PRESENT;
  faults.answer = purse;
  faults.answer_len = sizeof purse;
  setenv("EPURSE_READER_IGNORE", "nobody;;yubico", 1);
  ck_assert_int_eq(reader_list(rows, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(rows[0].name, "Shop Reader");
  ck_assert_uint_eq(rows[1].index, 1);
  ck_assert(rows[1].card && rows[1].purse);
  ck_assert_int_eq(reader_list(rows, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
}
END_TEST

/* What a reader's maker chose to call it: neither a screen nor JSON takes it as it is. */
START_TEST(lists_names_that_can_be_shown) {
  static const char names[] = "R\x1B[2J\xE9\x9B\\er\0";
  struct reader *reader = NULL;
  struct reader_row row;
  size_t count = 0;
  faults.names = names;
  faults.names_len = sizeof names;
  ck_assert_int_eq(reader_list(&row, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(row.name, "R\\x1B[2J\\xE9\\x9B\\x5Cer");
  ck_assert_int_eq(pcsc_open(names, &reader), STATUS_OK);
  ck_assert_str_eq(reader->name, row.name);
  reader_close(&reader);
}
END_TEST

START_TEST(has_no_reader_to_list) {
  struct reader *reader = NULL;
  struct reader_row rows[1];
  char problem[512];
  size_t count = 9;
  ck_assert_int_eq(reader_list(rows, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  ck_assert_int_eq(reader_open_pcsc(NULL, &reader, problem), STATUS_NO_READER);
}
END_TEST

/* A reader in which the card of the customer before is on its way out when it is powered first. */
static unsigned powered, gone;

static enum status leaving_connect(void *context) {
  (void)context;
  return powered++ == 0 ? STATUS_NO_CARD : STATUS_OK;
}
static enum status leaving_wait(void *context, bool present, int seconds) {
  (void)context, (void)seconds;
  gone += !present;
  return STATUS_OK;
}
static enum status leaving_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                    size_t *answer_len) {
  (void)context, (void)command, (void)len, (void)answer, (void)answer_len;
  return STATUS_CARD_LOST;
}
static void leaving_nothing(void *context) {
  (void)context;
}

static unsigned confirmed;

static void confirm_count(struct terminal *terminal) {
  (void)terminal;
  confirmed++;
}

START_TEST(a_card_on_its_way_out_is_no_answer) {
  struct reader reader = {.connect = leaving_connect,
                          .wait = leaving_wait,
                          .transmit = leaving_transmit,
                          .disconnect = leaving_nothing,
                          .shutdown = leaving_nothing};
  struct terminal terminal = {.tid = "", .later = {.while_waiting = confirm_count}};
  struct contact contact = {.terminal = &terminal, .reader = &reader};
  powered = gone = confirmed = 0;
  ck_assert_int_eq(contact_wait(&contact, 0), STATUS_NO_CARD); /* nobody is waited for */
  ck_assert_uint_eq(powered, 1);
  ck_assert_uint_eq(confirmed, 0);
  powered = 0;
  ck_assert_int_eq(contact_wait(&contact, 30), STATUS_OK);
  ck_assert_uint_eq(confirmed, 1); /* while the card is waited for */
  ck_assert_uint_eq(powered, 2);
  ck_assert_uint_eq(gone, 1);
  contact_close(&contact);
  powered = gone = 0; /* after a loss, too */
  ck_assert_int_eq(contact_reopen(&contact), STATUS_CARD_LOST);
  ck_assert_uint_ge(powered, 2);
  ck_assert_uint_eq(gone, 1);
  contact_close(&contact);
  powered = 1, gone = 0; /* it lets itself be powered still, and answers nothing */
  ck_assert_int_eq(contact_open(&contact, 0), STATUS_CARD_LOST);
  ck_assert_uint_eq(gone, 0);
  ck_assert_int_eq(contact_open(&contact, 30), STATUS_CARD_LOST); /* the second was asked for */
  ck_assert_uint_eq(powered, 4);
  ck_assert_uint_eq(gone, 1);
  contact_close(&contact);
}
END_TEST

Suite *reader_wait_suite(void) {
  Suite *suite = suite_create("reader_wait");
  TCase *tc = tcase_create("reader_wait");
  tcase_set_timeout(tc, 30);
  tcase_add_test(tc, sees_at_once_what_is_there);
  tcase_add_test(tc, a_card_that_went_between_two_looks_has_gone);
  tcase_add_test(tc, gives_up_when_time_is_up);
  tcase_add_test(tc, a_card_on_its_way_out_is_no_answer);
  tcase_add_test(tc, stops_at_ctrl_c);
  tcase_add_test(tc, waits_over_a_restart_of_pcscd);
  tcase_add_test(tc, waits_for_a_reader_plugged_in_again);
  tcase_add_test(tc, takes_an_unplugged_reader_for_a_removed_card);
  tcase_add_test(tc, lists_and_leaves_out);
  tcase_add_test(tc, lists_names_that_can_be_shown);
  tcase_add_test(tc, has_no_reader_to_list);
  suite_add_tcase(suite, tc);
  return suite;
}

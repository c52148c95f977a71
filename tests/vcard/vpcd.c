/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard/vpcd.c against the driver's half of its protocol, played by the test. */
#include "epurse/vpcd.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

#define MESSAGE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define PATIENCE_MS  60000 /* for the card to come: only one that never does lets it pass */
#define SELECT_PURSE 0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00

static struct bench bench;
static struct vcard *vcard;
static struct vpcd *vpcd;
static pthread_t card;
static int listener, driver, wake[2];
static int notices[2]; /* out, in */
static int64_t out_at; /* us; when the card was last out */
static char port[8];   /* of listener */

static void *card_run(void *context) {
  (void)context;
  return vpcd_serve(vpcd) == STATUS_CANCELLED ? &vpcd : NULL;
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void notice(void *context, bool inserted) {
  int *counters = context;
  counters[inserted ? 1 : 0]++;
  if (!inserted)
    out_at = now_us();
}

static int driver_accept(int timeout_ms) {
  struct pollfd fd = {.fd = listener, .events = POLLIN};
  return poll(&fd, 1, timeout_ms) == 1 ? accept(listener, NULL, NULL) : -1;
}

static void setup(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  bench_make(&bench);
  ck_assert_int_eq(vcard_open(bench.path, &vcard), STATUS_OK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(listen(listener, 1), 0);
  ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
  ck_assert_int_gt(snprintf(port, sizeof port, "%u", ntohs(address.sin_port)), 0);
  ck_assert_int_eq(pipe(wake), 0);
  memset(notices, 0, sizeof notices);
  struct vpcd_settings settings = {
      .host = VPCD_HOST, .port = port, .wake_fd = wake[0], .notice = notice, .context = notices};
  ck_assert_int_eq(vpcd_new(vcard, &settings, &vpcd), STATUS_OK);
  ck_assert_int_eq(pthread_create(&card, NULL, card_run, NULL), 0);
  driver = driver_accept(PATIENCE_MS);
  ck_assert_int_ge(driver, 0);
}

static void teardown(void) {
  void *cancelled = NULL;
  ck_assert_int_eq(write(wake[1], "", 1), 1);
  ck_assert_int_eq(pthread_join(card, &cancelled), 0);
  ck_assert_ptr_nonnull(cancelled);
  close(driver);
  vpcd_free(&vpcd);
  ck_assert_int_eq(notices[0], notices[1]); /* in the end it is out */
  vcard_close(&vcard);
  close(listener);
  close(wake[0]);
  close(wake[1]);
  bench_remove(&bench);
}

/* As vpcd 3.3 does it: the length in one piece, the message in another. */
static void driver_send(const uint8_t *message, size_t len) {
  uint8_t length[2] = {(uint8_t)(len >> 8), (uint8_t)len};
  ck_assert_int_eq(send(driver, length, sizeof length, 0), 2);
  ck_assert_int_eq(send(driver, message, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* The length of the next answer; -1 where the card is out. */
static ssize_t driver_receive(uint8_t answer[APDU_RESPONSE_MAX]) {
  uint8_t length[2];
  if (recv(driver, length, sizeof length, MSG_WAITALL) != 2)
    return -1;
  size_t len = (size_t)(length[0] << 8 | length[1]);
  ck_assert_uint_gt(len, 0); /* an empty answer throws pcscd's driver out of step */
  ck_assert_uint_le(len, APDU_RESPONSE_MAX);
  ck_assert_int_eq(recv(driver, answer, len, MSG_WAITALL), (ssize_t)len);
  return (ssize_t)len;
}

static uint16_t driver_command(const uint8_t *command, size_t command_len) {
  uint8_t answer[APDU_RESPONSE_MAX];
  driver_send(command, command_len);
  ssize_t len = driver_receive(answer);
  return len >= 2 ? (uint16_t)(answer[len - 2] << 8 | answer[len - 1]) : 0;
}

START_TEST(atr_says_t1_and_sums_up) {
  static const uint8_t whole[] = {0x3B, 0x88, 0x01, 0x80, 0x56, 'E', 'P', 'U', 'R', 'S', 'E', 0x5B};
  uint8_t atr[APDU_RESPONSE_MAX], check = 0;
  driver_send(MESSAGE(0x04));
  ssize_t len = driver_receive(atr);
  ck_assert_int_ge(len, 5);
  ck_assert_uint_eq(atr[0], 0x3B);
  ck_assert_uint_eq(atr[1] & 0xF0, 0x80);                 /* TD1 alone follows */
  ck_assert_uint_eq(atr[2], 0x01);                        /* T=1, no TD2 */
  ck_assert_int_eq(len, 1 + 1 + 1 + (atr[1] & 0x0F) + 1); /* TS T0 TD1, historical bytes, TCK */
  for (ssize_t i = 1; i < len; i++)
    check ^= atr[i];
  ck_assert_uint_eq(check, 0); /* ISO/IEC 7816-3 8.2.5 */
  ck_assert_int_eq(len, sizeof whole);
  ck_assert_mem_eq(atr, whole, sizeof whole); /* docs/protocol.md, 1 */
}
END_TEST

START_TEST(power_and_commands) {
  driver_send(MESSAGE(0x01));
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
  driver_send(MESSAGE(0x02));
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
  ck_assert_uint_eq(driver_command(MESSAGE(0x00, 0xFC, 0x00, 0x00)), SW_WRONG_INS);
}
END_TEST

START_TEST(reset_forgets_the_selection) {
  driver_send(MESSAGE(0x01));
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
  uint16_t selected = driver_command(MESSAGE(0x80, INS_INITIALIZE_UPDATE, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0));
  ck_assert_uint_eq(selected, SW_OK);
  driver_send(MESSAGE(0x02));
  uint16_t reset = driver_command(MESSAGE(0x80, INS_INITIALIZE_UPDATE, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0));
  ck_assert_uint_eq(reset, SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(message_in_single_bytes) {
  static const uint8_t message[] = {0x00, 0x01, 0x01, 0x00, 6 + PURSE_AID_SIZE, SELECT_PURSE};
  uint8_t answer[APDU_RESPONSE_MAX];
  for (size_t i = 0; i < sizeof message; i++) {
    ck_assert_int_eq(send(driver, message + i, 1, 0), 1);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  ck_assert_int_gt(driver_receive(answer), 2);
}
END_TEST

START_TEST(extended_length_is_refused_not_choked_on) {
  uint8_t command[7 + 0x1000] = {0x00, INS_SELECT, 0x04, 0x00, 0x00, 0x10, 0x00};
  driver_send(MESSAGE(0x01));
  ck_assert_uint_eq(driver_command(command, sizeof command), SW_WRONG_LENGTH);
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
}
END_TEST

START_TEST(mute_card_is_pulled_and_comes_back) {
  uint8_t answer[APDU_RESPONSE_MAX];
  driver_send(MESSAGE(0x01));
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
  driver_send(MESSAGE(0x00));
  driver_send(MESSAGE(SELECT_PURSE)); /* no power, no answer */
  ck_assert_int_eq(driver_receive(answer), -1);
  close(driver);
  driver = driver_accept(PATIENCE_MS);
  ck_assert_int_ge(driver, 0);
  ck_assert_int_gt(now_us() - out_at, 450000); /* long enough for pcscd to see the slot empty */
  driver_send(MESSAGE(0x01));
  ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
  ck_assert_int_eq(notices[1], 2);
}
END_TEST

START_TEST(reconnects_when_the_driver_goes) {
  for (int i = 0; i < 3; i++) {
    driver_send(MESSAGE(0x01));
    ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
    close(driver);
    driver = driver_accept(PATIENCE_MS);
    ck_assert_int_ge(driver, 0);
  }
}
END_TEST

/* Without TCP_QUICKACK each command waits 40 ms for a delayed acknowledgement, once the kernel has stopped
 * acknowledging each segment at once. The fastest tells, however busy the machine is. */
START_TEST(two_sends_do_not_wait_for_each_other) {
  int64_t fastest = INT64_MAX;
  driver_send(MESSAGE(0x01));
  for (int i = 0; i < 100; i++) {
    int64_t begin = now_us();
    ck_assert_uint_eq(driver_command(MESSAGE(SELECT_PURSE)), SW_OK);
    int64_t took = now_us() - begin;
    if (i >= 50 && took < fastest)
      fastest = took;
  }
  ck_assert_int_lt(fastest, 20000);
}
END_TEST

static void *card_leave(void *context) {
  (void)context;
  vpcd_free(&vpcd);
  return NULL;
}

/* Or else the driver would take the next card for this one. */
START_TEST(leaves_when_the_driver_has_seen_it_go) {
  uint8_t answer[APDU_RESPONSE_MAX];
  pthread_t leaving;
  driver_send(MESSAGE(0x04));
  ck_assert_int_gt(driver_receive(answer), 0);
  ck_assert_int_eq(write(wake[1], "", 1), 1);
  ck_assert_int_eq(pthread_join(card, NULL), 0);
  ck_assert_int_eq(pthread_create(&leaving, NULL, card_leave, NULL), 0);
  ck_assert_int_eq(driver_receive(answer), -1); /* its half of the line is closed */
  driver_send(MESSAGE(0x04));                   /* and what the driver still says is not answered */
  nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  ck_assert_int_eq(pthread_tryjoin_np(leaving, NULL), EBUSY);
  close(driver);
  ck_assert_int_eq(pthread_join(leaving, NULL), 0);
  struct vpcd_settings settings = {.host = VPCD_HOST, .port = port, .wake_fd = wake[0]};
  ck_assert_int_eq(vpcd_new(vcard, &settings, &vpcd), STATUS_OK); /* for teardown: a card is in again */
  ck_assert_int_eq(pthread_create(&card, NULL, card_run, NULL), 0);
  driver = driver_accept(PATIENCE_MS);
  ck_assert_int_ge(driver, 0);
}
END_TEST

START_TEST(unknown_host) {
  struct vpcd *none = NULL;
  struct vpcd_settings settings = {.host = "not a host", .port = VPCD_PORT, .wake_fd = -1};
  ck_assert_int_eq(vpcd_new(vcard, &settings, &none), STATUS_NO_READER);
  ck_assert_ptr_null(none);
}
END_TEST

Suite *vpcd_suite(void) {
  Suite *suite = suite_create("vpcd");
  TCase *tcase = tcase_create("vpcd");
  tcase_set_timeout(tcase, 20);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, atr_says_t1_and_sums_up);
  tcase_add_test(tcase, power_and_commands);
  tcase_add_test(tcase, reset_forgets_the_selection);
  tcase_add_test(tcase, message_in_single_bytes);
  tcase_add_test(tcase, extended_length_is_refused_not_choked_on);
  tcase_add_test(tcase, mute_card_is_pulled_and_comes_back);
  tcase_add_test(tcase, reconnects_when_the_driver_goes);
  tcase_add_test(tcase, two_sends_do_not_wait_for_each_other);
  tcase_add_test(tcase, leaves_when_the_driver_has_seen_it_go);
  tcase_add_test(tcase, unknown_host);
  suite_add_tcase(suite, tcase);
  return suite;
}

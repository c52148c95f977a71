/* SPDX-License-Identifier: Apache-2.0
 * The reader layer against a real pcscd: cards that come and go, and other programs that want the same card. Runs
 * inside with-pcscd, see reader.test. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "epurse/session.h"
#include "epurse/vcard.h"
#include "epurse/vpcd.h"
#include "reader/reader_pcsc.h"
#include "run.h"

#define FIRST    "Virtual PCD 00 00"
#define SECOND   "Virtual PCD 00 01"
#define PATIENCE 60 /* seconds */

/* ---- cards in the slots, each a process ---- */

static void card_serve(unsigned slot) {
  static const uint8_t serial[CHIP_SERIAL_SIZE] = {1}, key[CRYPTO_AES_KEY_SIZE] = {2};
  char path[] = "/tmp/epurse-reader-XXXXXX", file[64], port[8];
  struct vpcd_settings settings = {.host = VPCD_HOST, .port = port, .wake_fd = -1};
  struct vcard *vcard = NULL;
  struct vpcd *vpcd = NULL;
  const char *base = getenv("VPCD_PORT");

  snprintf(port, sizeof port, "%lu", strtoul(base != NULL ? base : VPCD_PORT, NULL, 10) + slot);
  if (mkdtemp(path) != NULL) {
    snprintf(file, sizeof file, "%s/card", path);
    if (vcard_create(file, serial, key) == STATUS_OK && vcard_open(file, &vcard) == STATUS_OK &&
        vpcd_new(vcard, &settings, &vpcd) == STATUS_OK) {
      unlink(file); /* stays until it is closed */
      rmdir(path);
      (void)!vpcd_serve(vpcd);
    }
  }
  _exit(1);
}

static pid_t card_in(unsigned slot) {
  pid_t pid = run_fork();
  if (pid == 0)
    card_serve(slot);
  return pid;
}

/* Pulls it; pcscd has not noticed yet. */
static void card_pull(pid_t card) {
  kill(card, SIGKILL);
  ck_assert_int_eq(waitpid(card, NULL, 0), card);
}

static struct reader *open_reader(const char *spec) {
  struct reader *reader = NULL;
  char problem[512];
  enum status status = reader_open_pcsc(spec, &reader, problem);
  ck_assert_msg(status == STATUS_OK, "%s: %s", status_name(status), problem);
  return reader;
}

/* Pulls it and waits until pcscd has noticed: before that even SCardConnect would succeed. */
static void card_out(const char *name, pid_t card) {
  struct reader *reader = open_reader(name);
  card_pull(card);
  ck_assert_int_eq(reader_wait(reader, false, PATIENCE), STATUS_OK);
  reader_close(&reader);
}

/* Waits until pcscd has noticed one that was put in. */
static void card_seen(const char *name) {
  struct reader *reader = open_reader(name);
  ck_assert_int_eq(reader_wait(reader, true, PATIENCE), STATUS_OK);
  reader_close(&reader);
}

/* A reader with a card that is in, connected; *card is its process. */
static struct reader *open_with_card(pid_t *card) {
  struct reader *reader = open_reader(FIRST);
  *card = card_in(0);
  ck_assert_int_eq(reader_wait(reader, true, PATIENCE), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ((struct pcsc *)reader->context)->patience = 300;
  return reader;
}

static enum status choose(struct reader *reader) {
  struct session session;
  return session_select(&session, reader);
}

/* ---- another program ---- */

enum deed { HOLD_TRANSACTION, RESET_ONCE, STAY_CONNECTED };

struct other {
  pid_t pid;
  int go[2], done[2]; /* pipes: a byte each way */
};

static void other_say(const struct other *other, LONG code) {
  char byte = code == SCARD_S_SUCCESS ? 'y' : 'n';
  (void)!write(other->done[1], &byte, 1);
}

static void other_run(const struct other *other, enum deed deed) {
  static const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00, 0x08, PURSE_AID_BYTES, 0x00};
  uint8_t answer[MAX_BUFFER_SIZE];
  DWORD protocol = 0, len = sizeof answer;
  SCARDCONTEXT context;
  SCARDHANDLE card;
  char byte;

  LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
  if (code == SCARD_S_SUCCESS)
    code = SCardConnect(context, FIRST, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol);
  if (code == SCARD_S_SUCCESS && deed == HOLD_TRANSACTION)
    code = SCardBeginTransaction(card);
  else if (code == SCARD_S_SUCCESS && deed == RESET_ONCE)
    code = SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD, &protocol);
  other_say(other, code);
  (void)!read(other->go[0], &byte, 1);
  if (code == SCARD_S_SUCCESS && deed == HOLD_TRANSACTION)
    code = SCardEndTransaction(card, SCARD_LEAVE_CARD);
  else if (code == SCARD_S_SUCCESS && deed == STAY_CONNECTED)
    code = SCardTransmit(card, SCARD_PCI_T1, select, sizeof select, NULL, answer, &len);
  other_say(other, code);
  _exit(0);
}

static void other_wait(const struct other *other) {
  char byte = 0;
  ck_assert_int_eq(read(other->done[0], &byte, 1), 1);
  ck_assert_int_eq(byte, 'y');
}

/* Returns when it has begun. */
static struct other other_start(enum deed deed) {
  struct other other;
  ck_assert_int_eq(pipe(other.go), 0);
  ck_assert_int_eq(pipe(other.done), 0);
  other.pid = run_fork();
  if (other.pid == 0)
    other_run(&other, deed);
  other_wait(&other);
  return other;
}

/* Lets it end what it does, and checks that this went well. */
static void other_end(const struct other *other) {
  ck_assert_int_eq(write(other->go[1], "g", 1), 1);
  other_wait(other);
  waitpid(other->pid, NULL, 0);
}

/* ---- the tests ---- */

START_TEST(sees_a_card_come_and_go) {
  struct reader *reader = open_reader(FIRST);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_TIMEOUT);
  ck_assert_int_eq(reader_connect(reader), STATUS_NO_CARD);
  pid_t card = card_in(0);
  ck_assert_int_eq(reader_wait(reader, true, PATIENCE), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  ck_assert_int_eq(reader_reset(reader), STATUS_OK);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  card_pull(card);
  ck_assert_int_eq(reader_wait(reader, false, PATIENCE), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_NO_CARD);
  reader_close(&reader);
}
END_TEST

START_TEST(loses_a_card_in_the_middle) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  card_pull(card);
  ck_assert_int_eq(choose(reader), STATUS_CARD_LOST);
  ck_assert_int_eq(reader_wait(reader, false, PATIENCE), STATUS_OK);
  card = card_in(0);
  ck_assert_int_eq(reader_wait(reader, true, PATIENCE), STATUS_OK);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  reader_close(&reader);
  card_out(FIRST, card);
}
END_TEST

/* Nobody looked while it went and another came: it has gone all the same, and the other one has not. */
START_TEST(a_card_that_was_changed_unseen_has_gone) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  reader_disconnect(reader);
  card_out(FIRST, card);
  card = card_in(0);
  card_seen(FIRST);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, true, 0), STATUS_OK);
  ck_assert_int_eq(reader_wait(reader, false, 0), STATUS_TIMEOUT);
  reader_close(&reader);
  card_out(FIRST, card);
}
END_TEST

START_TEST(does_not_wait_for_ever_for_an_answer) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  reader_limit(reader, 1);
  kill(card, SIGSTOP);
  ck_assert_int_eq(choose(reader), STATUS_CARD_SILENT);
  ck_assert_int_eq(choose(reader), STATUS_CARD_LOST);
  ((struct pcsc *)reader->context)->patience = 1000 * PATIENCE;
  reader_limit(reader, PATIENCE);
  kill(card, SIGCONT); /* it answers in the end, and nobody is left to believe it */
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  reader_close(&reader);
  card_out(FIRST, card);
}
END_TEST

START_TEST(does_not_hang_while_another_holds_the_card) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  struct other other = other_start(HOLD_TRANSACTION);
  ck_assert_int_eq(choose(reader), STATUS_READER_BUSY);
  ck_assert_int_eq(reader_connect(reader), STATUS_READER_BUSY);
  other_end(&other);
  ck_assert_int_eq(reader_connect(reader), STATUS_OK);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  reader_close(&reader);
  card_out(FIRST, card);
}
END_TEST

START_TEST(notices_that_another_reset_the_card) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  struct other other = other_start(RESET_ONCE);
  ck_assert_int_eq(choose(reader), STATUS_CARD_RESET);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  other_end(&other);
  reader_close(&reader);
  card_out(FIRST, card);
}
END_TEST

/* Whoever else is connected finds the card as it was when we leave. */
START_TEST(leaves_the_card_as_it_is) {
  pid_t card = 0;
  struct reader *reader = open_with_card(&card);
  struct other other = other_start(STAY_CONNECTED);
  ck_assert_int_eq(choose(reader), STATUS_OK);
  reader_close(&reader);
  other_end(&other);
  card_out(FIRST, card);
}
END_TEST

START_TEST(lists_and_chooses) {
  struct reader_row rows[4];
  struct reader *reader = NULL;
  char problem[512];
  size_t count = 0;
  ck_assert_int_eq(reader_open_pcsc(NULL, &reader, problem), STATUS_NO_CARD); /* two, both empty */
  pid_t second = card_in(1);
  card_seen(SECOND);
  ck_assert_int_eq(reader_list(rows, 4, &count), STATUS_OK);
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(rows[0].name, FIRST);
  ck_assert(!rows[0].card && !rows[0].purse);
  ck_assert_str_eq(rows[1].name, SECOND);
  ck_assert(rows[1].card && rows[1].purse);
  reader = open_reader(NULL); /* the only one with a card */
  ck_assert_str_eq(reader->name, SECOND);
  reader_close(&reader);
  pid_t first = card_in(0);
  card_seen(FIRST);
  ck_assert_int_eq(reader_open_pcsc(NULL, &reader, problem), STATUS_READER_AMBIGUOUS); /* two purses */
  ck_assert_ptr_nonnull(strstr(problem, "#1 \"" SECOND "\" (card)"));
  reader = open_reader("#0");
  ck_assert_str_eq(reader->name, FIRST);
  reader_close(&reader);
  setenv("EPURSE_READER_IGNORE", "00 00", 1);
  reader = open_reader(NULL);
  ck_assert_str_eq(reader->name, SECOND);
  reader_close(&reader);
  unsetenv("EPURSE_READER_IGNORE");
  card_out(FIRST, first);
  card_out(SECOND, second);
}
END_TEST

static Suite *reader_suite(void) {
  Suite *suite = suite_create("reader under pcscd");
  TCase *tc = tcase_create("reader");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, sees_a_card_come_and_go);
  tcase_add_test(tc, loses_a_card_in_the_middle);
  tcase_add_test(tc, a_card_that_was_changed_unseen_has_gone);
  tcase_add_test(tc, does_not_wait_for_ever_for_an_answer);
  tcase_add_test(tc, does_not_hang_while_another_holds_the_card);
  tcase_add_test(tc, notices_that_another_reset_the_card);
  tcase_add_test(tc, leaves_the_card_as_it_is);
  tcase_add_test(tc, lists_and_chooses);
  suite_add_tcase(suite, tc);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {reader_suite};
  return run_suites(suites, 1);
}

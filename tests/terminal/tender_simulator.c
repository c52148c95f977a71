/* SPDX-License-Identifier: Apache-2.0
 * A bank on a line: epurse-tender in each of its modes, and servers that answer rubbish. */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "epurse/tender.h"
#include "suites.h"
#include "tender/line.h"

static const struct amount fifty = {.minor = 5000, .currency = 978};

/* ---- epurse-tender as a process ---- */

struct bank {
  pid_t pid;
  unsigned port;
};

static void bank_exec(char *const arguments[], int out) {
  const char *folder = getenv("top_builddir");
  char path[4096];
  snprintf(path, sizeof path, "%s/epurse-tender", folder != NULL ? folder : ".");
  dup2(out, STDOUT_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
  execv(path, arguments);
  _exit(127);
}

/* Starts it with up to two arguments and reads where it listens. */
static struct bank bank_start(const char *first, const char *second) {
  char name[] = "epurse-tender", one[32], two[32];
  char *arguments[] = {name, first != NULL ? one : NULL, second != NULL ? two : NULL, NULL};
  struct bank bank = {0};
  int out[2];
  snprintf(one, sizeof one, "%s", first != NULL ? first : "");
  snprintf(two, sizeof two, "%s", second != NULL ? second : "");
  ck_assert_int_eq(pipe(out), 0);
  bank.pid = fork();
  if (bank.pid == 0)
    bank_exec(arguments, out[1]);
  close(out[1]);
  FILE *said = fdopen(out[0], "r");
  ck_assert_int_eq(fscanf(said, "listening on 127.0.0.1:%u", &bank.port), 1);
  fclose(said);
  return bank;
}

static void bank_stop(const struct bank *bank) {
  int ended = 0;
  kill(bank->pid, SIGTERM);
  ck_assert_int_eq(waitpid(bank->pid, &ended, 0), bank->pid);
  ck_assert_msg(WIFEXITED(ended) && WEXITSTATUS(ended) == 0, "epurse-tender ended with %04x", (unsigned)ended);
}

static struct tender *line_to(unsigned port, int seconds) {
  struct tender *tender = NULL;
  char spec[64];
  snprintf(spec, sizeof spec, "simulator:127.0.0.1:%u:%d", port, seconds);
  ck_assert_int_eq(tender_open(spec, NULL, &tender), STATUS_OK);
  return tender;
}

static void bank_say(const struct bank *bank, const char *request, const char *expected) {
  struct line_peer peer = {.host = "127.0.0.1", .connect_seconds = 5};
  char answer[LINE_MAX_SIZE];
  snprintf(peer.port, sizeof peer.port, "%u", bank->port);
  ck_assert_int_eq(line_exchange(&peer, request, 60, answer), STATUS_OK);
  ck_assert_msg(strstr(answer, expected) != NULL, "%s does not have %s", answer, expected);
}

static enum tender_outcome charge(struct tender *tender, const char *order) {
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, order, fifty, &result), STATUS_OK);
  return result.outcome;
}

static enum tender_outcome last(struct tender *tender, const char *order) {
  struct tender_result result;
  ck_assert_int_eq(tender->last(tender->context, order, &result), STATUS_OK);
  return result.outcome;
}

static enum tender_outcome reverse(struct tender *tender, const char *order) {
  struct tender_result result;
  ck_assert_int_eq(tender->reverse(tender->context, order, &result), STATUS_OK);
  return result.outcome;
}

START_TEST(charges_and_confirms) {
  struct bank bank = bank_start("--approve", NULL);
  struct tender *tender = line_to(bank.port, 60);
  struct tender_result result;
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_PAID);
  ck_assert_str_eq(result.reference, "SIM-000001");
  ck_assert_str_eq(result.text, "APPROVED");
  ck_assert_int_eq(tender->confirm(tender->context, "R-1"), STATUS_OK);
  ck_assert_int_eq(reverse(tender, "R-1"), TENDER_PAID); /* what is confirmed stands */
  ck_assert_int_eq(tender->confirm(tender->context, "R-2"), STATUS_TENDER_UNKNOWN);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(charges_an_order_once) {
  struct bank bank = bank_start(NULL, NULL);
  struct tender *tender = line_to(bank.port, 60);
  struct tender_result result;
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_PAID);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_PAID);
  tender_close(&tender);
  tender = line_to(bank.port, 60); /* another process after a crash */
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_str_eq(result.reference, "SIM-000001");
  ck_assert_int_eq(tender->authorise(tender->context, "R-2", fifty, &result), STATUS_OK);
  ck_assert_str_eq(result.reference, "SIM-000002");
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(declines) {
  struct bank bank = bank_start("--decline", NULL);
  struct tender *tender = line_to(bank.port, 60);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_DECLINED);
  ck_assert_int_eq(last(tender, "R-1"), TENDER_DECLINED);
  ck_assert_int_eq(reverse(tender, "R-1"), TENDER_DECLINED);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(reverses) {
  struct bank bank = bank_start(NULL, NULL);
  struct tender *tender = line_to(bank.port, 60);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_PAID);
  ck_assert_int_eq(reverse(tender, "R-1"), TENDER_REVERSED);
  ck_assert_int_eq(reverse(tender, "R-1"), TENDER_REVERSED);
  ck_assert_int_eq(last(tender, "R-1"), TENDER_REVERSED);
  ck_assert_int_eq(reverse(tender, "R-9"), TENDER_DECLINED); /* never charged */
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(finds_out_after_a_lost_line) {
  struct bank bank = bank_start("--drop", NULL);
  struct tender *tender = line_to(bank.port, 60);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_UNKNOWN);
  ck_assert_int_eq(last(tender, "R-1"), TENDER_PAID);
  ck_assert_int_eq(reverse(tender, "R-1"), TENDER_REVERSED);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(finds_out_that_nothing_was_charged) {
  struct bank bank = bank_start("--drop-before", NULL);
  struct tender *tender = line_to(bank.port, 60);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_UNKNOWN);
  ck_assert_int_eq(last(tender, "R-1"), TENDER_DECLINED);
  /* Charging the same order again would be right this once; the driver cannot know, and asks. */
  bank_say(&bank, "{\"command\":\"mode\",\"mode\":\"approve\"}", "\"mode\":\"approve\"");
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_DECLINED);
  ck_assert_int_eq(charge(tender, "R-2"), TENDER_PAID);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(waits_for_a_slow_customer) {
  struct bank bank = bank_start("--slow", "1");
  struct tender *tender = line_to(bank.port, 60);
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_PAID);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

/* Slower than the driver's patience: unknown, unknown still while the customer looks for the card, then charged. */
START_TEST(does_not_wait_for_ever) {
  struct bank bank = bank_start("--slow", "4");
  struct tender *tender = line_to(bank.port, 1);
  enum tender_outcome outcome = TENDER_UNKNOWN;

  ck_assert_int_eq(charge(tender, "R-1"), TENDER_UNKNOWN);
  ck_assert_int_eq(last(tender, "R-1"), TENDER_UNKNOWN);
  for (int i = 0; i < 60 && outcome == TENDER_UNKNOWN; i++) {
    sleep(1);
    outcome = last(tender, "R-1");
  }
  ck_assert_int_eq(outcome, TENDER_PAID);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

START_TEST(changes_its_mode) {
  struct bank bank = bank_start(NULL, NULL);
  struct tender *tender = line_to(bank.port, 60);
  bank_say(&bank, "{\"command\":\"mode\",\"mode\":\"decline\",\"slow\":0}", "\"mode\":\"decline\"");
  ck_assert_int_eq(charge(tender, "R-1"), TENDER_DECLINED);
  bank_say(&bank, "{\"command\":\"mode\",\"mode\":\"generous\"}", "\"error\"");
  bank_say(&bank, "{\"command\":\"last\"}", "\"error\"");
  bank_say(&bank, "{\"command\":\"rob\",\"order\":\"R-1\"}", "\"error\"");
  bank_say(&bank, "not JSON at all", "\"error\"");
  ck_assert_int_eq(last(tender, "R-1"), TENDER_DECLINED);
  tender_close(&tender);
  bank_stop(&bank);
}
END_TEST

/* ---- servers that are no bank ---- */

/* A socket on a free port of this machine. */
static int listen_somewhere(unsigned *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

/* A process that answers each line with the same bytes, `times` times. */
static pid_t answer_with(const char *bytes, size_t len, int times, unsigned *port) {
  int fd = listen_somewhere(port);
  char request[LINE_MAX_SIZE];
  ck_assert_int_eq(listen(fd, 4), 0);
  pid_t pid = fork();
  if (pid == 0) {
    alarm(120);
    for (int i = 0; i < times; i++) {
      int till = accept(fd, NULL, NULL);
      if (read(till, request, sizeof request) <= 0 || write(till, bytes, len) < 0)
        _exit(1);
      close(till);
    }
    _exit(0);
  }
  close(fd);
  return pid;
}

static char too_long[LINE_MAX_SIZE + 200];
static const struct {
  const char *bytes;
  size_t len; /* 0: up to its NUL */
} rubbish[] = {
    {"\n", 0},
    {"HTTP/1.1 400 Bad Request\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"1\"}", 0}, /* no line feed */
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"1\"}\n{}\n", 0},
    {"{\"order\":\"R-2\",\"outcome\":\"paid\",\"reference\":\"1\"}\n", 0}, /* another order */
    {"{\"order\":\"R-1\",\"outcome\":\"PAID\",\"reference\":\"1\"}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\"}\n", 0}, /* a charge without a name */
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":7}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"1\",\"more\":1}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"outcome\":\"declined\",\"reference\":\"1\"}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"a\\u000ab\"}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"declined\",\"text\":\"\\u001b[2J\"}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"declined\",\"text\":\"\\u009b2J\"}\n", 0},
    {"{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":"
     "\"1234567890123456789012345678901234567890123456789012345678901234\"}\n",
     0},
    {"\xFF\xFE\x00\x01\n", 5},
    {too_long, sizeof too_long},
};
START_TEST(does_not_believe_rubbish) {
  unsigned port = 0;
  struct tender_result result;
  memset(too_long, ' ', sizeof too_long);
  size_t len = rubbish[_i].len != 0 ? rubbish[_i].len : strlen(rubbish[_i].bytes);
  pid_t pid = answer_with(rubbish[_i].bytes, len, 3, &port);
  struct tender *tender = line_to(port, 60);
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_UNKNOWN);
  ck_assert_str_eq(result.reference, "");
  ck_assert_str_eq(result.text, "");
  ck_assert_int_eq(tender->last(tender->context, "R-1", &result), STATUS_BAD_REPLY);
  ck_assert_int_eq(result.outcome, TENDER_UNKNOWN);
  ck_assert_int_eq(tender->reverse(tender->context, "R-1", &result), STATUS_BAD_REPLY);
  ck_assert_int_eq(result.outcome, TENDER_UNKNOWN);
  tender_close(&tender);
  waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(believes_what_is_right) {
  static const char right[] =
      "{\"order\":\"R-1\",\"outcome\":\"paid\",\"reference\":\"T1/0042\",\"text\":\"Gen\\u00e9hmigt\"}\n";
  unsigned port = 0;
  struct tender_result result;
  pid_t pid = answer_with(right, sizeof right - 1, 1, &port);
  struct tender *tender = line_to(port, 60);
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_OK);
  ck_assert_int_eq(result.outcome, TENDER_PAID);
  ck_assert_str_eq(result.reference, "T1/0042");
  tender_close(&tender);
  waitpid(pid, NULL, 0);
}
END_TEST

/* Nobody listens: nothing was charged, and the same order may be tried again later. */
START_TEST(says_that_nobody_is_there) {
  unsigned port = 0;
  struct tender_result result;
  int nobodys = listen_somewhere(&port); /* bound, and nobody gets a connection there */
  struct tender *tender = line_to(port, 60);
  ck_assert_int_eq(tender->authorise(tender->context, "R-1", fifty, &result), STATUS_NO_TENDER);
  ck_assert_int_eq(result.outcome, TENDER_DECLINED);
  ck_assert_int_eq(tender->last(tender->context, "R-1", &result), STATUS_NO_TENDER);
  ck_assert_int_eq(result.outcome, TENDER_UNKNOWN);
  ck_assert_int_eq(tender->confirm(tender->context, "R-1"), STATUS_NO_TENDER);
  tender_close(&tender);
  close(nobodys);
}
END_TEST

Suite *tender_simulator_suite(void) {
  Suite *suite = suite_create("tender_simulator");
  TCase *tc = tcase_create("tender_simulator");
  tcase_set_timeout(tc, 30);
  tcase_add_test(tc, charges_and_confirms);
  tcase_add_test(tc, charges_an_order_once);
  tcase_add_test(tc, declines);
  tcase_add_test(tc, reverses);
  tcase_add_test(tc, finds_out_after_a_lost_line);
  tcase_add_test(tc, finds_out_that_nothing_was_charged);
  tcase_add_test(tc, waits_for_a_slow_customer);
  tcase_add_test(tc, does_not_wait_for_ever);
  tcase_add_test(tc, changes_its_mode);
  tcase_add_loop_test(tc, does_not_believe_rubbish, 0, (int)(sizeof rubbish / sizeof rubbish[0]));
  tcase_add_test(tc, believes_what_is_right);
  tcase_add_test(tc, says_that_nobody_is_there);
  suite_add_tcase(suite, tc);
  return suite;
}

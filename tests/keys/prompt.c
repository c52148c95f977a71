/* SPDX-License-Identifier: Apache-2.0
 * Tests of the prompt on a pseudo-terminal: nothing typed is shown, and the terminal is left as it was. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "epurse/secret.h"
#include "run.h"
#include "suites.h"

#define CAPACITY 9
#define QUESTION "PIN: "

#define PATIENCE_MS 60000 /* for what the terminal is to show */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static int master, slave;

static void setup(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ck_assert_int_ge(master, 0);
  ck_assert_int_eq(grantpt(master), 0);
  ck_assert_int_eq(unlockpt(master), 0);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC); /* stays open, so that its settings can be asked for */
  ck_assert_int_ge(slave, 0);
}

static void teardown(void) {
  ck_assert_int_eq(close(slave), 0);
  ck_assert_int_eq(close(master), 0);
}

/* A process whose terminal that is asks; its exit code is the status, and 200 where the secret is not `wanted`. */
static pid_t ask(const char *wanted) {
  pid_t child = run_fork();

  ck_assert_int_ge(child, 0);
  if (child == 0) {
    char text[CAPACITY] = "";
    enum status status = STATUS_INTERNAL;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
      (void)signal(signals[i], SIG_DFL); /* not the test framework's */
    (void)setsid();
    (void)ioctl(slave, TIOCSCTTY, 0);
    status = secret_from_prompt(QUESTION, text, sizeof text);
    _exit(status == STATUS_OK && strcmp(text, wanted) != 0 ? 200 : (int)status);
  }
  return child;
}

/* What the terminal shows until it has shown `end`, or nothing more for a while. */
static void shown_until(const char *end, char *shown, size_t capacity) {
  struct pollfd wait = {.fd = master, .events = POLLIN};
  size_t len = 0;

  shown[0] = '\0';
  while (strstr(shown, end) == NULL && len + 1 < capacity && poll(&wait, 1, PATIENCE_MS) > 0) {
    ssize_t got = read(master, shown + len, capacity - 1 - len);
    if (got <= 0)
      return;
    len += (size_t)got;
    shown[len] = '\0';
  }
}

static tcflag_t echo_flag(void) {
  struct termios settings;

  ck_assert_int_eq(tcgetattr(slave, &settings), 0);
  return settings.c_lflag & ECHO;
}

static int exit_of(pid_t child) {
  int how = 0;

  ck_assert_int_eq(waitpid(child, &how, 0), child);
  return WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how);
}

static const struct {
  const char *typed, *secret;
  enum status status;
} typings[] = {{"2468\n", "2468", STATUS_OK},
               {"2468\r", "2468", STATUS_OK},
               {"24\x7F\x7F"
                "13\b57\n",
                "157", STATUS_OK},
               {"9999\x15"
                "2468\n",
                "2468", STATUS_OK},
               {"\x7F\x7F"
                "1\n",
                "1", STATUS_OK},
               {"24\x03", "", STATUS_CANCELLED},
               {"24\x04", "", STATUS_CANCELLED},
               {"\n", "", STATUS_BAD_LENGTH},
               {"123456789\n", "", STATUS_BAD_LENGTH},
               {"12345678901234567\n", "", STATUS_BAD_LENGTH},
               {"123456789\x7F\n", "", STATUS_BAD_LENGTH},
               {"1234567890\x15"
                "2468\n",
                "2468", STATUS_OK},
               {"1234567890\x03", "", STATUS_CANCELLED}};

START_TEST(takes_what_is_typed_and_shows_nothing_of_it) {
  char shown[256];
  pid_t child = ask(typings[_i].secret);

  shown_until(QUESTION, shown, sizeof shown);
  ck_assert_str_eq(shown, QUESTION);
  ck_assert_uint_eq(echo_flag(), 0);
  ck_assert_int_eq(write(master, typings[_i].typed, strlen(typings[_i].typed)), (int)strlen(typings[_i].typed));
  shown_until("\n", shown, sizeof shown);
  ck_assert_str_eq(shown, "\r\n");
  ck_assert_int_eq(exit_of(child), typings[_i].status);
  ck_assert_uint_eq(echo_flag(), ECHO);
}
END_TEST

START_TEST(leaves_the_terminal_as_it_was_when_it_is_killed) {
  char shown[256];
  pid_t child = ask("");

  shown_until(QUESTION, shown, sizeof shown);
  ck_assert_uint_eq(echo_flag(), 0);
  ck_assert_int_eq(kill(child, signals[_i]), 0);
  shown_until("\n", shown, sizeof shown);
  ck_assert_int_eq(exit_of(child), -signals[_i]); /* the signal was only held back */
  ck_assert_uint_eq(echo_flag(), ECHO);
}
END_TEST

START_TEST(asks_nobody_where_there_is_no_terminal) {
  pid_t child = run_fork();

  ck_assert_int_ge(child, 0);
  if (child == 0) {
    char text[CAPACITY];
    (void)setsid();
    _exit((int)secret_from_prompt(QUESTION, text, sizeof text));
  }
  ck_assert_int_eq(exit_of(child), STATUS_USAGE);
}
END_TEST

/* The shell's "&": it would be stopped by the terminal, and what a person types next is the shell's. */
START_TEST(asks_nobody_from_the_background) {
  pid_t child = run_fork();
  int how = 0;

  ck_assert_int_ge(child, 0);
  if (child == 0) {
    (void)setsid();
    (void)ioctl(slave, TIOCSCTTY, 0);
    pid_t job = run_fork();
    if (job == 0) {
      char text[CAPACITY];
      (void)setpgid(0, 0);
      _exit((int)secret_from_prompt(QUESTION, text, sizeof text));
    }
    if (waitpid(job, &how, WUNTRACED) == job && WIFSTOPPED(how))
      (void)kill(job, SIGKILL);
    _exit(WIFEXITED(how) ? WEXITSTATUS(how) : 201);
  }
  ck_assert_int_eq(exit_of(child), STATUS_USAGE);
}
END_TEST

Suite *prompt_suite(void) {
  Suite *suite = suite_create("prompt");
  TCase *tests = tcase_create("prompt");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 30);
  tcase_add_loop_test(tests, takes_what_is_typed_and_shows_nothing_of_it, 0, sizeof typings / sizeof typings[0]);
  tcase_add_loop_test(tests, leaves_the_terminal_as_it_was_when_it_is_killed, 0, sizeof signals / sizeof signals[0]);
  tcase_add_test(tests, asks_nobody_where_there_is_no_terminal);
  tcase_add_test(tests, asks_nobody_from_the_background);
  suite_add_tcase(suite, tests);
  return suite;
}

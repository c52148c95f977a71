/* SPDX-License-Identifier: Apache-2.0
 * The line to the server: what is believed, and what each wrong answer is called. */
#include "epurse/backend.h"

#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answerer.h"
#include "epurse/x509.h"
#include "place.h"
#include "suites.h"

static struct place place;
static struct answerer answerer;
static int64_t sequence;
static unsigned patience; /* seconds for a request */

static void set_up(void) {
  signal(SIGPIPE, SIG_IGN);
  place_make(&place, ROLE_POS, "https://127.0.0.1:1");
  memset(&answerer, 0, sizeof answerer);
  sequence = 0;
  patience = 60; /* whatever else this machine does; a second where it is to end in vain */
}

static void tear_down(void) {
  place_remove(&place);
}

static enum status next_seq(void *context, int64_t *seq) {
  int64_t *last = context;
  *seq = ++*last;
  return STATUS_OK;
}

static struct backend *open_backend_of_two(const char *url, const struct key *next) {
  char root[256], certificate[256], private_key[256];
  struct backend *backend = NULL;
  place_path(&place, "root.crt", root);
  place_path(&place, "tls.crt", certificate);
  place_path(&place, "sig.key", private_key);
  const struct backend_options options = {.url = url,
                                          .root_certificate = root,
                                          .certificate = certificate,
                                          .private_key = private_key,
                                          .sig = place.sig,
                                          .tid = "POS00001",
                                          .server_public = key_public(place.server),
                                          .server_next_public = next != NULL ? key_public(next) : NULL,
                                          .timeout_seconds = patience,
                                          .next_seq = next_seq,
                                          .next_seq_context = &sequence};
  ck_assert_int_eq(backend_open(&options, &backend), STATUS_OK);
  return backend;
}

static struct backend *open_backend(const char *url) {
  return open_backend_of_two(url, NULL);
}

static json_t *question(void) {
  static const uint8_t record[PIN_RECORD_SIZE] = {0xDF, 0x63, 0x25};
  return pin_failure_body(record);
}

static enum status ask(struct backend *backend, enum status *word) {
  struct message reply;
  enum status status = backend_call(backend, MESSAGE_PIN_FAILURE, question(), &reply);
  *word = STATUS_INTERNAL;
  if (status == STATUS_OK) {
    *word = reply.status;
    ck_assert_int_eq(reply.type, MESSAGE_PIN_FAILURE);
    ck_assert_int_eq(reply.seq, sequence);
    ck_assert_str_eq(reply.tid, "POS00001");
    message_clear(&reply);
  }
  return status;
}

START_TEST(good_reply_is_believed) {
  enum status word;
  answerer_start(&answerer, &place, ANSWER_GOOD);
  struct backend *backend = open_backend(answerer.url);
  for (int i = 1; i <= 3; i++) {
    ck_assert_int_eq(ask(backend, &word), STATUS_OK);
    ck_assert_int_eq(word, STATUS_OK);
    ck_assert_int_eq(sequence, i);
  }
  backend_close(&backend);
  ck_assert_ptr_null(backend);
  answerer_stop(&answerer);
  ck_assert_uint_eq(answerer.requests, 3);
  ck_assert_uint_eq(answerer.connections, 1); /* a handshake costs more than a payment */
}
END_TEST

/* While the server's key is rolled, tills of both ages are answered: whoever knows the newer key believes either. */
START_TEST(newer_key_is_believed_where_it_is_known) {
  static const struct {
    enum answerer_way way;
    bool knows;
    enum status status;
  } rows[] = {{ANSWER_NEXT_KEY, false, STATUS_BAD_REPLY},
              {ANSWER_NEXT_KEY, true, STATUS_OK},
              {ANSWER_GOOD, true, STATUS_OK},
              {ANSWER_OTHER_KEY, true, STATUS_BAD_REPLY}};
  enum status word;
  answerer_start(&answerer, &place, rows[_i].way);
  struct backend *backend = open_backend_of_two(answerer.url, rows[_i].knows ? place.server_pin : NULL);
  ck_assert_int_eq(ask(backend, &word), rows[_i].status);
  backend_close(&backend);
  answerer_stop(&answerer);
}
END_TEST

START_TEST(signed_refusal_is_the_servers_word) {
  enum status word;
  answerer_start(&answerer, &place, ANSWER_REFUSAL);
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_OK);
  ck_assert_int_eq(word, STATUS_CARD_BLOCKED);
  backend_close(&backend);
  answerer_stop(&answerer);
}
END_TEST

START_TEST(wrong_answer_has_a_name) {
  static const struct {
    enum answerer_way way;
    enum status status;
  } rows[] = {{ANSWER_OTHER_SEQ, STATUS_BAD_REPLY},   {ANSWER_OTHER_TYPE, STATUS_BAD_REPLY},
              {ANSWER_OTHER_TID, STATUS_BAD_REPLY},   {ANSWER_OTHER_KEY, STATUS_BAD_REPLY},
              {ANSWER_OLD, STATUS_CLOCK_OFF},         {ANSWER_FUTURE, STATUS_CLOCK_OFF},
              {ANSWER_PLAIN, STATUS_BAD_REPLY},       {ANSWER_GARBAGE, STATUS_BAD_REPLY},
              {ANSWER_LONG, STATUS_BAD_REPLY},        {ANSWER_NO_HTTP, STATUS_BAD_REPLY},
              {ANSWER_REDIRECT, STATUS_BAD_REPLY},    {ANSWER_PROBLEM, STATUS_NOT_PERMITTED},
              {ANSWER_PROBLEM_OK, STATUS_BAD_REPLY},  {ANSWER_PROBLEM_CLAIM, STATUS_BAD_REPLY},
              {ANSWER_PROBLEM_ODD, STATUS_BAD_REPLY}, {ANSWER_NOTHING, STATUS_NO_SERVER},
              {ANSWER_LATE, STATUS_NO_SERVER}};
  enum status word;
  answerer_start(&answerer, &place, rows[_i].way);
  patience = rows[_i].way == ANSWER_LATE ? 1 : patience;
  struct backend *backend = open_backend(answerer.url);
  enum status status = ask(backend, &word);
  ck_assert_msg(status == rows[_i].status, "%s instead of %s", status_name(status), status_name(rows[_i].status));
  ck_assert(backend_in_doubt(backend) == (status != STATUS_NOT_PERMITTED)); /* that alone is a refusal */
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_uint_ge(answerer.requests, 1);
}
END_TEST

/* The kept line breaks behind a question, which libcurl then sends again by itself: what the server says of the second
 * one is no refusal of the first. */
START_TEST(lost_answer_is_no_refusal) {
  enum status word;
  answerer_start(&answerer, &place, ANSWER_LOST);
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_OK);
  ck_assert_int_eq(ask(backend, &word), STATUS_REPLAYED);
  ck_assert(backend_in_doubt(backend));
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_uint_eq(answerer.requests, 3);
  ck_assert_uint_eq(answerer.connections, 2);
}
END_TEST

static void count_waiting(void *context) {
  ++*(unsigned *)context;
}

/* A busy server is asked again when it says, with the same message, and people are told once; not where that is too
 * late. */
START_TEST(busy_server_is_waited_for) {
  static const struct {
    enum answerer_way way;
    long patience;
    enum status status;
    unsigned requests, said;
  } rows[] = {{ANSWER_BUSY, 60, STATUS_OK, 3, 1},
              {ANSWER_BUSY, 0, STATUS_TOO_MANY_REQUESTS, 1, 0},
              {ANSWER_BUSY_LONG, 60, STATUS_OVERLOADED, 1, 0},
              {ANSWER_BUSY_SILENT, 60, STATUS_TOO_MANY_REQUESTS, 1, 0}};
  enum status word;
  unsigned said = 0;
  answerer_start(&answerer, &place, rows[_i].way);
  struct backend *backend = open_backend(answerer.url);
  backend_patience(backend, rows[_i].patience, count_waiting, &said);
  ck_assert_int_eq(ask(backend, &word), rows[_i].status);
  ck_assert_int_eq(sequence, 1);
  ck_assert_uint_eq(said, rows[_i].said);
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_uint_eq(answerer.requests, rows[_i].requests);
}
END_TEST

/* What keeps a server busy is given more time than other requests; the next ones have it too. */
START_TEST(slow_server_is_waited_for_where_it_may_be) {
  enum status word;
  answerer_start(&answerer, &place, ANSWER_SLOW);
  patience = 1;
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_NO_SERVER);
  backend_close(&backend);
  backend = open_backend(answerer.url);
  backend_wait(backend, 60);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(ask(backend, &word), STATUS_OK);
  backend_close(&backend);
  answerer_stop(&answerer);
}
END_TEST

START_TEST(nobody_listens) {
  enum status word;
  answerer_start(&answerer, &place, ANSWER_GOOD);
  struct backend *backend = open_backend(answerer.url);
  answerer_stop(&answerer);
  ck_assert_int_eq(ask(backend, &word), STATUS_NO_SERVER);
  ck_assert_int_eq(ask(backend, &word), STATUS_NO_SERVER);
  ck_assert(!backend_in_doubt(backend));
  backend_close(&backend);
}
END_TEST

#define SILENT_SECONDS 300

/* In place of the system's: a name service that stays silent for longer than anybody waits, and one that knows
 * nothing. */
int getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found) {
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
  *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo"); /* POSIX, dlsym */
  if (strcmp(node, "unknown.invalid") == 0)
    return EAI_NONAME;
  if (strcmp(node, "silent.invalid") == 0)
    sleep(SILENT_SECONDS);
  return real(node, service, hints, found);
}

/* The time for a request holds for the look-up of the name as well, also at the end; and each has a sentence of its
 * own. */
START_TEST(name_is_not_found) {
  static const char *const rows[][2] = {{"https://silent.invalid:1", "did not answer in time"},
                                        {"https://unknown.invalid:1", "no address is known"}};
  enum status word;
  struct backend_probe probe;
  time_t begin = time(NULL);
  patience = 1;
  struct backend *backend = open_backend(rows[_i][0]);
  ck_assert_int_eq(ask(backend, &word), STATUS_NO_SERVER);
  ck_assert_msg(strstr(backend_trouble(backend, STATUS_NO_SERVER), rows[_i][1]) != NULL, "%s",
                backend_trouble(backend, STATUS_NO_SERVER));
  ck_assert(!backend_in_doubt(backend));
  ck_assert_int_eq(backend_look(backend, &probe), STATUS_NO_SERVER);
  ck_assert_msg(strstr(probe.cause, rows[_i][1]) != NULL, "%s", probe.cause);
  backend_close(&backend);
  ck_assert_int_lt(time(NULL) - begin, SILENT_SECONDS / 2); /* nor when it is closed */
}
END_TEST

/* A server certificate for another host, and one of another issuer. */
START_TEST(server_must_be_the_issuers) {
  struct place other;
  char ca[256], path[256];
  enum status word;
  place_make(&other, ROLE_POS, "https://127.0.0.1:1");
  const struct x509_request request = {.kind = X509_SERVER,
                                       .common_name = "server",
                                       .hosts = _i == 0 ? "purse.example" : "127.0.0.1",
                                       .public_key = key_public(place.tls),
                                       .not_after = (int64_t)time(NULL) + 86400};
  place_path(_i == 0 ? &place : &other, "root.crt", ca);
  place_path(&place, "strange.crt", path);
  ck_assert_int_eq(x509_issue(&request, _i == 0 ? place.master : other.master, ca, path), STATUS_OK);
  answerer.tls = place.tls;
  answerer.certificate = "strange.crt";
  answerer_start(&answerer, &place, ANSWER_GOOD);
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_BAD_CERTIFICATE);
  ck_assert(!backend_in_doubt(backend));
  const char *trouble = backend_trouble(backend, STATUS_BAD_CERTIFICATE); /* which server, and why */
  ck_assert_msg(strncmp(trouble, answerer.url, strlen(answerer.url)) == 0 && strlen(trouble) > strlen(answerer.url) + 2,
                "%s", trouble);
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_uint_eq(answerer.requests, 0);
  place_remove(&other);
}
END_TEST

/* The server knows another root and breaks the handshake off. */
START_TEST(terminal_must_be_the_issuers) {
  struct place other;
  char mine[256], theirs[256];
  enum status word;
  place_make(&other, ROLE_POS, "https://127.0.0.1:1");
  const struct x509_request request = {.kind = X509_SERVER,
                                       .common_name = "server",
                                       .hosts = "127.0.0.1",
                                       .public_key = key_public(other.tls),
                                       .not_after = (int64_t)time(NULL) + 86400};
  place_path(&place, "root.crt", mine);
  place_path(&other, "strange.crt", theirs);
  ck_assert_int_eq(x509_issue(&request, place.master, mine, theirs), STATUS_OK);
  answerer.tls = other.tls;
  answerer.certificate = "strange.crt"; /* it shows a good certificate, but believes the other root alone */
  answerer_start(&answerer, &other, ANSWER_GOOD);
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_TERMINAL_REVOKED);
  ck_assert(!backend_in_doubt(backend));
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_uint_eq(answerer.requests, 0);
  place_remove(&other);
}
END_TEST

/* A proxy in the environment would see every message of a shop, a key log file would let others read them. */
START_TEST(environment_is_not_asked) {
  enum status word;
  char log[256];
  place_path(&place, "keys.log", log);
  ck_assert_int_eq(setenv("SSLKEYLOGFILE", log, 1), 0);
  ck_assert_int_eq(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
  ck_assert_int_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
  answerer_start(&answerer, &place, ANSWER_GOOD);
  struct backend *backend = open_backend(answerer.url);
  ck_assert_int_eq(ask(backend, &word), STATUS_OK);
  backend_close(&backend);
  answerer_stop(&answerer);
  ck_assert_int_ne(access(log, F_OK), 0);
}
END_TEST

START_TEST(bad_address_is_refused) {
  static const char *const urls[] = {"http://127.0.0.1:8443", "https://",   "https://host/path",
                                     "https://user@host",     "ftp://host", ""};
  struct backend *backend = NULL;
  const struct backend_options options = {.url = urls[_i],
                                          .root_certificate = "root.crt",
                                          .certificate = "tls.crt",
                                          .private_key = "sig.key",
                                          .sig = place.sig,
                                          .tid = "POS00001",
                                          .server_public = key_public(place.server),
                                          .timeout_seconds = 1,
                                          .next_seq = next_seq,
                                          .next_seq_context = &sequence};
  ck_assert_int_eq(backend_open(&options, &backend), STATUS_BAD_CONFIG);
  ck_assert_ptr_null(backend);
}
END_TEST

Suite *backend_suite(void) {
  Suite *suite = suite_create("backend");
  TCase *tests = tcase_create("backend");
  tcase_set_timeout(tests, 2 * SILENT_SECONDS);
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, good_reply_is_believed);
  tcase_add_loop_test(tests, newer_key_is_believed_where_it_is_known, 0, 4);
  tcase_add_test(tests, signed_refusal_is_the_servers_word);
  tcase_add_loop_test(tests, wrong_answer_has_a_name, 0, 17);
  tcase_add_test(tests, lost_answer_is_no_refusal);
  tcase_add_loop_test(tests, busy_server_is_waited_for, 0, 4);
  tcase_add_test(tests, slow_server_is_waited_for_where_it_may_be);
  tcase_add_test(tests, nobody_listens);
  tcase_add_loop_test(tests, name_is_not_found, 0, 2);
  tcase_add_loop_test(tests, server_must_be_the_issuers, 0, 2);
  tcase_add_test(tests, terminal_must_be_the_issuers);
  tcase_add_test(tests, environment_is_not_asked);
  tcase_add_loop_test(tests, bad_address_is_refused, 0, 6);
  suite_add_tcase(suite, tests);
  return suite;
}

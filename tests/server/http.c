/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/http.c and exchange.c over real connections: what is a request, and what is not. */
#include "http/http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "line.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

/* Head and body go out apart: without TCP_NODELAY each answer waits 40 ms for an acknowledgement, once the kernel has
 * stopped acknowledging each segment of a new connection at once. The fastest tells, however busy the machine is. */
START_TEST(kept_connection_answers_at_once) {
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  long fastest = PATIENCE_MS;
  for (int i = 0; i < 80; i++) {
    long begin = now_ms();
    ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
    long took = now_ms() - begin;
    if (i >= 40 && took < fastest)
      fastest = took;
  }
  ck_assert_int_lt(fastest, 20);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(problems_come_as_problems) {
  static const struct {
    const char *request;
    int http;
    const char *wanted;
  } rows[] = {
      {"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "\"code\":\"NOT_FOUND\""},
      {"PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405, "Allow: GET\r\n"},
      {"GET /v1/purchases HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "Allow: POST\r\n"},
      {"POST /v1/purchases HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", 415, "UNSUPPORTED_TYPE"},
      {POST "Content-Length: 3\r\n\r\na.b", 400, "\"code\":\"BAD_FORMAT\""},
  };
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) { /* all on one connection */
    ck_assert_int_eq(line_ask(&line, rows[i].request, text, sizeof text), rows[i].http);
    ck_assert_ptr_nonnull(strstr(text, "Content-Type: application/problem+json\r\n"));
    ck_assert_msg(strstr(text, rows[i].wanted) != NULL, "no %s in %s", rows[i].wanted, text);
  }
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* What comes in one piece is answered one by one. */
START_TEST(requests_in_a_row_are_answered_in_order) {
  struct running running;
  struct line line;
  char text[4096] = "";

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  ck_assert(line_send(&line, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n" HEALTHZ));
  size_t len = 0;
  while (strstr(text, "{\"status\":\"ok\"}") == NULL) {
    int got = SSL_read(line.tls, text + len, (int)(sizeof text - 1 - len));
    ck_assert_int_gt(got, 0);
    len += (size_t)got;
    text[len] = '\0';
  }
  ck_assert_ptr_nonnull(strstr(text, "NOT_FOUND"));
  ck_assert(strstr(text, "NOT_FOUND") < strstr(text, "{\"status\":\"ok\"}"));
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void patient(struct configuration *configuration) {
  configuration->request_seconds = 60;
  configuration->idle_seconds = 60;
}

static void send_in_records(struct line *line, const char *text, size_t record) {
  for (size_t len = strlen(text), at = 0; at < len; at += record) {
    int size = (int)(len - at < record ? len - at : record);
    ck_assert_int_eq(SSL_write(line->tls, text + at, size), size);
  }
}

/* Waits for two refusals and then the answer of healthz. */
static void assert_three_replies(struct line *line, size_t record) {
  char text[4096] = "";
  size_t len = 0;

  while (strstr(text, "{\"status\":\"ok\"}") == NULL) {
    int got = SSL_read(line->tls, text + len, (int)(sizeof text - 1 - len));
    ck_assert_msg(got > 0, "records of %zu: nothing more after %s", record, text);
    len += (size_t)got;
    text[len] = '\0';
  }
  const char *first = strstr(text, "HTTP/1.1 4"); /* 400, or 413 for a large one */
  ck_assert_ptr_nonnull(first);
  ck_assert_msg(strstr(first + 1, "HTTP/1.1 4") != NULL, "records of %zu: %s", record, text);
}

/* Two requests with a body and one without, the first body of so many bytes. */
static void three_requests(char *text, size_t capacity, int body) {
  ck_assert_int_lt(snprintf(text, capacity,
                            POST "Content-Length: %d\r\n\r\n%0*d" POST "Content-Length: 3\r\n\r\na.b" HEALTHZ, body,
                            body, 0),
                   (int)capacity);
}

/* Once the last record has come the socket is silent: what lies opened in the TLS object, and not yet in the hands of
 * evhttp, would stay there. However requests lie in records, each is answered without another byte from the client. */
START_TEST(records_need_not_be_requests) {
  static const size_t records[] = {1, 7, 150, 1000, 4095, 4096, 4097, 8192, 16000, 16384};
  static const int bodies[] = {3, 4000, 9000, 16000};
  struct running running;
  struct line line;
  char text[20480];

  running_start_as(&running, patient);
  line_open_as(&line, &running, POS);
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
    three_requests(text, sizeof text, bodies[i]);
    for (size_t k = 0; k < sizeof records / sizeof records[0]; k++) {
      send_in_records(&line, text, records[k]);
      assert_three_replies(&line, records[k]);
    }
  }
  ck_assert_int_eq(SSL_key_update(line.tls, SSL_KEY_UPDATE_REQUESTED), 1); /* a record that is none of HTTP's */
  send_in_records(&line, text, 16384);
  assert_three_replies(&line, 16384);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* All that is in the socket when the handshake ends, in one segment with its last message. */
START_TEST(request_may_come_with_the_handshake) {
  struct running running;
  struct line line;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char text[20480];
  int off = 0;

  running_start_as(&running, patient);
  options.corked = true;
  ck_assert(line_open(&line, running.port, &options));
  three_requests(text, sizeof text, 9000);
  send_in_records(&line, text, 4097);
  ck_assert_int_eq(setsockopt(line.socket, IPPROTO_TCP, TCP_CORK, &off, sizeof off), 0);
  assert_three_replies(&line, 4097);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* A NUL ends a C string, and hides what follows from who reads one. */
START_TEST(nul_is_refused) {
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Thing: a\0b\r\n\r\n";
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, running_short_requests);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(SSL_write(line.tls, request, sizeof request - 1), sizeof request - 1);
  int http = line_receive(&line, text, sizeof text);
  ck_assert_msg(http == 400 || http == 0, "%d", http);
  ck_assert_ptr_null(strstr(text, "{\"status\":\"ok\"}"));
  line_close(&line);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(oversize_bodies_are_413) {
  struct running running;
  struct line line;
  char text[4096], request[20480 + 256];

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  int head = snprintf(request, sizeof request, POST "Content-Length: 20480\r\n\r\n");
  memset(request + head, 'a', 20480);
  request[head + 20480] = '\0';
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 413);
  ck_assert_ptr_nonnull(strstr(text, "BODY_TOO_LARGE"));
  line_close(&line);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, POST "Content-Length: 10000000\r\n\r\n", text, sizeof text), 413); /* unread */
  line_close(&line);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* Whatever two readers could read as two different requests is refused, and the connection is not used again. */
START_TEST(ambiguous_requests_are_refused) {
  static const char *const requests[] = {
      POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\na.b.c",
      POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\na.b",
      POST "Content-Length: +3\r\n\r\na.b",
      POST "Transfer-Encoding: chunked\r\n\r\n3\r\na.b\r\n0\r\n\r\n",
      POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na.b\r\n0\r\n\r\n",
      POST "Host: elsewhere\r\nContent-Length: 3\r\n\r\na.b",
      "GET /healthz HTTP/1.1\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Thing : 1\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Thing: a\001b\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX(Thing): 1\r\n\r\n",
      "GET /heal\x01thz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "NONSENSE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "\x16\x03\x01\r\n\r\n",
  };
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, running_short_requests);
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    line_open_as(&line, &running, POS);
    ck_assert(line_send(&line, requests[i]));
    int http = line_receive(&line, text, sizeof text);
    ck_assert_msg(http == 400 || http == 501 || http == 0, "request %zu: %d", i, http);
    line_send(&line, HEALTHZ);
    ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
    line_close(&line);
  }
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(long_heads_are_refused) {
  struct running running;
  struct line line;
  char text[4096];
  char *request = calloc(1, 20100);

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  int head = snprintf(request, 20100, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ");
  memset(request + head, 'x', 20000 - (size_t)head);
  snprintf(request + 20000, 100, "\r\n\r\n");
  line_send(&line, request);
  int http = line_receive(&line, text, sizeof text);
  ck_assert_msg(http == 400 || http == 413 || http == 0, "%d", http);
  line_close(&line);
  free(request);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(message_passes_through_https) {
  struct running running;
  struct line line;
  struct station admin;
  struct answer answer;
  static char text[MESSAGE_MAX + 1024], request[MESSAGE_MAX + 1024];

  running_start_as(&running, NULL);
  station_open(&admin, world_folder(), ADMIN);
  char *jws = station_message(&admin, MESSAGE_LEDGER_CHECK, json_object(), (int64_t)time(NULL));
  snprintf(request, sizeof request,
           "POST /v1/ledger-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"
           "Content-Length: %zu\r\n\r\n%s",
           strlen(jws), jws);
  line_open_as(&line, &running, ADMIN);
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 200);
  station_read(&admin, MESSAGE_LEDGER_CHECK, 200, MESSAGE_MEDIA_TYPE, strstr(text, "\r\n\r\n") + 4, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  line_close(&line);
  line_open_as(&line, &running, POS); /* the same bytes over another terminal's connection */
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 401);
  line_close(&line);
  station_close(&admin);
  free(jws);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

Suite *http_suite(void) {
  Suite *suite = suite_create("http");
  TCase *all = world_case("http");

  tcase_add_test(all, kept_connection_answers_at_once);
  tcase_add_test(all, problems_come_as_problems);
  tcase_add_test(all, requests_in_a_row_are_answered_in_order);
  tcase_add_test(all, records_need_not_be_requests);
  tcase_add_test(all, request_may_come_with_the_handshake);
  tcase_add_test(all, nul_is_refused);
  tcase_add_test(all, oversize_bodies_are_413);
  tcase_add_test(all, ambiguous_requests_are_refused);
  tcase_add_test(all, long_heads_are_refused);
  tcase_add_test(all, message_passes_through_https);
  suite_add_tcase(suite, all);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/http.c, connection.c, exchange.c, tls.c and server.c over real connections. */
#include "http/http.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "suites.h"
#include "world.h"

#define STRANGERS 2000
#define HEALTHZ   "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST      "POST /v1/purchases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"

static void pause_ms(long milliseconds) {
  nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}, NULL);
}

/* Milliseconds that an event is waited for: only a server that never does it lets them pass. */
#define PATIENCE_MS 60000

static long now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void open_as(struct line *line, const struct running *running, const char *tid) {
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), tid, &room);

  ck_assert(line_open(line, running->port, &options));
}

/* What is not finished is cut soon; a handshake may take as long as the machine needs. */
static void short_requests(struct configuration *configuration) {
  configuration->request_seconds = 1;
  configuration->idle_seconds = 2;
}

static void short_handshakes(struct configuration *configuration) {
  configuration->handshake_seconds = 1;
}

static void start(struct running *running, running_tweak *tweak) {
  running_tweak *tweaks[] = {tweak};

  running_start(running, running_server, tweak == NULL ? NULL : (const void *)tweaks);
}

/* A fresh connection that was answered. A machine that is slower than the server's deadlines gets another try. */
static void open_and_ask(struct line *line, const struct running *running) {
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char text[4096];

  for (int i = 0; i < 20; i++) {
    if (line_open(line, running->port, &options) && line_send(line, HEALTHZ) &&
        line_receive(line, text, sizeof text) == 200)
      return;
    line_close(line);
  }
  ck_abort_msg("none of 20 connections was answered");
}

/* That the server still serves. */
static void assert_alive(const struct running *running) {
  struct line line;

  open_and_ask(&line, running);
  line_close(&line);
}

START_TEST(certified_terminal_is_served) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, NULL);
  open_as(&line, &running, POS);
  ck_assert_str_eq(SSL_get_version(line.tls), "TLSv1.3");
  ck_assert_str_eq(SSL_get_cipher_name(line.tls), "TLS_AES_128_GCM_SHA256");
  ck_assert_int_eq(SSL_get_negotiated_group(line.tls), NID_X25519);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "{\"status\":\"ok\"}"));
  ck_assert_ptr_nonnull(strstr(text, "Cache-Control: no-store"));
  ck_assert_int_eq(line.tickets, 0);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* Head and body go out apart: without TCP_NODELAY each answer waits 40 ms for an acknowledgement, once the kernel has
 * stopped acknowledging each segment of a new connection at once. The fastest tells, however busy the machine is. */
START_TEST(kept_connection_answers_at_once) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, NULL);
  open_as(&line, &running, POS);
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

/* In TLS 1.3 a client learns of its refusal with the first byte that it reads. */
static void assert_handshake_refused(const struct running *running, const struct line_options *options) {
  struct line line;
  char text[4096];

  if (line_open(&line, running->port, options)) {
    line_send(&line, HEALTHZ);
    ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
  }
  line_close(&line);
}

START_TEST(without_certificate_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);

  start(&running, NULL);
  options.certificate = NULL;
  assert_handshake_refused(&running, &options);
  assert_handshake_refused(&running, &options);
  static char text[32768];
  struct line line;
  open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_handshake_failures_total 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_handshakes_total 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_connections 1\n"));
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(self_signed_certificate_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char certificate[160], key[160];

  house_make_rogue(world_folder(), POS);
  snprintf(certificate, sizeof certificate, "%s/rogue.crt", world_folder());
  snprintf(key, sizeof key, "%s/rogue.key", world_folder());
  options.certificate = certificate;
  options.key = key;
  start(&running, NULL);
  assert_handshake_refused(&running, &options);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(older_tls_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line line;
  struct line_options options = line_options_of(world_folder(), POS, &room);

  start(&running, NULL);
  options.max_version = TLS1_2_VERSION;
  ck_assert(!line_open(&line, running.port, &options));
  line_close(&line);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(http_without_tls_gets_nothing) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, NULL);
  line_connect(&line, running.port);
  ck_assert(line_send(&line, HEALTHZ));
  ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
  ck_assert_ptr_null(strstr(text, "HTTP"));
  line_close(&line);
  assert_alive(&running);
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

  start(&running, NULL);
  open_as(&line, &running, POS);
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

  start(&running, NULL);
  open_as(&line, &running, POS);
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

  start(&running, patient);
  open_as(&line, &running, POS);
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

  start(&running, patient);
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

  start(&running, short_requests);
  open_as(&line, &running, POS);
  ck_assert_int_eq(SSL_write(line.tls, request, sizeof request - 1), sizeof request - 1);
  int http = line_receive(&line, text, sizeof text);
  ck_assert_msg(http == 400 || http == 0, "%d", http);
  ck_assert_ptr_null(strstr(text, "{\"status\":\"ok\"}"));
  line_close(&line);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(oversize_bodies_are_413) {
  struct running running;
  struct line line;
  char text[4096], request[20480 + 256];

  start(&running, NULL);
  open_as(&line, &running, POS);
  int head = snprintf(request, sizeof request, POST "Content-Length: 20480\r\n\r\n");
  memset(request + head, 'a', 20480);
  request[head + 20480] = '\0';
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 413);
  ck_assert_ptr_nonnull(strstr(text, "BODY_TOO_LARGE"));
  line_close(&line);
  open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, POST "Content-Length: 10000000\r\n\r\n", text, sizeof text), 413); /* unread */
  line_close(&line);
  assert_alive(&running);
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

  start(&running, short_requests);
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    open_as(&line, &running, POS);
    ck_assert(line_send(&line, requests[i]));
    int http = line_receive(&line, text, sizeof text);
    ck_assert_msg(http == 400 || http == 501 || http == 0, "request %zu: %d", i, http);
    line_send(&line, HEALTHZ);
    ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
    line_close(&line);
  }
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(long_heads_are_refused) {
  struct running running;
  struct line line;
  char text[4096];
  char *request = calloc(1, 20100);

  start(&running, NULL);
  open_as(&line, &running, POS);
  int head = snprintf(request, 20100, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ");
  memset(request + head, 'x', 20000 - (size_t)head);
  snprintf(request + 20000, 100, "\r\n\r\n");
  line_send(&line, request);
  int http = line_receive(&line, text, sizeof text);
  ck_assert_msg(http == 400 || http == 413 || http == 0, "%d", http);
  line_close(&line);
  free(request);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* A byte now and then keeps no connection: the deadline is absolute. */
static void assert_drip_is_cut(const struct running *running, const char *begin) {
  struct line line;
  char text[4096];
  long started = 0;
  bool open = true;

  open_as(&line, running, POS);
  started = now_ms();
  ck_assert(line_send(&line, begin));
  while (open && now_ms() - started < PATIENCE_MS) {
    pause_ms(100);
    open = line_send(&line, "x") && !line_closes(&line, 0);
  }
  ck_assert(!open);
  ck_assert_int_ge(now_ms() - started, 800); /* and not at once */
  ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
  line_close(&line);
}

START_TEST(slow_clients_are_cut) {
  struct running running;

  start(&running, short_requests);
  assert_drip_is_cut(&running, "GET /healthz HTTP/1.1\r\nHost: local");
  assert_drip_is_cut(&running, POST "Content-Length: 1000\r\n\r\n");
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(slow_handshake_is_cut) {
  struct running running;
  struct line line;
  long started = 0;

  start(&running, short_handshakes);
  started = now_ms();
  line_connect(&line, running.port);
  ck_assert(line_closes(&line, PATIENCE_MS));
  ck_assert_int_ge(now_ms() - started, 800); /* and not at once */
  line_close(&line);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void long_pauses(struct configuration *configuration) {
  configuration->request_seconds = 1;
  configuration->idle_seconds = 10 * PATIENCE_MS / 1000;
}

START_TEST(idle_connection_outlives_the_deadline_of_a_request) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, long_pauses);
  open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  pause_ms(1400); /* longer than a request may take */
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void count_record(int outgoing, int version, int type, const void *bytes, size_t len, SSL *tls, void *count) {
  (void)version, (void)bytes, (void)len, (void)tls;
  if (!outgoing && type == SSL3_RT_HEADER)
    ++*(int *)count;
}

/* Head and body in two would be two calls of the kernel for each reply, and two arrivals at the client. */
START_TEST(reply_is_one_record) {
  struct running running;
  struct line line;
  char text[4096];
  int records = 0;

  start(&running, NULL);
  open_as(&line, &running, POS);
  SSL_set_msg_callback(line.tls, count_record);
  SSL_set_msg_callback_arg(line.tls, &records);
  for (int asked = 1; asked <= 3; asked++) {
    ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
    ck_assert_int_eq(records, asked);
  }
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(idle_connection_is_closed_in_the_end) {
  struct running running;
  struct line line;

  start(&running, short_requests);
  open_and_ask(&line, &running);
  ck_assert(line_closes(&line, PATIENCE_MS));
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void two_connections(struct configuration *configuration) {
  configuration->connections = 2;
}

START_TEST(connections_are_bounded) {
  struct running running;
  struct line first, second;
  char text[4096];

  start(&running, two_connections);
  open_as(&first, &running, POS);
  open_as(&second, &running, POS);
  ck_assert_int_eq(line_ask(&first, HEALTHZ, text, sizeof text), 200);
  struct line third;
  line_connect(&third, running.port); /* the kernel takes it, the server does not */
  ck_assert_int_eq(line_ask(&second, HEALTHZ, text, sizeof text), 200);
  ck_assert(!line_closes(&third, 300));
  line_close(&first);
  line_close(&second);
  line_close(&third);
  assert_alive(&running); /* room again */
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* Takes connections until the request is met or the kernel has no more; it waits for none. */
static size_t connect_many(uint16_t port, int *sockets, size_t wanted) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  size_t made = 0;

  for (; made < wanted; made++) {
    sockets[made] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sockets[made] < 0)
      break;
    if (connect(sockets[made], (const struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
      close(sockets[made]);
      break;
    }
  }
  return made;
}

static bool allow_files(rlim_t wanted) {
  struct rlimit limit = {0};

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return false;
  if (limit.rlim_cur < wanted && limit.rlim_max >= wanted) {
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
  }
  return limit.rlim_cur >= wanted;
}

START_TEST(idle_strangers_stop_nobody) {
  struct running running;
  struct line kept;
  static int sockets[STRANGERS];
  char text[4096];

  if (!allow_files(STRANGERS + 100)) {
    puts("# idle_strangers_stop_nobody: skipped, too few open files are allowed");
    return;
  }
  start(&running, NULL);
  open_as(&kept, &running, POS);
  ck_assert_uint_eq(connect_many(running.port, sockets, STRANGERS), STRANGERS);
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  pause_ms(200);
  assert_alive(&running);
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  for (size_t i = 0; i < STRANGERS; i++)
    close(sockets[i]);
  line_close(&kept);
  assert_alive(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void few_strangers(struct configuration *configuration) {
  configuration->connections = 2;
  configuration->strangers = 8;
  configuration->strangers_each = 3;
}

START_TEST(oldest_stranger_makes_place) {
  struct running running;
  struct line strangers[4], kept;
  char text[4096];

  start(&running, few_strangers);
  open_as(&kept, &running, POS);
  for (size_t i = 0; i < 3; i++) {
    line_connect(&strangers[i], running.port);
    ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  }
  ck_assert(!line_closes(&strangers[0], 200));
  line_connect(&strangers[3], running.port);
  ck_assert(line_closes(&strangers[0], PATIENCE_MS));
  for (size_t i = 1; i < 4; i++)
    ck_assert_msg(!line_closes(&strangers[i], 100), "stranger %zu was cut", i);
  assert_alive(&running); /* makes place once more, and has one of its own */
  ck_assert(line_closes(&strangers[1], PATIENCE_MS));
  ck_assert(!line_closes(&strangers[3], 100));
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  for (size_t i = 0; i < 4; i++)
    line_close(&strangers[i]);
  line_close(&kept);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(message_passes_through_https) {
  struct running running;
  struct line line;
  struct station admin;
  struct answer answer;
  static char text[MESSAGE_MAX + 1024], request[MESSAGE_MAX + 1024];

  start(&running, NULL);
  station_open(&admin, world_folder(), ADMIN);
  char *jws = station_message(&admin, MESSAGE_LEDGER_CHECK, json_object(), (int64_t)time(NULL));
  snprintf(request, sizeof request,
           "POST /v1/ledger-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"
           "Content-Length: %zu\r\n\r\n%s",
           strlen(jws), jws);
  open_as(&line, &running, ADMIN);
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 200);
  station_read(&admin, MESSAGE_LEDGER_CHECK, 200, MESSAGE_MEDIA_TYPE, strstr(text, "\r\n\r\n") + 4, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  line_close(&line);
  open_as(&line, &running, POS); /* the same bytes over another terminal's connection */
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

  tcase_add_test(all, certified_terminal_is_served);
  tcase_add_test(all, kept_connection_answers_at_once);
  tcase_add_test(all, without_certificate_no_handshake);
  tcase_add_test(all, self_signed_certificate_no_handshake);
  tcase_add_test(all, older_tls_no_handshake);
  tcase_add_test(all, http_without_tls_gets_nothing);
  tcase_add_test(all, problems_come_as_problems);
  tcase_add_test(all, requests_in_a_row_are_answered_in_order);
  tcase_add_test(all, records_need_not_be_requests);
  tcase_add_test(all, request_may_come_with_the_handshake);
  tcase_add_test(all, nul_is_refused);
  tcase_add_test(all, oversize_bodies_are_413);
  tcase_add_test(all, ambiguous_requests_are_refused);
  tcase_add_test(all, long_heads_are_refused);
  tcase_add_test(all, slow_clients_are_cut);
  tcase_add_test(all, slow_handshake_is_cut);
  tcase_add_test(all, idle_connection_outlives_the_deadline_of_a_request);
  tcase_add_test(all, idle_connection_is_closed_in_the_end);
  tcase_add_test(all, reply_is_one_record);
  tcase_add_test(all, connections_are_bounded);
  tcase_add_test(all, idle_strangers_stop_nobody);
  tcase_add_test(all, oldest_stranger_makes_place);
  tcase_add_test(all, message_passes_through_https);
  suite_add_tcase(suite, all);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/connection.c over real connections: how long one lasts, and how many there may be. */
#include "http/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

#define STRANGERS 2000

/* A byte now and then keeps no connection: the deadline is absolute. */
static void assert_drip_is_cut(const struct running *running, const char *begin) {
  struct line line;
  char text[4096];
  long started = 0;
  bool open = true;

  line_open_as(&line, running, POS);
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

  running_start_as(&running, running_short_requests);
  assert_drip_is_cut(&running, "GET /healthz HTTP/1.1\r\nHost: local");
  assert_drip_is_cut(&running, POST "Content-Length: 1000\r\n\r\n");
  running_assert_serves(&running);
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

  running_start_as(&running, long_pauses);
  line_open_as(&line, &running, POS);
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

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
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

  running_start_as(&running, running_short_requests);
  line_open_answered(&line, &running);
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

  running_start_as(&running, two_connections);
  line_open_as(&first, &running, POS);
  line_open_as(&second, &running, POS);
  ck_assert_int_eq(line_ask(&first, HEALTHZ, text, sizeof text), 200);
  struct line third;
  line_connect(&third, running.port); /* the kernel takes it, the server does not */
  ck_assert_int_eq(line_ask(&second, HEALTHZ, text, sizeof text), 200);
  ck_assert(!line_closes(&third, 300));
  line_close(&first);
  line_close(&second);
  line_close(&third);
  running_assert_serves(&running); /* room again */
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

  ck_assert_msg(allow_files(STRANGERS + 100), "%d open files must be allowed here", STRANGERS + 100);
  running_start_as(&running, NULL);
  line_open_as(&kept, &running, POS);
  ck_assert_uint_eq(connect_many(running.port, sockets, STRANGERS), STRANGERS);
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  pause_ms(200);
  running_assert_serves(&running);
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  for (size_t i = 0; i < STRANGERS; i++)
    close(sockets[i]);
  line_close(&kept);
  running_assert_serves(&running);
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

  running_start_as(&running, few_strangers);
  line_open_as(&kept, &running, POS);
  for (size_t i = 0; i < 3; i++) {
    line_connect(&strangers[i], running.port);
    ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  }
  ck_assert(!line_closes(&strangers[0], 200));
  line_connect(&strangers[3], running.port);
  ck_assert(line_closes(&strangers[0], PATIENCE_MS));
  for (size_t i = 1; i < 4; i++)
    ck_assert_msg(!line_closes(&strangers[i], 100), "stranger %zu was cut", i);
  running_assert_serves(&running); /* makes place once more, and has one of its own */
  ck_assert(line_closes(&strangers[1], PATIENCE_MS));
  ck_assert(!line_closes(&strangers[3], 100));
  ck_assert_int_eq(line_ask(&kept, HEALTHZ, text, sizeof text), 200);
  for (size_t i = 0; i < 4; i++)
    line_close(&strangers[i]);
  line_close(&kept);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

Suite *connection_suite(void) {
  Suite *suite = suite_create("connection");
  TCase *all = world_case("connection");

  tcase_add_test(all, slow_clients_are_cut);
  tcase_add_test(all, idle_connection_outlives_the_deadline_of_a_request);
  tcase_add_test(all, idle_connection_is_closed_in_the_end);
  tcase_add_test(all, reply_is_one_record);
  tcase_add_test(all, connections_are_bounded);
  tcase_add_test(all, idle_strangers_stop_nobody);
  tcase_add_test(all, oldest_stranger_makes_place);
  suite_add_tcase(suite, all);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/http.c and exchange.c with a server that answers later: what happens to a request that is running
 * when its client, or the server, goes away. */
#include <event2/event.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "http/http.h"
#include "line.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

#define TAKES_MS 400
#define LATE     "POST /late HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi"

#define LOOK_MS 10

/* What the server's process and the test's tell each other. */
struct shared {
  atomic_bool begun;    /* the server has been given a request */
  atomic_bool answered; /* it may answer */
};
static struct shared *shared;

/* Everything in the request is still there, whatever became of the connection. */
static void answer_late(evutil_socket_t socket, short what, void *context) {
  struct exchange *exchange = context;
  const struct request *request = &exchange->request;
  bool whole = strcmp(request->path, "/late") == 0 && request->body_len == 2 && memcmp(request->body, "hi", 2) == 0 &&
               strcmp(request->peer->common_name, POS) == 0 && request->peer->verifier != NULL;

  (void)socket, (void)what;
  if (!whole)
    abort();
  reply_text(&exchange->reply, 200, "text/plain", strdup("late"));
  http_answer(exchange);
}

static void serve_late(struct event_base *base, struct exchange *exchange) {
  struct timeval span = {.tv_usec = TAKES_MS * 1000};

  event_base_once(base, -1, EV_TIMEOUT, answer_late, exchange, &span);
}

static void serve_held(struct event_base *base, struct exchange *exchange);
static struct event_base *held_base;

/* Answers when the test says so. */
static void answer_held(evutil_socket_t socket, short what, void *context) {
  struct exchange *exchange = context;

  if (shared->answered)
    answer_late(socket, what, exchange);
  else
    serve_held(held_base, exchange);
}

static void serve_held(struct event_base *base, struct exchange *exchange) {
  struct timeval span = {.tv_usec = LOOK_MS * 1000};

  held_base = base;
  shared->begun = true;
  event_base_once(base, -1, EV_TIMEOUT, answer_held, exchange, &span);
}

static void serve_at_once(struct event_base *base, struct exchange *exchange) {
  (void)base;
  answer_late(-1, 0, exchange);
}

static void start(struct running *running, void (*serve)(struct event_base *base, struct exchange *exchange)) {
  struct late_options options = {.serve = serve,
                                 .stops = serve == serve_at_once,
                                 .http = {.head_max = 8192,
                                          .body_max = 1024,
                                          .connections = 8,
                                          .strangers = 8,
                                          .strangers_each = 8,
                                          .handshake_ms = 60000,
                                          .request_ms = 60000,
                                          .idle_ms = 60000}};

  running_start(running, running_late, &options);
}

START_TEST(late_answer_arrives) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, serve_late);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, LATE, text, sizeof text), 200);
  ck_assert_int_eq(line_ask(&line, LATE, text, sizeof text), 200);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(client_that_leaves_is_not_missed) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, serve_late);
  for (int i = 0; i < 4; i++) {
    line_open_as(&line, &running, POS);
    ck_assert(line_send(&line, LATE));
    pause_ms(i * 100);
    if (i % 2 == 0)
      line_break(&line);
    else
      line_close(&line);
  }
  pause_ms(2 * TAKES_MS);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, LATE, text, sizeof text), 200);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void await_begun(void) {
  for (int waited = 0; !shared->begun; waited += LOOK_MS) {
    ck_assert_msg(waited < PATIENCE_MS, "the server was not given the request");
    pause_ms(LOOK_MS);
  }
}

START_TEST(running_request_is_answered_before_the_end) {
  struct running running;
  struct line line, idle;
  char text[4096];

  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(shared, MAP_FAILED);
  shared->answered = true;
  start(&running, serve_held);
  line_open_as(&idle, &running, POS);
  ck_assert_int_eq(line_ask(&idle, LATE, text, sizeof text), 200);
  shared->answered = false;
  shared->begun = false;
  line_open_as(&line, &running, POS);
  ck_assert(line_send(&line, LATE));
  await_begun();
  ck_assert_int_eq(kill(running.pid, SIGTERM), 0);
  ck_assert(line_closes(&idle, PATIENCE_MS)); /* while the other is still being answered */
  shared->answered = true;
  ck_assert_int_eq(line_receive(&line, text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "Connection: close"));
  line_close(&line);
  line_close(&idle);
  ck_assert_int_eq(running_wait(&running), 0);
  munmap(shared, sizeof *shared);
}
END_TEST

/* Its client was not told that the end is near, and keeps the connection: request_ms, an age, is not waited for. */
START_TEST(reply_on_its_way_does_not_hold_up_the_end) {
  struct running running;
  struct line line;
  char text[4096];

  start(&running, serve_at_once);
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, LATE, text, sizeof text), 200);
  ck_assert_ptr_null(strstr(text, "Connection: close"));
  ck_assert_int_eq(running_wait(&running), 0);
  ck_assert(line_closes(&line, PATIENCE_MS));
  line_close(&line);
}
END_TEST

Suite *late_suite(void) {
  Suite *suite = suite_create("late");
  TCase *all = world_case("late");

  tcase_add_test(all, late_answer_arrives);
  tcase_add_test(all, client_that_leaves_is_not_missed);
  tcase_add_test(all, running_request_is_answered_before_the_end);
  tcase_add_test(all, reply_on_its_way_does_not_hold_up_the_end);
  suite_add_tcase(suite, all);
  return suite;
}

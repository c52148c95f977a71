/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/worker_pool.c, and of a running server that gets more than it can serve. */
#include "http/worker_pool.h"

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/http.h"
#include "line.h"
#include "server/routes.h"
#include "suites.h"
#include "world.h"

#define COUNT  200
#define LINES  24
#define ROUNDS 400
#define ASK    "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

static atomic_uint worked;
static unsigned answered;
static sem_t may_work;

static void serve_at_once(void *context, struct exchange *exchange) {
  (void)context;
  exchange->reply.http_status = 200;
  worked++;
}

static void serve_when_told(void *context, struct exchange *exchange) {
  sem_wait(&may_work);
  serve_at_once(context, exchange);
}

static void served(void *context, struct exchange *exchange) {
  (void)context;
  ck_assert_int_eq(exchange->reply.http_status, 200);
  exchange->reply.http_status = 0; /* a second time would be seen */
  answered++;
}

static struct worker_pool *crew_of(struct event_base *base, size_t workers, size_t queue, worker_pool_task *serve) {
  const struct worker_pool_options options = {
      .workers = workers, .processors = workers, .queue = queue, .base = base, .serve = serve, .served = served};
  struct worker_pool *pool = NULL;

  ck_assert_int_eq(worker_pool_open(&options, &pool), STATUS_OK);
  return pool;
}

START_TEST(every_exchange_comes_back_once) {
  struct event_base *base = event_base_new();
  struct worker_pool *pool = crew_of(base, 4, COUNT, serve_at_once);
  struct exchange *exchanges = calloc(COUNT, sizeof *exchanges);

  for (size_t i = 0; i < COUNT; i++)
    ck_assert_int_eq(worker_pool_submit(pool, &exchanges[i]), STATUS_OK);
  while (answered < COUNT)
    ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
  ck_assert_uint_eq(worked, COUNT);
  worker_pool_close(&pool);
  ck_assert_ptr_null(pool);
  ck_assert_uint_eq(answered, COUNT);
  free(exchanges);
  event_base_free(base);
}
END_TEST

START_TEST(full_queue_refuses_at_once_and_recovers) {
  struct event_base *base = event_base_new();
  struct exchange exchanges[8] = {0};
  unsigned taken = 0;

  sem_init(&may_work, 0, 0);
  struct worker_pool *pool = crew_of(base, 1, 3, serve_when_told);
  for (size_t i = 0; i < 8; i++)
    taken += worker_pool_submit(pool, &exchanges[i]) == STATUS_OK;
  ck_assert(taken == 3 || taken == 4); /* the worker has one in hand by now, or not yet */
  ck_assert_int_eq(worker_pool_submit(pool, &exchanges[7]), STATUS_OVERLOADED);
  sem_post(&may_work);
  while (answered < 1)
    ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
  for (size_t i = 0; i < 8; i++)
    sem_post(&may_work);
  while (answered < taken)
    ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
  ck_assert_int_eq(worker_pool_submit(pool, &exchanges[7]), STATUS_OK);
  worker_pool_close(&pool);
  ck_assert_uint_eq(answered, taken + 1);
  event_base_free(base);
}
END_TEST

START_TEST(closing_serves_what_was_taken) {
  struct event_base *base = event_base_new();
  struct exchange exchanges[5] = {0};

  sem_init(&may_work, 0, 5);
  struct worker_pool *pool = crew_of(base, 2, 5, serve_when_told);
  for (size_t i = 0; i < 5; i++)
    ck_assert_int_eq(worker_pool_submit(pool, &exchanges[i]), STATUS_OK);
  worker_pool_close(&pool);
  ck_assert_uint_eq(answered, 5);
  event_base_free(base);
}
END_TEST

static atomic_uint computing, most;

static void compute(void *context, struct exchange *exchange) {
  unsigned now = ++computing;

  while (now > most)
    most = now;
  nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  computing--;
  worker_pool_wait_begin();
  sem_wait(&may_work);
  worker_pool_wait_end();
  serve_at_once(context, exchange);
}

/* One processor: one computes at a time, and yet all can wait together. */
START_TEST(as_many_compute_as_there_are_processors) {
  struct event_base *base = event_base_new();
  struct exchange exchanges[8] = {0};
  const struct worker_pool_options options = {
      .workers = 8, .processors = 1, .queue = 8, .base = base, .serve = compute, .served = served};
  struct worker_pool *pool = NULL;
  int waiting = 0;

  sem_init(&may_work, 0, 0);
  ck_assert_int_eq(worker_pool_open(&options, &pool), STATUS_OK);
  for (size_t i = 0; i < 8; i++)
    ck_assert_int_eq(worker_pool_submit(pool, &exchanges[i]), STATUS_OK);
  for (size_t i = 0; i < 8; i++)
    sem_post(&may_work);
  worker_pool_close(&pool);
  ck_assert_int_eq(sem_getvalue(&may_work, &waiting), 0);
  ck_assert_int_eq(waiting, 0);
  ck_assert_uint_eq(answered, 8);
  ck_assert_uint_eq(most, 1);
  event_base_free(base);
}
END_TEST

/* One that is called on top of those that may compute would find nothing to do, and have cost two changes of thread.
 * Whether one too many would be called depends on how soon the first ones come, hence some rounds. */
START_TEST(no_more_are_called_than_may_compute) {
  struct event_base *base = event_base_new();
  struct exchange exchanges[8] = {0};
  const struct worker_pool_options options = {
      .workers = 8, .processors = 2, .queue = 8, .base = base, .serve = serve_when_told, .served = served};
  struct worker_pool *pool = NULL;

  sem_init(&may_work, 0, 0);
  ck_assert_int_eq(worker_pool_open(&options, &pool), STATUS_OK);
  for (unsigned round = 1; round <= 30; round++) {
    while (worker_pool_look(pool).idle < 8)
      sched_yield();
    for (size_t i = 0; i < 8; i++)
      ck_assert_int_eq(worker_pool_submit(pool, &exchanges[i]), STATUS_OK);
    ck_assert_uint_eq(worker_pool_look(pool).idle, 6);
    for (size_t i = 0; i < 8; i++)
      sem_post(&may_work);
    while (answered < 8 * round)
      ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
  }
  worker_pool_close(&pool);
  event_base_free(base);
}
END_TEST

/* ---- a running server ---- */

static void small(struct configuration *configuration) {
  configuration->workers = 1;
  configuration->queue = 1;
  configuration->connections_each = LINES;
  configuration->requests_at_once = LINES * ROUNDS;
}

static void start(struct running *running) {
  running_tweak *tweaks[] = {small};

  running_start(running, running_server, (const void *)tweaks);
}

/* All lines ask, then all are answered: each with one of two things, and none not. */
static void ask_all(struct line lines[LINES], unsigned *ok, unsigned *refused) {
  char text[4096];

  for (int i = 0; i < LINES; i++)
    ck_assert(line_send(&lines[i], ASK));
  for (int i = 0; i < LINES; i++) {
    int http = line_receive(&lines[i], text, sizeof text);
    ck_assert_msg(http == 200 || http == 503, "%d", http);
    *ok += http == 200;
    *refused += http == 503;
    if (http == 503) {
      ck_assert_ptr_nonnull(strstr(text, "Retry-After: 1"));
      ck_assert_ptr_nonnull(strstr(text, "\"code\":\"OVERLOADED\""));
      ck_assert_ptr_nonnull(strstr(text, "\"title\":\"Service Unavailable\""));
    }
  }
}

START_TEST(overload_is_said_and_passes) {
  struct running running;
  struct line lines[LINES];
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  unsigned ok = 0, refused = 0;
  char text[4096];

  start(&running);
  for (int i = 0; i < LINES; i++)
    ck_assert(line_open(&lines[i], running.port, &options));
  for (int round = 0; round < ROUNDS && refused == 0; round++)
    ask_all(lines, &ok, &refused);
  ck_assert_uint_gt(refused, 0);
  ck_assert_uint_gt(ok, 0);
  ck_assert_int_eq(line_ask(&lines[0], ASK, text, sizeof text), 200);
  for (int i = 0; i < LINES; i++)
    line_close(&lines[i]);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* Gone while a worker, or the writer, has their request: nobody is told, nothing is touched that is gone. */
START_TEST(clients_that_leave_are_not_missed) {
  struct running running;
  struct line line;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char text[4096];

  running_start(&running, running_server, NULL);
  for (int i = 0; i < LINES; i++) {
    ck_assert(line_open(&line, running.port, &options));
    ck_assert(line_send(&line, ASK));
    if (i % 3 == 1)
      nanosleep(&(struct timespec){.tv_nsec = i * 20000}, NULL);
    if (i % 2 == 0)
      line_break(&line);
    else
      line_close(&line);
  }
  ck_assert(line_open(&line, running.port, &options));
  ck_assert_int_eq(line_ask(&line, ASK, text, sizeof text), 200);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(refused_request_is_counted) {
  struct world world;
  struct request request = {.method = "POST", .path = "/v1/purchases", .peer = &world.pos.peer};
  struct reply reply;

  world_open(&world);
  routes_refuse(&world.service, &request, STATUS_OVERLOADED, &reply);
  ck_assert_int_eq(reply.http_status, 503);
  ck_assert_uint_eq(world.service.metrics.requests[0][STATUS_OVERLOADED], 1);
  reply_clear(&reply);
  world_close(&world);
}
END_TEST

Suite *worker_pool_suite(void) {
  Suite *suite = suite_create("pool");
  TCase *alone = tcase_create("alone"), *running = world_case("running");

  tcase_add_test(alone, every_exchange_comes_back_once);
  tcase_add_test(alone, full_queue_refuses_at_once_and_recovers);
  tcase_add_test(alone, closing_serves_what_was_taken);
  tcase_add_test(alone, as_many_compute_as_there_are_processors);
  tcase_add_test(alone, no_more_are_called_than_may_compute);
  tcase_add_test(running, overload_is_said_and_passes);
  tcase_add_test(running, clients_that_leave_are_not_missed);
  tcase_add_test(running, refused_request_is_counted);
  suite_add_tcase(suite, alone);
  suite_add_tcase(suite, running);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/rate.c, and of what one terminal may take of a running server: requests, connections. */
#include "http/rate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "line.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

#define PATIENCE_MS 60000 /* for what the server does in the end */
#define NOWHERE     "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"

static struct rate *rate_of(unsigned per_second, unsigned burst) {
  const struct rate_options options = {.per_second = per_second, .burst = burst};
  struct rate *rate = NULL;

  ck_assert_int_eq(rate_new(&options, &rate), STATUS_OK);
  return rate;
}

/* How many of so many requests at that moment are let through. */
static unsigned taken(struct rate *rate, const char *name, uint64_t now, unsigned asked) {
  unsigned count = 0;

  for (unsigned i = 0; i < asked; i++)
    count += rate_take(rate, name, now) == RATE_OK;
  return count;
}

START_TEST(burst_is_given_at_once_and_no_more) {
  struct rate *rate = rate_of(2, 5);

  ck_assert_uint_eq(taken(rate, POS, 1000, 9), 5);
  ck_assert_uint_eq(taken(rate, POS, 1000, 9), 0);
  ck_assert_uint_eq(taken(rate, OTHER_POS, 1000, 9), 5); /* another one is not touched by that */
  rate_free(&rate);
  ck_assert_ptr_null(rate);
}
END_TEST

START_TEST(requests_come_back_with_time) {
  struct rate *rate = rate_of(2, 5);

  ck_assert_uint_eq(taken(rate, POS, 0, 5), 5);
  ck_assert_uint_eq(taken(rate, POS, 499, 1), 0);
  ck_assert_uint_eq(taken(rate, POS, 500, 9), 1);
  ck_assert_uint_eq(taken(rate, POS, 1499, 9), 1);
  ck_assert_uint_eq(taken(rate, POS, 1500, 9), 1);  /* asking in vain cost nothing */
  ck_assert_uint_eq(taken(rate, POS, 60000, 9), 5); /* never more than the burst */
  ck_assert_uint_eq(taken(rate, POS, UINT64_MAX, 9), 5);
  ck_assert_uint_eq(taken(rate, POS, 1, 9), 0); /* a clock that goes back brings nothing */
  rate_free(&rate);
}
END_TEST

START_TEST(refusal_is_told_apart_from_the_next) {
  struct rate *rate = rate_of(1, 1);

  ck_assert_int_eq(rate_take(rate, POS, 0), RATE_OK);
  ck_assert_int_eq(rate_take(rate, POS, 1), RATE_REFUSED);
  ck_assert_int_eq(rate_take(rate, POS, 2), RATE_REFUSED_AGAIN);
  ck_assert_int_eq(rate_take(rate, POS, 1000), RATE_OK);
  ck_assert_int_eq(rate_take(rate, POS, 1001), RATE_REFUSED);
  rate_free(&rate);
  ck_assert_int_eq(rate_take(NULL, POS, 0), RATE_OK);
}
END_TEST

/* More names than places: whoever is at its bound stays there while others come and go. */
START_TEST(crowd_does_not_wash_a_bound_away) {
  struct rate *rate = rate_of(1, 100);
  char name[TID_SIZE + 1];
  unsigned extra = 0;

  ck_assert_uint_eq(taken(rate, POS, 0, 100), 100);
  for (unsigned i = 0; i < 100000; i++) {
    snprintf(name, sizeof name, "T%07u", i);
    ck_assert_int_eq(rate_take(rate, name, 1), RATE_OK);
    extra += rate_take(rate, POS, 1) == RATE_OK;
  }
  ck_assert_uint_eq(extra, 0);
  rate_free(&rate);
}
END_TEST

/* ---- over real connections ---- */

static void few_requests(struct configuration *configuration) {
  configuration->requests_at_once = 4;
  configuration->requests_per_second = 1;
}

static void few_connections(struct configuration *configuration) {
  configuration->connections_each = 2;
}

/* Asks until it is refused: a slow machine's requests come back while it asks. */
static void ask_until_refused(struct line *line, char *text, size_t size) {
  int http = 200;

  for (int i = 0; i < 10000 && http == 200; i++)
    http = line_ask(line, HEALTHZ, text, size);
  ck_assert_int_eq(http, 429);
}

START_TEST(terminal_that_asks_too_often_waits) {
  struct running running;
  struct line line, second, other;
  char text[4096];
  int served = 0;

  running_start_as(&running, few_requests);
  line_open_as(&line, &running, POS);
  line_open_as(&second, &running, POS);
  line_open_as(&other, &running, OTHER_POS);
  for (int i = 0; i < 4; i++) { /* what is not served counts too, on whichever connection */
    int http = line_ask(i % 2 == 0 ? &line : &second, i < 3 ? HEALTHZ : NOWHERE, text, sizeof text);
    served += http == (i < 3 ? 200 : 404);
  }
  ck_assert_int_eq(served, 4);
  long started = now_ms();
  ask_until_refused(&second, text, sizeof text);
  ck_assert_int_ge(now_ms() - started, 400); /* not at once, or it would ask again at once */
  ck_assert_ptr_nonnull(strstr(text, "Retry-After: 1"));
  ck_assert_ptr_nonnull(strstr(text, "\"code\":\"TOO_MANY_REQUESTS\""));
  ck_assert_ptr_nonnull(strstr(text, "\"title\":\"Too Many Requests\""));
  ck_assert_int_eq(line_ask(&other, HEALTHZ, text, sizeof text), 200);
  pause_ms(1100);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200); /* and the connection is as good as before */
  line_close(&line);
  line_close(&second);
  line_close(&other);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(refused_client_that_leaves_is_not_missed) {
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, few_requests);
  line_open_as(&line, &running, POS);
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  ck_assert(line_send(&line, HEALTHZ));
  pause_ms(100);
  line_break(&line);
  line_open_as(&line, &running, OTHER_POS);
  pause_ms(600);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(terminal_has_so_many_connections) {
  struct running running;
  struct line lines[3], other;
  char text[4096];

  running_start_as(&running, few_connections);
  line_open_as(&other, &running, OTHER_POS);
  for (int i = 0; i < 3; i++) {
    line_open_as(&lines[i], &running, POS);
    ck_assert_int_eq(line_ask(&lines[i], HEALTHZ, text, sizeof text), 200);
  }
  ck_assert(line_closes(&lines[0], PATIENCE_MS)); /* the oldest idle one went */
  ck_assert_int_eq(line_ask(&lines[1], HEALTHZ, text, sizeof text), 200);
  ck_assert_int_eq(line_ask(&lines[2], HEALTHZ, text, sizeof text), 200);
  ck_assert_int_eq(line_ask(&other, HEALTHZ, text, sizeof text), 200);
  for (int i = 0; i < 3; i++)
    line_close(&lines[i]);
  line_close(&other);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

Suite *rate_suite(void) {
  Suite *suite = suite_create("rate");
  TCase *buckets = tcase_create("buckets");
  TCase *lines = world_case("connections");

  tcase_add_test(buckets, burst_is_given_at_once_and_no_more);
  tcase_add_test(buckets, requests_come_back_with_time);
  tcase_add_test(buckets, refusal_is_told_apart_from_the_next);
  tcase_add_test(buckets, crowd_does_not_wash_a_bound_away);
  suite_add_tcase(suite, buckets);
  tcase_add_test(lines, terminal_that_asks_too_often_waits);
  tcase_add_test(lines, refused_client_that_leaves_is_not_missed);
  tcase_add_test(lines, terminal_has_so_many_connections);
  suite_add_tcase(suite, lines);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/routes.c, get_healthz.c and get_metrics.c: what is served at all, and in which form. */
#include "server/routes.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/request.h"
#include "server/terminal_cache.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

#define PATIENCE_MS 60000

/* Serves a request and answers the HTTP status; `text`, where it is not NULL, is the body as a string. */
static int serve(struct world *world, struct request request, char *text, size_t capacity) {
  struct reply reply;

  request.peer = request.peer == NULL ? &world->pos.peer : request.peer;
  request.body = request.body == NULL ? "" : request.body;
  request.content_type = request.content_type == NULL ? "" : request.content_type;
  routes_serve(&world->service, &request, &reply);
  ck_assert_ptr_nonnull(reply.text);
  if (text != NULL)
    snprintf(text, capacity, "%.*s", (int)reply.text_len, reply.text);
  int http_status = reply.http_status;
  ck_assert((reply.allow != NULL) == (http_status == 405));
  reply_clear(&reply);
  return http_status;
}

START_TEST(unknown_paths_are_not_found) {
  static const char *const paths[] = {"/",          "",           "/v1",         "/v1/purchases/", "/V1/purchases",
                                      "//healthz",  "/healthz?x", "/../healthz", "/v1/purchase",   "/%68ealthz",
                                      "/healthz#x", "*"};
  struct world world;
  char text[512];

  world_open(&world);
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    ck_assert_int_eq(serve(&world, (struct request){.method = "GET", .path = paths[i]}, text, sizeof text), 404);
    ck_assert_ptr_nonnull(strstr(text, "\"code\":\"NOT_FOUND\""));
    ck_assert(paths[i][0] == '\0' || strlen(paths[i]) < 3 || strstr(text, paths[i]) == NULL); /* no echo */
  }
  world_close(&world);
}
END_TEST

START_TEST(other_methods_are_not_allowed) {
  static const char *const methods[] = {"GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
    ck_assert_int_eq(serve(&world, (struct request){.method = methods[i], .path = "/v1/purchases"}, NULL, 0), 405);
  ck_assert_int_eq(serve(&world, (struct request){.method = "POST", .path = "/healthz"}, NULL, 0), 405);
  ck_assert_int_eq(serve(&world, (struct request){.method = "HEAD", .path = "/metrics"}, NULL, 0), 405);
  world_close(&world);
}
END_TEST

START_TEST(media_type_must_be_jose) {
  static const struct {
    const char *type;
    int http;
  } rows[] = {{"", 415},
              {"application/json", 415},
              {"application/jose+json", 415},
              {"application/josephine", 415},
              {"application/jose", 400},
              {"Application/JOSE", 400},
              {"application/jose; charset=utf-8", 400}};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct request request = {
        .method = "POST", .path = "/v1/purchases", .content_type = rows[i].type, .body = "x", .body_len = 1};
    ck_assert_int_eq(serve(&world, request, NULL, 0), rows[i].http);
  }
  world_close(&world);
}
END_TEST

START_TEST(large_bodies_are_refused) {
  struct world world;
  char *body = calloc(1, 16386);

  world_open(&world);
  memset(body, 'a', 16385);
  struct request request = {.method = "POST",
                            .path = "/v1/confirmations",
                            .content_type = MESSAGE_MEDIA_TYPE,
                            .body = body,
                            .body_len = 16385};
  ck_assert_int_eq(serve(&world, request, NULL, 0), 413);
  request.body_len = 16384;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 400);
  request.path = "/v1/card-queries";
  request.body_len = 1025;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 413);
  world.service.configuration.body = 512;
  request.body_len = 513;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 413);
  ck_assert_int_eq(
      serve(&world, (struct request){.method = "GET", .path = "/healthz", .body = "x", .body_len = 1}, NULL, 0), 413);
  free(body);
  world_close(&world);
}
END_TEST

START_TEST(healthz_is_ok) {
  struct world world;
  char text[64];

  world_open(&world);
  ck_assert_int_eq(serve(&world, (struct request){.method = "GET", .path = "/healthz"}, text, sizeof text), 200);
  ck_assert_str_eq(text, "{\"status\":\"ok\"}");
  world_close(&world);
}
END_TEST

START_TEST(metrics_count_requests_and_ledger) {
  struct world world;
  static char text[32768];

  world_open(&world);
  serve(&world, (struct request){.method = "GET", .path = "/healthz"}, NULL, 0);
  serve(&world, (struct request){.method = "GET", .path = "/healthz"}, NULL, 0);
  serve(&world, (struct request){.method = "GET", .path = "/nowhere"}, NULL, 0);
  ck_assert_int_eq(serve(&world, (struct request){.method = "GET", .path = "/metrics"}, text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_requests_total{path=\"/healthz\",code=\"OK\"} 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_requests_total{path=\"\",code=\"NOT_FOUND\"} 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_request_seconds_count 3\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_pool_free 40\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_merchants 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_terminals 8\n"));
  world_close(&world);
}
END_TEST

/* What others are owed, from one second to the next, is what they sell. */
START_TEST(merchants_see_no_sums) {
  struct world world;
  static char text[32768];
  struct request request = {.method = "GET", .path = "/metrics"};

  world_open(&world);
  struct station *const stations[] = {&world.pos, &world.reload, &world.desk, &world.admin};
  for (size_t i = 0; i < sizeof stations / sizeof stations[0]; i++) {
    request.peer = &stations[i]->peer;
    ck_assert_int_eq(serve(&world, request, text, sizeof text), 200);
    ck_assert_int_eq(strstr(text, "_minor ") != NULL && strstr(text, "\nepurse_points ") != NULL, i >= 2);
    ck_assert_int_eq(strstr(text, "_minor ") == NULL && strstr(text, "\nepurse_points ") == NULL, i < 2);
    ck_assert_ptr_nonnull(strstr(text, "\nepurse_incidents_total 0\n"));
  }
  world_close(&world);
}
END_TEST

static const char *const plain[] = {"/healthz", "/metrics"};

static enum status revoke(struct ledger *ledger, void *context) {
  return ledger_terminal_revoke(ledger, context);
}

/* The handshake lets them in: a certificate of the terminal CA is good until it ends. */
START_TEST(only_terminals_that_are_not_revoked_look) {
  struct world world;
  struct peer stranger, impostor;
  struct request request = {.method = "GET", .path = plain[_i]};
  uint8_t tid[] = POS;
  char text[512];

  world_open(&world);
  ck_assert_int_eq(serve(&world, request, NULL, 0), 200);
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), revoke, tid), STATUS_OK);
  terminal_cache_forget(world.service.terminal_cache);
  ck_assert_int_eq(serve(&world, request, text, sizeof text), 403);
  ck_assert_ptr_nonnull(strstr(text, "\"code\":\"TERMINAL_REVOKED\""));
  stranger = impostor = world.other_pos.peer;
  request.peer = &world.other_pos.peer;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 200);
  snprintf(stranger.common_name, sizeof stranger.common_name, "NOBODY00");
  snprintf(impostor.common_name, sizeof impostor.common_name, ADMIN);
  request.peer = &stranger;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 401);
  request.peer = &impostor;
  ck_assert_int_eq(serve(&world, request, NULL, 0), 401);
  world_close(&world);
}
END_TEST

/* Somebody has whoever reads much. */
struct holding {
  struct writer *reader;
  sem_t begun, may_end;
};

static enum status hold(struct ledger *ledger, void *context) {
  struct holding *holding = context;

  (void)ledger;
  sem_post(&holding->begun);
  while (sem_wait(&holding->may_end) != 0) { /* EINTR */
  }
  return STATUS_OK;
}

static void *hold_reader(void *context) {
  struct holding *holding = context;

  ck_assert_int_eq(writer_read(holding->reader, hold, holding), STATUS_OK);
  return NULL;
}

#define ASKING 6
static atomic_uint told; /* that they ask */

static void *ask_metrics(void *context) {
  told++;
  ck_assert_int_eq(serve(context, (struct request){.method = "GET", .path = "/metrics"}, NULL, 0), 200);
  return NULL;
}

/* As many as ask while the ledger is read: one reading at a time, for all of them. */
START_TEST(metrics_are_read_for_all_who_ask) {
  struct world world;
  struct holding holding;
  pthread_t holder, asking[ASKING];

  world_open(&world);
  ask_metrics(&world); /* who asks is known from then on */
  told = 0;
  holding.reader = world.service.reader;
  ck_assert(sem_init(&holding.begun, 0, 0) == 0 && sem_init(&holding.may_end, 0, 0) == 0);
  ck_assert_int_eq(pthread_create(&holder, NULL, hold_reader, &holding), 0);
  ck_assert_int_eq(sem_wait(&holding.begun), 0);
  for (size_t i = 0; i < ASKING; i++)
    ck_assert_int_eq(pthread_create(&asking[i], NULL, ask_metrics, &world), 0);
  while (told < ASKING || writer_look(holding.reader).readings == 0)
    pause_ms(1);
  pause_ms(100); /* for who would read by himself */
  ck_assert_uint_eq(writer_look(holding.reader).readings, 1);
  sem_post(&holding.may_end);
  for (size_t i = 0; i < ASKING; i++)
    ck_assert_int_eq(pthread_join(asking[i], NULL), 0);
  ck_assert_int_eq(pthread_join(holder, NULL), 0);
  world_close(&world);
}
END_TEST

/* Every message has a route, at the path that it names. */
START_TEST(table_serves_every_message) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);

  ck_assert_ptr_nonnull(out);
  routes_print(out);
  ck_assert_int_eq(fclose(out), 0);
  for (int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
    char line[64];
    snprintf(line, sizeof line, "POST %s ", message_path((enum message_type)type));
    ck_assert_msg(strstr(text, line) != NULL, "%s is not served", line);
  }
  ck_assert_ptr_nonnull(strstr(text, "POST /v1/card-queries perso,admin\n"));
  ck_assert_ptr_nonnull(strstr(text, "GET /healthz -\n"));
  free(text);
}
END_TEST

Suite *routes_suite(void) {
  Suite *suite = suite_create("routes");
  TCase *all = world_case("routes");

  tcase_add_test(all, unknown_paths_are_not_found);
  tcase_add_test(all, other_methods_are_not_allowed);
  tcase_add_test(all, media_type_must_be_jose);
  tcase_add_test(all, large_bodies_are_refused);
  tcase_add_test(all, healthz_is_ok);
  tcase_add_test(all, metrics_count_requests_and_ledger);
  tcase_add_test(all, merchants_see_no_sums);
  tcase_add_loop_test(all, only_terminals_that_are_not_revoked_look, 0, sizeof plain / sizeof plain[0]);
  tcase_add_test(all, metrics_are_read_for_all_who_ask);
  tcase_add_test(all, table_serves_every_message);
  suite_add_tcase(suite, all);
  return suite;
}

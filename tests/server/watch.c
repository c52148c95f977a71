/* SPDX-License-Identifier: Apache-2.0
 * Tests of the watch over the running ledger: watch.c, and what is served once it gave the alarm. */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "epurse/ledger_totals.h"
#include "epurse/message_deny.h"
#include "http/http.h"
#include "http/request.h"
#include "http/worker_pool.h"
#include "place.h"
#include "purse.h"
#include "server/backup.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/watch.h"
#include "server/writer.h"
#include "suites.h"
#include "world/stopwatch.h"

#define FAST        10000 /* cards a second */
#define PATIENCE_MS 20000

/* Stops the service, does that to the file, starts it again with the watch on. */
static void restart(struct world *world, const char *sql) {
  struct service *service = &world->service;
  struct ledger *ledger = NULL;

  service_stop(service);
  if (sql != NULL)
    ck_assert_int_eq(place_run(service->configuration.store, sql), PLACE_DONE);
  service->configuration.watch = FAST;
  ck_assert_int_eq(ledger_open(service->configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(service_start(service, &ledger), STATUS_OK);
}

/* GET, as a function; the text is the caller's. */
static int get(struct world *world, const char *path, char **text) {
  struct request request = {.method = "GET", .path = path, .content_type = "", .body = "", .peer = &world->pos.peer};
  struct reply reply;

  routes_serve(&world->service, &request, &reply);
  int http = reply.http_status;
  *text = strndup(reply.text, reply.text_len);
  reply_clear(&reply);
  return http;
}

static void assert_told(struct world *world, const char *path, int http, const char *word) {
  char *text = NULL;

  ck_assert_int_eq(get(world, path, &text), http);
  ck_assert_msg(strstr(text, word) != NULL, "%s", text);
  free(text);
}

START_TEST(a_sound_ledger_is_left_in_peace) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  restart(&world, NULL);
  for (int i = 0; world.service.metrics.watch_passes < 3; i++) {
    ck_assert_int_lt(i, PATIENCE_MS / 50);
    purse_load(&purse, &world, 100); /* each captures the one before */
    pause_ms(50);
  }
  purse_promise(&purse, TRANSACTION_PURCHASE, 50, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  ck_assert(!watch_alarmed(&world.service));
  assert_told(&world, "/metrics", 200, "\nepurse_ledger_sound 1\n");
  assert_told(&world, "/healthz", 200, "ok");
  watch_close(&world.service.watch); /* world_close looks into the ledger itself */
  world_close(&world);
}
END_TEST

static const char *const damages[] = {
    "UPDATE card_counters SET balance = balance + 1", /* of a card */
    "UPDATE account SET balance = balance + 1 WHERE id < -16 AND abs(id) % 16 = 4 AND id = "
    "(SELECT max(id) FROM account WHERE id < -16 AND abs(id) % 16 = 4)", /* of a merchant */
};

/* The file was changed behind its back: within one pass it stops, for all that books money, and for nothing else. */
START_TEST(a_broken_ledger_takes_no_orders) {
  struct world world;
  struct purse purse, made;
  struct card_message card = {.reason = "stolen"};

  world_open(&world);
  world.service.configuration.deposit = 500;
  purse_issue(&purse, &world, 1);
  purse_new(&made, 2);
  purse_certify(&made, &world);
  purse_load(&purse, &world, 5000);
  restart(&world, damages[_i]);
  for (int i = 0; !watch_alarmed(&world.service); i++) {
    ck_assert_int_lt(i, PATIENCE_MS / 10);
    pause_ms(10);
  }
  ck_assert_uint_eq(world.service.metrics.watch_passes, 0);
  purse_promise(&purse, TRANSACTION_PURCHASE, 50, &world.pos);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_LEDGER_STOPPED);
  purse_promise(&purse, TRANSACTION_LOAD, 50, &world.reload);
  ck_assert_int_eq(
      station_tell(&world.reload, &world.service, MESSAGE_LOAD, purse_load_order(&purse, &world, "cash", "R-1")),
      STATUS_LEDGER_STOPPED);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_LOAD_INQUIRY,
                                purse_order(&purse, &world, MESSAGE_LOAD_INQUIRY, purse.pin)),
                   STATUS_LEDGER_STOPPED);
  ck_assert_int_eq(station_tell(&world.reload, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_LEDGER_STOPPED);
  ck_assert_int_eq(purse_activation(&made, &world, 500), STATUS_LEDGER_STOPPED);
  ck_assert_int_eq(purse_activation(&made, &world, 0), STATUS_OK); /* books nothing */
  assert_told(&world, "/healthz", 503, "LEDGER_STOPPED");
  assert_told(&world, "/metrics", 200, "\nepurse_ledger_sound 0\n");
  memcpy(card.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &card)),
      STATUS_OK);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &card)),
      STATUS_OK);
  world_leave(&world);
}
END_TEST

static int64_t owed_to(const struct purse *purse, const struct world *world) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card.owed;
}

/* Reading the deny list gives back to cards what nobody brought in, in the books too: not in those that contradict
 * themselves. */
START_TEST(a_broken_ledger_books_nothing_for_whoever_reads) {
  struct world world;
  struct purse purse;

  world_open(&world);
  world.service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  world.service.configuration.replacement_days = 3;
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_OFFLINE_PURCHASE, 1000, &world.pos); /* which that till loses */
  purse_load(&purse, &world, 100);                                       /* which tells of it, and */
  purse_load(&purse, &world, 100);                                       /* the proof of that */
  world.now += INT64_C(4) * 24 * 60 * 60;
  watch_alarm(&world.service, "as a test says");
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)), STATUS_OK);
  ck_assert_int_eq(owed_to(&purse, &world), 0);
  world.service.metrics.contradictions = 0; /* looked at, and started again */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)), STATUS_OK);
  ck_assert_int_eq(owed_to(&purse, &world), 1000);
  world_close(&world);
}
END_TEST

/* What a person has looked for counts as much as what the watch met. */
START_TEST(an_audit_gives_the_alarm) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  restart(&world, damages[0]);
  watch_close(&world.service.watch);
  world.service.metrics.contradictions = 0; /* as if it had not been fast enough */
  station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object(), &answer);
  ck_assert_int_eq(answer.code, STATUS_LEDGER_BROKEN);
  answer_clear(&answer);
  ck_assert(watch_alarmed(&world.service));
  world_leave(&world);
}
END_TEST

/* Somebody reads for long, and is not through before a card was loaded. */
struct long_reading {
  struct service *service;
  pthread_t thread;
  sem_t begun, may_end;
  unsigned lines;
  enum status status;
};

static void meet(struct long_reading *reading) {
  sem_post(&reading->begun);
  while (sem_wait(&reading->may_end) != 0) { /* EINTR */
  }
}

static void hold_line(void *context, const char *line) {
  struct long_reading *reading = context;

  (void)line;
  if (reading->lines++ == 0)
    meet(reading);
}

static void *check_long(void *context) {
  struct long_reading *reading = context;
  struct ledger_totals totals;

  reading->status = backup_check(reading->service->backup, &totals, hold_line, reading);
  return NULL;
}

static enum status hold_step(struct ledger *ledger, void *context) {
  (void)ledger;
  meet(context);
  return STATUS_OK;
}

static void *read_long(void *context) {
  struct long_reading *reading = context;

  reading->status = writer_read(reading->service->reader, hold_step, reading);
  return NULL;
}

static void reading_begin(struct long_reading *reading, struct world *world, void *(*run)(void *)) {
  *reading = (struct long_reading){.service = &world->service};
  ck_assert(sem_init(&reading->begun, 0, 0) == 0 && sem_init(&reading->may_end, 0, 0) == 0);
  ck_assert_int_eq(pthread_create(&reading->thread, NULL, run, reading), 0);
  ck_assert_int_eq(sem_wait(&reading->begun), 0);
}

static enum status reading_end(struct long_reading *reading) {
  sem_post(&reading->may_end);
  ck_assert_int_eq(pthread_join(reading->thread, NULL), 0);
  return reading->status;
}

static void pay_beside(struct world *world, struct purse *purse, void *(*run)(void *), enum status wanted) {
  struct long_reading reading;

  reading_begin(&reading, world, run);
  purse_load(purse, world, 100);
  ck_assert_int_eq(reading_end(&reading), wanted);
}

/* A world whose ledger has a line to tell in the midst of its audit. */
static void open_broken(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, 5000);
  restart(world, damages[1]); /* not the card's: it pays */
  watch_close(&world->service.watch);
  world->service.metrics.contradictions = 0;
}

START_TEST(an_audit_lets_cards_pay) {
  struct world world;
  struct purse purse;

  open_broken(&world, &purse);
  pay_beside(&world, &purse, check_long, STATUS_LEDGER_BROKEN);
  world_leave(&world);
}
END_TEST

/* Nothing is left in the folder for copies, where there is one. */
static void assert_no_copy(const struct world *world) {
  struct stat facts;
  char path[2048];

  snprintf(path, sizeof path, "%s/..ledger-check.unproved", world->service.configuration.backups);
  ck_assert_int_ne(stat(path, &facts), 0);
}

START_TEST(an_audit_is_given_up_when_the_server_stops) {
  struct world world;
  struct purse purse;
  struct long_reading reading;
  struct server server;
  char problem[256] = "";

  open_broken(&world, &purse);
  ck_assert_msg(server_open(&server, &world.service, problem) == STATUS_OK, "%s", problem);
  reading_begin(&reading, &world, check_long);
  ck_assert_int_eq(raise(SIGTERM), 0);
  ck_assert_int_eq(server_run(&server), STATUS_OK);
  ck_assert_int_eq(reading_end(&reading), STATUS_CANCELLED);
  assert_no_copy(&world);
  server_close(&server);
  world_leave(&world);
}
END_TEST

/* A server that was killed in the midst of one has left the copy of all that there is. */
START_TEST(what_a_killed_audit_left_goes_at_the_start) {
  struct world world;
  char path[2048];
  FILE *left = NULL;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object()), STATUS_OK);
  snprintf(path, sizeof path, "%s/..ledger-check.unproved", world.service.configuration.backups);
  left = fopen(path, "w");
  ck_assert(left != NULL && fclose(left) == 0);
  restart(&world, NULL);
  assert_no_copy(&world);
  watch_close(&world.service.watch);
  world_close(&world);
}
END_TEST

/* A pool that lets one compute: the first exchange checks, the second pays. */
struct narrow {
  struct long_reading reading;
  struct world *world;
  struct purse *purse;
  struct exchange check, payment;
  sem_t paid;
};

static void serve_narrow(void *context, struct exchange *exchange) {
  struct narrow *narrow = context;

  if (exchange == &narrow->check) {
    check_long(&narrow->reading);
  } else {
    purse_load(narrow->purse, narrow->world, 100);
    sem_post(&narrow->paid);
  }
}

static void served_narrow(void *context, struct exchange *exchange) {
  (void)context, (void)exchange;
}

START_TEST(an_audit_takes_nobodys_processor) {
  struct world world;
  struct purse purse;
  struct narrow narrow = {.reading = {.service = &world.service}, .world = &world, .purse = &purse};
  struct event_base *base = event_base_new();
  const struct worker_pool_options options = {.workers = 2,
                                              .processors = 1,
                                              .queue = 2,
                                              .base = base,
                                              .serve = serve_narrow,
                                              .served = served_narrow,
                                              .context = &narrow};
  struct worker_pool *pool = NULL;
  struct timespec limit = {.tv_sec = time(NULL) + PATIENCE_MS / 1000};

  open_broken(&world, &purse);
  ck_assert(sem_init(&narrow.reading.begun, 0, 0) == 0 && sem_init(&narrow.reading.may_end, 0, 0) == 0);
  ck_assert_int_eq(sem_init(&narrow.paid, 0, 0), 0);
  ck_assert_int_eq(worker_pool_open(&options, &pool), STATUS_OK);
  ck_assert_int_eq(worker_pool_submit(pool, &narrow.check), STATUS_OK);
  ck_assert_int_eq(sem_wait(&narrow.reading.begun), 0);
  ck_assert_int_eq(worker_pool_submit(pool, &narrow.payment), STATUS_OK);
  ck_assert_msg(sem_timedwait(&narrow.paid, &limit) == 0, "nobody is served beside a check");
  sem_post(&narrow.reading.may_end);
  worker_pool_close(&pool);
  ck_assert_int_eq(narrow.reading.status, STATUS_LEDGER_BROKEN);
  event_base_free(base);
  world_leave(&world);
}
END_TEST

/* The second is told so, and not to send the same message again: its number is used up. */
START_TEST(one_audit_at_a_time) {
  struct world world;
  struct purse purse;
  struct long_reading reading;
  struct answer answer;

  open_broken(&world, &purse);
  reading_begin(&reading, &world, check_long);
  station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object(), &answer);
  ck_assert_int_eq(answer.code, STATUS_UNDER_WAY);
  ck_assert_int_eq(answer.http, 409);
  answer_clear(&answer);
  ck_assert_int_eq(reading_end(&reading), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object()),
                   STATUS_LEDGER_BROKEN);
  world_leave(&world);
}
END_TEST

/* Metrics, lists, the watch. */
START_TEST(long_readings_let_cards_pay) {
  struct world world;
  struct purse purse;

  world_open(&world);
  ck_assert_ptr_ne(world.service.reader, world.service.writer);
  purse_issue(&purse, &world, 1);
  pay_beside(&world, &purse, read_long, STATUS_OK);
  assert_told(&world, "/metrics", 200, "\nepurse_postings_total 1\n"); /* its hold: by the connection that made it */
  world_close(&world);
}
END_TEST

Suite *watch_suite(void) {
  Suite *suite = suite_create("watch");
  TCase *all = world_case("watch");

  tcase_add_test(all, a_sound_ledger_is_left_in_peace);
  tcase_add_loop_test(all, a_broken_ledger_takes_no_orders, 0, sizeof damages / sizeof damages[0]);
  tcase_add_test(all, a_broken_ledger_books_nothing_for_whoever_reads);
  tcase_add_test(all, an_audit_gives_the_alarm);
  tcase_add_test(all, an_audit_lets_cards_pay);
  tcase_add_test(all, an_audit_takes_nobodys_processor);
  tcase_add_test(all, one_audit_at_a_time);
  tcase_add_test(all, an_audit_is_given_up_when_the_server_stops);
  if (place_is_file())
    tcase_add_test(all, what_a_killed_audit_left_goes_at_the_start);
  if (!place_is_file())
    tcase_add_test(all, long_readings_let_cards_pay);
  suite_add_tcase(suite, all);
  return suite;
}

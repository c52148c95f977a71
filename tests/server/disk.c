/* SPDX-License-Identifier: Apache-2.0
 * Tests of a server whose disk fails: what /healthz says, and that it ends where only a new start helps. Ledgers of one
 * file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "faulty_disk.h"
#include "http/request.h"
#include "line.h"
#include "place.h"
#include "purse.h"
#include "server/routes.h"
#include "suites.h"

/* The status of /healthz, and its code. */
static int health(struct world *world, char text[512]) {
  struct request request = {
      .method = "GET", .path = "/healthz", .content_type = "", .body = "", .peer = &world->pos.peer};
  struct reply reply;

  routes_serve(&world->service, &request, &reply);
  snprintf(text, 512, "%.*s", (int)reply.text_len, reply.text);
  int http = reply.http_status;
  reply_clear(&reply);
  return http;
}

static void assert_unwell(struct world *world) {
  char text[512];

  ck_assert_int_eq(health(world, text), 503);
  ck_assert_ptr_nonnull(strstr(text, "\"code\":\"STORE_FAILED\""));
}

static void restart(struct world *world) {
  struct ledger *ledger = NULL;

  service_stop(&world->service);
  ck_assert_int_eq(ledger_open(world->service.configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(service_start(&world->service, &ledger), STATUS_OK);
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  purse_load(purse, world, 5000);
  faulty_install();
  restart(world);
}

static enum status pay(struct world *world, const struct purse *purse) {
  return station_tell(&world->pos, &world->service, MESSAGE_PURCHASE,
                      purse_order(purse, world, MESSAGE_PURCHASE, purse->pin));
}

/* Whatever the disk says afterwards: until the ledger has been opened anew. */
START_TEST(failed_sync_is_told) {
  struct world world;
  struct purse purse;
  char text[512];

  begin(&world, &purse);
  ck_assert_int_eq(health(&world, text), 200);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  faulty_disk->sync_fails = true;
  ck_assert_int_eq(pay(&world, &purse), STATUS_STORE_FAILED);
  faulty_disk->sync_fails = false;
  assert_unwell(&world);
  assert_unwell(&world);
  ck_assert(writer_lost(world.service.writer));
  restart(&world);
  ck_assert(!writer_lost(world.service.writer));
  ck_assert_int_eq(health(&world, text), 200);
  ck_assert_int_eq(pay(&world, &purse), STATUS_OK);
  world_close(&world);
}
END_TEST

/* As where it is full: it is tried again by whoever asks, and the ledger works on. */
START_TEST(failed_write_is_told_while_it_lasts) {
  struct world world;
  struct purse purse;
  char text[512];

  begin(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
  faulty_disk->log_fails_at = faulty_disk->log_writes;
  ck_assert_int_eq(pay(&world, &purse), STATUS_STORE_FAILED);
  faulty_disk->log_fails_at = faulty_disk->log_writes;
  assert_unwell(&world);
  ck_assert(!writer_lost(world.service.writer));
  ck_assert_int_eq(health(&world, text), 200);
  unsigned written = faulty_disk->log_writes;
  ck_assert_int_eq(health(&world, text), 200);
  ck_assert_uint_eq(faulty_disk->log_writes, written);
  ck_assert_int_eq(pay(&world, &purse), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Whoever reads the log's errors alone hears of it, and of its end; not of each request. */
START_TEST(it_is_logged_when_it_begins_and_ends) {
  int ends[2];
  char text[8192] = "";
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(pipe(ends), 0);
  world.service.log = (struct log){.fd = ends[1], .level = LOG_WARNING};
  for (int i = 0; i < 2; i++) {
    purse_promise(&purse, TRANSACTION_PURCHASE, 700, &world.pos);
    faulty_disk->log_fails_at = faulty_disk->log_writes;
    ck_assert_int_eq(pay(&world, &purse), STATUS_STORE_FAILED);
    ck_assert_int_eq(health(&world, text), 200); /* what goes well in between is not the end */
  }
  for (int i = 0; i < 2; i++) {
    world.now += 5;
    ck_assert_int_eq(health(&world, text), 200);
  }
  world.service.log.fd = -1;
  close(ends[1]);
  ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
  const char *begun = strstr(text, "level=error event=store code=STORE_FAILED\n");
  ck_assert_msg(begun != NULL, "%s", text);
  const char *over = strstr(begun, "level=warning event=store code=OK\n");
  ck_assert_msg(over != NULL && strstr(begun + 1, "level=error") == NULL && strchr(over, '\n')[1] == '\0', "%s", text);
  close(ends[0]);
  world_close(&world);
}
END_TEST

/* A service manager starts it anew. */
START_TEST(server_ends_after_a_failed_sync) {
  struct running running;
  struct line line;
  struct station admin;
  static char text[MESSAGE_MAX + 1024], request[MESSAGE_MAX + 1024];

  faulty_install();
  running_start_as(&running, NULL);
  station_open(&admin, world_folder(), ADMIN);
  line_open_as(&line, &running, ADMIN);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  char *jws = station_message(&admin, MESSAGE_LEDGER_CHECK, json_object(), (int64_t)time(NULL));
  snprintf(request, sizeof request,
           "POST /v1/ledger-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\n"
           "Content-Length: %zu\r\n\r\n%s",
           strlen(jws), jws);
  faulty_disk->sync_fails = true;
  ck_assert_int_eq(line_ask(&line, request, text, sizeof text), 503);
  ck_assert_ptr_nonnull(strstr(text, "STORE_FAILED"));
  faulty_disk->sync_fails = false;
  ck_assert_int_eq(running_wait(&running), 74);
  line_close(&line);
  station_close(&admin);
  free(jws);
}
END_TEST

Suite *disk_suite(void) {
  Suite *suite = suite_create("disk");
  TCase *all = world_case("disk");

  if (place_is_file()) {
    tcase_add_test(all, failed_sync_is_told);
    tcase_add_test(all, failed_write_is_told_while_it_lasts);
    tcase_add_test(all, it_is_logged_when_it_begins_and_ends);
    tcase_add_test(all, server_ends_after_a_failed_sync);
  }
  suite_add_tcase(suite, all);
  return suite;
}

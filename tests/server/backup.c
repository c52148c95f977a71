/* SPDX-License-Identifier: Apache-2.0
 * Tests of on-line backups: backup.c, post_backup.c. */
#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "place.h"
#include "purse.h"
#include "server/backup.h"
#include "suites.h"

#define PATIENCE 2000 /* questions */

static struct answer query(struct world *world) {
  struct answer answer;

  station_ask(&world->admin, &world->service, MESSAGE_BACKUP_QUERY, json_object(), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  return answer;
}

static const char *state_of(const struct answer *answer) {
  return json_string_value(json_object_get(answer->body, "state"));
}

static enum status begin(struct world *world, const char *name) {
  return station_tell(&world->admin, &world->service, MESSAGE_BACKUP, json_pack("{s:s}", "name", name));
}

/* A payment between any two questions; answers the last answer. */
static struct answer pay_until_it_ends(struct world *world, struct purse *purse) {
  for (int i = 0; i < PATIENCE; i++) {
    struct answer answer = query(world);
    const char *state = state_of(&answer);
    if (strcmp(state, "done") == 0 || strcmp(state, "failed") == 0)
      return answer;
    answer_clear(&answer);
    purse_load(purse, world, 1);
  }
  ck_abort_msg("the backup does not end");
}

static void refuse_line(void *context, const char *line) {
  (void)context;
  ck_abort_msg("%s", line);
}

START_TEST(is_made_while_cards_pay) {
  struct world world;
  struct purse purse;
  struct ledger *copy = NULL;
  struct ledger_card card;
  struct stat facts;
  char path[2048];

  world_open(&world);
  struct answer before = query(&world);
  ck_assert_str_eq(state_of(&before), "none");
  answer_clear(&before);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 700);
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_OK);
  struct answer after = pay_until_it_ends(&world, &purse);
  ck_assert_str_eq(state_of(&after), "done");
  ck_assert_str_eq(json_string_value(json_object_get(after.body, "name")), "first.db");
  snprintf(path, sizeof path, "%s/first.db", world.service.configuration.backups);
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 07777, 0600);
  ck_assert_int_eq(json_integer_value(json_object_get(after.body, "bytes")), facts.st_size);
  answer_clear(&after);
  ck_assert_int_eq(ledger_open(path, &copy), STATUS_OK);
  ck_assert_int_eq(ledger_check(copy, refuse_line, NULL), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(copy, purse.cid, &card), STATUS_OK);
  ck_assert_int_ge(card.balance + card.held, 700);
  ledger_close(&copy);
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_EXISTS);
  ck_assert_int_eq(begin(&world, "second.db"), STATUS_OK);
  after = pay_until_it_ends(&world, &purse);
  ck_assert_str_eq(state_of(&after), "done");
  answer_clear(&after);
  world_close(&world);
}
END_TEST

START_TEST(a_name_stays_in_its_folder) {
  static const char *const names[] = {
      "",    ".",   "..",  ".hidden", "../ledger.db",
      "a/b", "-rf", "a b", "a\nb",    "a2345678901234567890123456789012345678901234567890123456789012345"};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    ck_assert_int_eq(begin(&world, names[i]), STATUS_BAD_FORMAT);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_BACKUP, json_pack("{s:s}", "name", "mine")),
                   STATUS_NOT_PERMITTED);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_BACKUP, json_object()), STATUS_UNKNOWN_FIELD);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_BACKUP_QUERY, json_pack("{s:i}", "x", 1)),
                   STATUS_UNKNOWN_FIELD);
  world_close(&world);
}
END_TEST

/* The folder cannot be had: said, and the server goes on. */
START_TEST(says_that_it_failed) {
  struct world world;

  world_open(&world);
  snprintf(world.service.configuration.backups, sizeof world.service.configuration.backups, "/nowhere/at/all");
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_STORE_FAILED);
  struct answer answer = query(&world);
  ck_assert_str_eq(state_of(&answer), "none");
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* A database that is a server of its own is copied by its own tools: the outcome names them. */
START_TEST(is_for_files_alone) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_BACKUP_ELSEWHERE);
  ck_assert_ptr_nonnull(strstr(status_sentence(STATUS_BACKUP_ELSEWHERE), "pg_dump"));
  struct answer answer = query(&world);
  ck_assert_str_eq(state_of(&answer), "none");
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* The server stops in the midst of it: no half copy stays. */
START_TEST(is_given_up_when_the_server_stops) {
  struct world world;
  struct stat facts;
  char path[2048];

  world_open(&world);
  ck_assert_int_eq(begin(&world, "late.db"), STATUS_OK);
  service_stop(&world.service);
  snprintf(path, sizeof path, "%s/.late.db.unproved", world.service.configuration.backups);
  ck_assert_int_ne(stat(path, &facts), 0);
  world_leave(&world);
}
END_TEST

/* A clock that stops whoever else than the test looks at it: the backup that is about to end. */
struct stopped_clock {
  pthread_t owner;
  int64_t now;
  sem_t may_end;
};

static int64_t clock_stops(void *context) {
  struct stopped_clock *clock = context;

  if (!pthread_equal(pthread_self(), clock->owner))
    while (sem_wait(&clock->may_end) != 0) { /* EINTR */
    }
  return clock->now;
}

/* The second is told why, in a way that its client does not take for a busy server: that one would send the same
 * message again, whose number is used up. */
START_TEST(one_at_a_time) {
  struct world world;
  struct answer answer;

  world_open(&world);
  struct stopped_clock clock = {.owner = pthread_self(), .now = world.now};
  ck_assert_int_eq(sem_init(&clock.may_end, 0, 0), 0);
  world.service.clock = clock_stops;
  world.service.clock_context = &clock;
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_OK);
  ck_assert_int_eq(begin(&world, "first.db"), STATUS_OK);
  station_ask(&world.admin, &world.service, MESSAGE_BACKUP, json_pack("{s:s}", "name", "second.db"), &answer);
  ck_assert_int_eq(answer.code, STATUS_UNDER_WAY);
  ck_assert_int_eq(answer.http, 409);
  answer_clear(&answer);
  sem_post(&clock.may_end);
  world_close(&world);
}
END_TEST

/* The copy that it is made of goes again. */
START_TEST(a_check_leaves_nothing) {
  struct world world;
  struct answer answer;
  struct dirent **names = NULL;

  world_open(&world);
  for (int i = 0; i < 2; i++) {
    station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object(), &answer);
    ck_assert_int_eq(answer.code, STATUS_OK);
    answer_clear(&answer);
  }
  int count = scandir(world.service.configuration.backups, &names, NULL, NULL);
  for (int i = 0; i < count; i++) {
    ck_assert_msg(strcmp(names[i]->d_name, ".") == 0 || strcmp(names[i]->d_name, "..") == 0, "%s", names[i]->d_name);
    free(names[i]);
  }
  free(names);
  ck_assert_int_eq(count, 2); /* the folder was made for it */
  world.service.configuration.backups[0] = '\0';
  station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object(), &answer); /* in its place */
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  snprintf(world.service.configuration.backups, sizeof world.service.configuration.backups, "/nowhere/at/all");
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object()),
                   STATUS_STORE_FAILED);
  world_close(&world);
}
END_TEST

Suite *backup_suite(void) {
  Suite *suite = suite_create("backup");
  TCase *all = world_case("backup");

  if (place_is_file()) {
    tcase_add_test(all, is_made_while_cards_pay);
    tcase_add_test(all, a_name_stays_in_its_folder);
    tcase_add_test(all, says_that_it_failed);
    tcase_add_test(all, is_given_up_when_the_server_stops);
    tcase_add_test(all, one_at_a_time);
    tcase_add_test(all, a_check_leaves_nothing);
  } else {
    tcase_add_test(all, is_for_files_alone);
  }
  suite_add_tcase(suite, all);
  return suite;
}

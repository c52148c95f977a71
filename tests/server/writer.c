/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/writer.c: steps of many threads, committed together, each for itself. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_merchant.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

#define THREADS 16
#define EACH    25
#define WAIT_US 2000
#define NEVER   1000000000U /* microseconds; longer than any test may take */

static struct metrics metrics; /* each test is a process */

/* What reads a ledger that is not shared goes with it. */
static void close_writer(struct world *world) {
  if (world->service.reader == world->service.writer)
    world->service.reader = NULL;
  writer_close(&world->service.writer);
}

static struct writer *writer_of(struct world *world, size_t group, unsigned wait_us) {
  const struct writer_options options = {.group = group, .wait_us = wait_us, .metrics = &metrics};
  struct ledger *ledger = NULL;
  struct writer *writer = NULL;

  world_open(world);
  close_writer(world); /* its ledger is opened anew, for a writer of the test's own */
  ck_assert_int_eq(ledger_open(world->service.configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(writer_open(&options, &ledger, &writer), STATUS_OK);
  ck_assert_ptr_null(ledger);
  world->service.writer = writer;
  if (world->service.reader == NULL)
    world->service.reader = writer;
  return writer;
}

/* One merchant that a step adds. */
struct adding {
  char id[MERCHANT_MAX + 1];
  enum status answer; /* what the step says afterwards */
};

static enum status add(struct ledger *ledger, void *context) {
  const struct adding *adding = context;
  struct ledger_merchant merchant = {.name = "x"};

  memcpy(merchant.id, adding->id, sizeof merchant.id);
  enum status status = ledger_merchant_add(ledger, &merchant);
  return status == STATUS_OK ? adding->answer : status;
}

static enum status find(struct ledger *ledger, void *context) {
  struct ledger_merchant merchant;

  return ledger_merchant_find(ledger, context, &merchant);
}

struct thread {
  pthread_t id;
  struct writer *writer;
  unsigned number;
  unsigned wrong; /* answers that were not the expected ones */
};

/* Each third step fails after it has written. */
static void *add_many(void *context) {
  struct thread *thread = context;

  for (unsigned i = 0; i < EACH; i++) {
    struct adding adding = {.answer = i % 3 == 1 ? STATUS_DECLINED : STATUS_OK};
    snprintf(adding.id, sizeof adding.id, "M%u-%u", thread->number, i);
    thread->wrong += writer_transact(thread->writer, add, &adding) != adding.answer;
    enum status found = writer_read(thread->writer, find, adding.id);
    thread->wrong += found != (adding.answer == STATUS_OK ? STATUS_OK : STATUS_NOT_FOUND);
  }
  return NULL;
}

static void run_threads(struct writer *writer, void *(*body)(void *), struct thread threads[THREADS]) {
  for (unsigned i = 0; i < THREADS; i++) {
    threads[i] = (struct thread){.writer = writer, .number = i};
    ck_assert_int_eq(pthread_create(&threads[i].id, NULL, body, &threads[i]), 0);
  }
}

static void join_threads(const struct thread threads[THREADS]) {
  for (unsigned i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(threads[i].id, NULL), 0);
    ck_assert_uint_eq(threads[i].wrong, 0);
  }
}

/* Those that answered OK are in the file, and no others. */
START_TEST(steps_of_many_threads_are_each_whole) {
  struct world world;
  struct writer *writer = writer_of(&world, WRITER_GROUP_MAX, WAIT_US);
  struct thread threads[THREADS];
  struct ledger *ledger = NULL;
  unsigned there = 0;

  run_threads(writer, add_many, threads);
  join_threads(threads);
  ck_assert_uint_eq(metrics.steps, THREADS * EACH);
  ck_assert_uint_lt(metrics.commits, THREADS * EACH);
  close_writer(&world);
  ck_assert_int_eq(ledger_open(world.service.configuration.store, &ledger), STATUS_OK);
  for (unsigned thread = 0; thread < THREADS; thread++) {
    for (unsigned i = 0; i < EACH; i++) {
      char id[MERCHANT_MAX + 1];
      snprintf(id, sizeof id, "M%u-%u", thread, i);
      bool found = find(ledger, id) == STATUS_OK;
      ck_assert_msg(found == (i % 3 != 1), "%s", id);
      there += found;
    }
  }
  ck_assert_uint_eq(there, THREADS * (EACH - (EACH + 1) / 3));
  ledger_close(&ledger);
  ck_assert_int_eq(ledger_open(world.service.configuration.store, &ledger), STATUS_OK);
  service_stop(&world.service); /* what else world_open began */
  ck_assert_int_eq(service_start(&world.service, &ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A step that holds the writer until it may end. */
struct holding {
  sem_t begun, may_end;
};

static enum status hold(struct ledger *ledger, void *context) {
  struct holding *holding = context;

  (void)ledger;
  sem_post(&holding->begun);
  sem_wait(&holding->may_end);
  return STATUS_OK;
}

static struct holding holding;
static atomic_uint begun;

static void *hold_one(void *context) {
  struct thread *thread = context;

  thread->wrong = writer_transact(thread->writer, hold, &holding) != STATUS_OK;
  return NULL;
}

static void *add_one(void *context) {
  struct thread *thread = context;
  struct adding adding = {.answer = STATUS_OK};

  snprintf(adding.id, sizeof adding.id, "ONE-%u", thread->number);
  begun++;
  thread->wrong = writer_transact(thread->writer, add, &adding) != STATUS_OK;
  return NULL;
}

/* Holds the writer, and lets all threads hand in a step meanwhile. */
static void fill_queue(struct writer *writer, struct thread *holder, void *(*body)(void *),
                       struct thread threads[THREADS]) {
  sem_init(&holding.begun, 0, 0);
  sem_init(&holding.may_end, 0, 0);
  *holder = (struct thread){.writer = writer};
  ck_assert_int_eq(pthread_create(&holder->id, NULL, hold_one, holder), 0);
  sem_wait(&holding.begun);
  run_threads(writer, body, threads);
  while (writer_look(writer).steps < THREADS)
    pause_ms(1);
}

/* All of them at once, after the step that held them. */
static void run_held(struct writer *writer, void *(*body)(void *)) {
  struct thread holder, threads[THREADS];

  fill_queue(writer, &holder, body, threads);
  sem_post(&holding.may_end);
  ck_assert_int_eq(pthread_join(holder.id, NULL), 0);
  join_threads(threads);
}

START_TEST(what_waits_is_committed_together) {
  struct world world;
  struct writer *writer = writer_of(&world, WRITER_GROUP_MAX, WAIT_US);

  run_held(writer, add_one);
  ck_assert_uint_eq(metrics.steps, THREADS + 1);
  ck_assert_uint_lt(metrics.commits, THREADS / 2); /* two, but for a thread that was late */
  world_close(&world);
}
END_TEST

/* A payment, or the confirmations of many: notes when it came about. */
static atomic_uint places;
static unsigned place_of[THREADS];

static enum status note_place(struct ledger *ledger, void *context) {
  const struct thread *thread = context;

  (void)ledger;
  place_of[thread->number] = places++;
  return STATUS_OK;
}

#define LONG_ONES 8U /* of the threads; each names 32 cards, and two of them are in a group */

static void *pay_or_confirm(void *context) {
  static const struct ledger_hint hints[32];
  struct thread *thread = context;
  const struct ledger_job job = {
      .step = note_place, .context = thread, .hints = hints, .hint_count = thread->number < LONG_ONES ? 32 : 1};

  thread->wrong = writer_transact_job(thread->writer, &job) != STATUS_OK;
  return NULL;
}

/* What is left behind is due at once: it waits for no more of its kind. */
START_TEST(confirmations_hold_up_no_payment) {
  struct world world;
  struct writer *writer = writer_of(&world, WRITER_GROUP_MAX, NEVER);

  run_held(writer, pay_or_confirm);
  for (unsigned i = LONG_ONES; i < THREADS; i++)
    ck_assert_uint_lt(place_of[i], THREADS - LONG_ONES);
  ck_assert_uint_eq(metrics.commits, 1 + LONG_ONES / 2);
  world_close(&world);
}
END_TEST

START_TEST(group_is_no_larger_than_allowed) {
  struct world world;
  struct writer *writer = writer_of(&world, 2, WAIT_US);

  run_held(writer, add_one);
  ck_assert_uint_ge(metrics.commits, 1 + THREADS / 2);
  world_close(&world);
}
END_TEST

START_TEST(closing_runs_what_was_handed_in) {
  struct world world;
  struct writer *writer = writer_of(&world, WRITER_GROUP_MAX, WAIT_US);
  struct thread holder, threads[THREADS];
  struct ledger *ledger = NULL;

  fill_queue(writer, &holder, add_one, threads);
  sem_post(&holding.may_end);
  close_writer(&world);
  ck_assert_ptr_null(world.service.writer);
  ck_assert_int_eq(pthread_join(holder.id, NULL), 0);
  join_threads(threads);
  ck_assert_int_eq(ledger_open(world.service.configuration.store, &ledger), STATUS_OK);
  for (unsigned i = 0; i < THREADS; i++) {
    char id[MERCHANT_MAX + 1];
    snprintf(id, sizeof id, "ONE-%u", i);
    ck_assert_int_eq(find(ledger, id), STATUS_OK);
  }
  service_stop(&world.service); /* what else world_open began */
  ck_assert_int_eq(service_start(&world.service, &ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status tell_thread(struct ledger *ledger, void *context) {
  (void)ledger;
  *(pthread_t *)context = pthread_self();
  return STATUS_OK;
}

static void *read_one(void *context) {
  struct thread *thread = context;
  pthread_t reader = pthread_self();

  thread->wrong =
      writer_read(thread->writer, tell_thread, &reader) != STATUS_OK || pthread_equal(reader, pthread_self());
  return NULL;
}

/* Whoever asks reads, which spares two changes of thread; while the writer is at work the question waits for it. */
START_TEST(readings_need_no_other_thread) {
  struct world world;
  struct writer *writer = writer_of(&world, WRITER_GROUP_MAX, WAIT_US);
  struct thread holder, threads[THREADS], reader = {.writer = writer};
  pthread_t here = {0};
  const struct ledger_job job = {.step = tell_thread, .context = &here};

  ck_assert_int_eq(writer_read_job(writer, &job), STATUS_OK);
  ck_assert(pthread_equal(here, pthread_self()));
  ck_assert_int_eq(writer_read(writer, tell_thread, &here), STATUS_OK); /* which may take long */
  ck_assert(!pthread_equal(here, pthread_self()));
  fill_queue(writer, &holder, add_one, threads);
  ck_assert_int_eq(pthread_create(&reader.id, NULL, read_one, &reader), 0);
  while (writer_look(writer).readings < 1)
    pause_ms(1);
  sem_post(&holding.may_end);
  ck_assert_int_eq(pthread_join(holder.id, NULL), 0);
  ck_assert_int_eq(pthread_join(reader.id, NULL), 0);
  ck_assert_uint_eq(reader.wrong, 0);
  join_threads(threads);
  world_close(&world);
}
END_TEST

START_TEST(group_size_is_checked) {
  const struct writer_options options = {.group = WRITER_GROUP_MAX + 1};
  struct ledger *ledger = NULL;
  struct writer *writer = NULL;

  ck_assert_int_eq(writer_open(&options, &ledger, &writer), STATUS_BAD_FORMAT);
  ck_assert_ptr_null(writer);
  writer_close(&writer);
}
END_TEST

Suite *writer_suite(void) {
  Suite *suite = suite_create("writer");
  TCase *all = world_case("writer");

  tcase_add_test(all, steps_of_many_threads_are_each_whole);
  tcase_add_test(all, what_waits_is_committed_together);
  tcase_add_test(all, confirmations_hold_up_no_payment);
  tcase_add_test(all, group_is_no_larger_than_allowed);
  tcase_add_test(all, closing_runs_what_was_handed_in);
  tcase_add_test(all, readings_need_no_other_thread);
  tcase_add_test(all, group_size_is_checked);
  suite_add_tcase(suite, all);
  return suite;
}

/* SPDX-License-Identifier: Apache-2.0
 * Requests handed from the loop to workers, from those to the writer and back, under schedules that seldom come by
 * themselves: every lock and every call may be followed by a pause, on one processor and on all. A watchdog tells when
 * something was handed over and nobody heard of it, and what each queue holds then.
 *
 * HANDOVER_JOBS: requests of a test. HANDOVER_SEED: another order of pauses. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"
#include "http/worker_pool.h"
#include "run.h"
#include "world.h"
#include "world/stopwatch.h"

#define JOBS     6000 /* in make check */
#define WORKERS  32   /* as epursed has */
#define QUEUE    40
#define VISITORS 3  /* threads that use the writer and are no workers, as the watch of the ledger is */
#define PLACES   48 /* requests under way at most: more than the queue takes */
#define STINT    100
#define BOUND_MS 30000 /* far more than any of it takes on a machine that does other things at the same time */
#define LATE     3     /* exit code */

/* ---- pauses, and a call that gets lost ---- */

static unsigned seed = 1;
static atomic_bool disturbing;
static atomic_uint threads;
static atomic_long calls_until_loss; /* counts down; 0: none is lost */

/* Each thread has its own series (xorshift). */
static uint32_t draw(void) {
  static _Thread_local uint32_t state;

  if (state == 0)
    state = 2654435761u * (seed + 64 * ++threads) | 1;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/* Nothing most of the time, else the processor goes to another thread, at once or for up to 0.1 ms. */
static void disturb(void) {
  uint32_t lot = disturbing ? draw() % 64 : 63;

  if (lot < 6)
    sched_yield();
  else if (lot == 6)
    nanosleep(&(struct timespec){.tv_nsec = draw() % 100000}, NULL);
}

/* The linker sends the calls of src/http and src/server here (--wrap). */
int __real_sem_post(sem_t *semaphore);
int __wrap_sem_post(sem_t *semaphore);
int __real_sem_wait(sem_t *semaphore);
int __wrap_sem_wait(sem_t *semaphore);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

int __wrap_sem_post(sem_t *semaphore) {
  disturb();
  return calls_until_loss > 0 && --calls_until_loss == 0 ? 0 : __real_sem_post(semaphore);
}

int __wrap_sem_wait(sem_t *semaphore) {
  disturb();
  return __real_sem_wait(semaphore);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
  disturb();
  return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
  int failed = __real_pthread_mutex_unlock(mutex);

  disturb();
  return failed;
}

/* ---- what is under way ---- */

struct place {
  struct exchange exchange; /* first: a worker gets no more than that */
  atomic_long since;        /* milliseconds; 0: nothing */
  _Atomic(const char *) at;
};

struct handover {
  struct world world;
  struct event_base *base;
  struct worker_pool *pool;
  size_t jobs, given, answered, window;
  struct place places[PLACES];
  struct place visitors[VISITORS]; /* a wait of theirs */
  struct place end;                /* of the pool */
  unsigned long stepped;           /* the writer's thread counts */
  atomic_ulong asked;              /* steps that a worker or visitor asked for */
  long bound_ms;
  atomic_bool over;
};

static struct handover hand; /* each test is a process */

static void begin(struct place *place, const char *at) {
  place->at = at;
  place->since = now_ms();
}

static void end(struct place *place) {
  place->since = 0;
}

/* ---- the watchdog ---- */

static bool tell(const struct place *place, const char *what, size_t number, bool all) {
  long since = place->since;
  long waited = since == 0 ? 0 : now_ms() - since;

  if (since != 0 && (all || waited > hand.bound_ms))
    fprintf(stderr, "# %s %zu %s for %ld ms\n", what, number, place->at, waited);
  return waited > hand.bound_ms;
}

/* Whether one takes too long; `all`: says it of all that are under way. */
static bool look(bool all) {
  bool late = tell(&hand.end, "end", 0, all);

  for (size_t i = 0; i < PLACES; i++)
    late |= tell(&hand.places[i], "request", i, all);
  for (size_t i = 0; i < VISITORS; i++)
    late |= tell(&hand.visitors[i], "visitor", i, all);
  return late;
}

static void *watch(void *context) {
  (void)context;
  while (!hand.over) {
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    if (!look(false))
      continue;
    look(true);
    fprintf(stderr, "# %zu of %zu given, %zu answered\n", hand.given, hand.jobs, hand.answered);
    struct writer_state writer = writer_look(hand.world.service.writer);
    fprintf(stderr, "# writer: readings=%zu steps=%zu idle=%d\n", writer.readings, writer.steps, writer.idle);
    struct worker_pool_state pool = worker_pool_look(hand.pool);
    fprintf(stderr, "# pool: waiting=%zu served=%zu idle=%zu computing=%zu\n", pool.waiting, pool.served, pool.idle,
            pool.computing);
    _exit(LATE);
  }
  return NULL;
}

/* ---- requests ---- */

static enum status count_step(struct ledger *ledger, void *context) {
  (void)ledger, (void)context;
  hand.stepped++;
  return STATUS_OK;
}

static void step(struct place *place) {
  struct writer *writer = hand.world.service.writer;
  bool commit = draw() % 4 == 0;

  hand.asked++;
  place->at = commit ? "waits for a commit" : "waits for a reading";
  enum status status = commit ? writer_transact(writer, count_step, NULL) : writer_read(writer, count_step, NULL);
  ck_assert_int_eq(status, STATUS_OK);
}

static void serve(void *context, struct exchange *exchange) {
  struct place *place = (struct place *)exchange;

  (void)context;
  for (uint32_t steps = draw() % 3; steps > 0; steps--)
    step(place);
  exchange->reply.http_status = 200;
  place->at = "is on its way back";
}

/* As many as the window allows, as far as the queue takes them. */
static void give_some(void) {
  size_t under_way = hand.given - hand.answered;

  for (size_t i = 0; i < PLACES && under_way < hand.window && hand.given < hand.jobs; i++) {
    struct place *place = &hand.places[i];
    if (place->since != 0)
      continue;
    begin(place, "waits for a worker");
    if (worker_pool_submit(hand.pool, &place->exchange) != STATUS_OK) {
      end(place);
      ck_assert_uint_gt(under_way, 0); /* one that is under way brings us here again */
      return;
    }
    hand.given++;
    under_way++;
  }
}

static void served(void *context, struct exchange *exchange) {
  static const size_t windows[] = {1, 1, 2, 3, 5, 9, 33, PLACES};

  (void)context;
  ck_assert_int_eq(exchange->reply.http_status, 200);
  exchange->reply.http_status = 0;
  end((struct place *)exchange);
  if (++hand.answered % STINT == 0 && hand.bound_ms == BOUND_MS)
    hand.window = windows[draw() % (sizeof windows / sizeof windows[0])];
  give_some();
}

static void *visit(void *context) {
  struct place *place = context;

  while (!hand.over) {
    begin(place, "");
    step(place);
    end(place);
    nanosleep(&(struct timespec){.tv_nsec = draw() % 2000000}, NULL);
  }
  return NULL;
}

static void hand_all_over(size_t visitors, size_t processors) {
  const struct worker_pool_options options = {.workers = WORKERS,
                                              .processors = processors,
                                              .queue = QUEUE,
                                              .base = event_base_new(),
                                              .serve = serve,
                                              .served = served};
  pthread_t watchdog, ids[VISITORS];

  world_open(&hand.world);
  hand.window = 1;
  ck_assert_int_eq(worker_pool_open(&options, &hand.pool), STATUS_OK);
  ck_assert_int_eq(pthread_create(&watchdog, NULL, watch, NULL), 0);
  for (size_t i = 0; i < visitors; i++)
    ck_assert_int_eq(pthread_create(&ids[i], NULL, visit, &hand.visitors[i]), 0);
  disturbing = true;
  give_some();
  while (hand.answered < hand.jobs)
    ck_assert_int_eq(event_base_loop(options.base, EVLOOP_ONCE), 0);
  begin(&hand.end, "waits for the workers' end");
  struct worker_pool *ending = hand.pool;
  worker_pool_close(&ending);
  end(&hand.end);
  hand.over = true;
  for (size_t i = 0; i < visitors; i++)
    pthread_join(ids[i], NULL);
  pthread_join(watchdog, NULL);
  disturbing = false;
  ck_assert_uint_eq(hand.stepped, hand.asked);
  event_base_free(options.base);
  world_close(&hand.world);
}

/* ---- the tests ---- */

static size_t wanted(const char *name, size_t usual) {
  const char *text = getenv(name);

  return text == NULL ? usual : (size_t)strtoul(text, NULL, 10);
}

static void prepare(void) {
  hand.jobs = wanted("HANDOVER_JOBS", JOBS);
  hand.bound_ms = BOUND_MS;
  seed = (unsigned)wanted("HANDOVER_SEED", 1);
}

/* On the first processor that it may use, or on all. */
static size_t use_processors(bool one) {
  cpu_set_t set, first;
  size_t number = 0;

  ck_assert_int_eq(sched_getaffinity(0, sizeof set, &set), 0);
  while (!CPU_ISSET(number, &set))
    number++;
  CPU_ZERO(&first);
  CPU_SET(number, &first);
  if (one)
    ck_assert_int_eq(sched_setaffinity(0, sizeof first, &first), 0);
  return one ? 1 : (size_t)CPU_COUNT(&set);
}

START_TEST(nothing_is_lost_on_one_processor) {
  prepare();
  hand_all_over(VISITORS, use_processors(true));
}
END_TEST

START_TEST(nothing_is_lost_on_all_processors) {
  prepare();
  hand_all_over(VISITORS, use_processors(false));
}
END_TEST

/* More compute than there are processors: workers take each other's place in any order. */
START_TEST(nothing_is_lost_among_many_workers) {
  prepare();
  hand_all_over(VISITORS, WORKERS);
}
END_TEST

/* The watchdog's own test: one call of the loop, a worker or the writer never arrives. Where another worker happens to
 * do what the call was for, the one that was not called is missed at the end. */
START_TEST(lost_call_is_noticed) {
  char text[1024] = "";
  size_t len = 0;
  ssize_t got = 0;
  int ends[2], state = 0;

  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    prepare();
    hand.bound_ms = 1000;
    hand.jobs = 2000;
    calls_until_loss = 100 + _i;
    hand_all_over(0, 2);
    _exit(EXIT_SUCCESS);
  }
  close(ends[1]);
  while ((got = read(ends[0], text + len, sizeof text - 1 - len)) > 0)
    len += (size_t)got;
  ck_assert_int_eq(waitpid(child, &state, 0), child);
  ck_assert_msg(WIFEXITED(state) && WEXITSTATUS(state) == LATE, "%s", text);
  ck_assert_msg(strstr(text, " 0 waits for ") != NULL && strstr(text, "pool: waiting=") != NULL, "%s", text);
  close(ends[0]);
}
END_TEST

static Suite *handover_suite(void) {
  Suite *suite = suite_create("handover");
  TCase *all = world_case("handover");

  tcase_set_timeout(all, 0); /* the watchdog ends what does not end */
  tcase_add_test(all, nothing_is_lost_on_one_processor);
  tcase_add_test(all, nothing_is_lost_on_all_processors);
  tcase_add_test(all, nothing_is_lost_among_many_workers);
  tcase_add_loop_test(all, lost_call_is_noticed, 0, 4);
  suite_add_tcase(suite, all);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {handover_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}

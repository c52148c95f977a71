/* SPDX-License-Identifier: Apache-2.0
 * The one thread that writes to the ledger.
 *
 * It is called by a semaphore, as the workers are (http/worker_pool.c says why). */
#include "writer.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "epurse/message.h"
#include "http/metrics.h"
#include "http/worker_pool.h"

/* Steps that name several cards, confirmations of many payments, come at one moment from many terminals, after a break
 * for one. Nobody stands at a till for them. So in a group they come after the others, and touch so many cards in all:
 * 64 terminals' confirmations in one would hold up each payment that waits with them for 60 ms. */
#define LONG_STEPS_CARDS 64
_Static_assert(CONFIRMATION_MAX <= LONG_STEPS_CARDS, "one of them always fits");

/* Lives on the stack of the thread that waits for it. */
struct job {
  struct job *next;
  struct ledger_job work;
  sem_t ended;
};

struct queue {
  struct job *first, *last;
  size_t count;
};

struct writer {
  struct writer_options options;
  struct ledger *ledger; /* of whoever is at work */
  pthread_t thread;
  pthread_mutex_t at_work; /* whoever works with the ledger has it; taken before the other one */
  bool company;            /* the thread's: the last group had more than one step */
  bool left;               /* the thread's: and left long ones behind, which wait for no more */
  struct timespec until;   /* the thread's: when a group that waits for more stops waiting */
  atomic_uint failures;    /* steps that the store has failed */
  atomic_uint overcome;    /* that number, when a try last went well */
  atomic_bool lost;        /* and takes no more of them */
  sem_t call;              /* 1: the thread was called and has not come yet */
  pthread_mutex_t lock;    /* over what follows */
  struct queue readings, steps, long_steps;
  bool idle; /* the thread waits and was not called */
  bool stopping;
};

static void queue_add(struct queue *queue, struct job *job) {
  if (queue->last == NULL)
    queue->first = job;
  else
    queue->last->next = job;
  queue->last = job;
  queue->count++;
}

/* Takes up to `most` jobs off the front. */
static struct queue queue_take(struct queue *queue, size_t most) {
  struct queue taken = {0};

  while (taken.count < most && queue->first != NULL) {
    struct job *job = queue->first;
    queue->first = job->next;
    job->next = NULL;
    queue->count--;
    queue_add(&taken, job);
  }
  if (queue->first == NULL)
    queue->last = NULL;
  return taken;
}

static bool is_long(const struct job *job) {
  return job->work.hint_count > 1;
}

/* ---- the writer's thread ---- */

/* A job is gone as soon as its owner hears of it. */
static void acknowledge(const struct queue *queue) {
  struct job *next = NULL;

  for (struct job *job = queue->first; job != NULL; job = next) {
    next = job->next;
    sem_post(&job->ended);
  }
}

static void read_all(struct writer *writer, const struct queue *queue) {
  struct ledger_job group[WRITER_GROUP_MAX];
  struct job *job = queue->first;

  while (job != NULL) {
    struct job *first = job;
    size_t count = 0;
    for (; job != NULL && count < WRITER_GROUP_MAX; job = job->next)
      group[count++] = job->work;
    ledger_read_group(writer->ledger, group, count);
    for (size_t i = 0; i < count; i++, first = first->next) {
      first->work.status = group[i].status;
      if (group[i].status == STATUS_STORE_FAILED)
        writer->lost = ledger_unsure(writer->ledger);
    }
  }
  acknowledge(queue);
}

static void note_failures(struct writer *writer, const struct ledger_job *jobs, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (jobs[i].status == STATUS_STORE_FAILED)
      writer->failures++;
  if (writer->failures != writer->overcome)
    writer->lost = ledger_unsure(writer->ledger);
}

static void commit_all(struct writer *writer, const struct queue *queue) {
  struct ledger_job group[WRITER_GROUP_MAX];
  size_t count = 0;

  for (const struct job *job = queue->first; job != NULL; job = job->next)
    group[count++] = job->work;
  ledger_transact_group(writer->ledger, group, count);
  note_failures(writer, group, count);
  count = 0;
  for (struct job *job = queue->first; job != NULL; job = job->next)
    job->work.status = group[count++].status;
  metrics_group(writer->options.metrics, count);
  acknowledge(queue);
}

/* By a clock that nobody sets. */
static struct timespec from_now(unsigned microseconds) {
  struct timespec at = {0};

  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_nsec += (long)microseconds * 1000;
  at.tv_sec += at.tv_nsec / 1000000000;
  at.tv_nsec %= 1000000000;
  return at;
}

static size_t steps_waiting(const struct writer *writer) {
  return writer->steps.count + writer->long_steps.count;
}

/* Whether the steps that are here are a group. One that is not full waits a moment for more where the last one had
 * company; readings do not end that: what they lead to are the steps that it waits for. Called with the lock. */
static bool is_due(const struct writer *writer) {
  const struct timespec *until = &writer->until;
  struct timespec now = {0};

  if (steps_waiting(writer) == 0)
    return false;
  if (writer->stopping || writer->left || !writer->company || steps_waiting(writer) >= writer->options.group)
    return true;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* Waits until somebody calls, or until a moment, where there is one. Called and left with the lock. */
static void await_call(struct writer *writer, const struct timespec *until) {
  int failed = 0;

  writer->idle = true;
  pthread_mutex_unlock(&writer->lock);
  do
    failed = until == NULL ? sem_wait(&writer->call) : sem_clockwait(&writer->call, CLOCK_MONOTONIC, until);
  while (failed != 0 && errno == EINTR);
  pthread_mutex_lock(&writer->lock);
  if (failed != 0 && !writer->idle) /* the call came just after the moment */
    sem_trywait(&writer->call);
  writer->idle = false;
}

/* Waits until there is something to do; false: there never will be. Called and left with the lock. */
static bool await(struct writer *writer) {
  while (writer->readings.count == 0 && !is_due(writer)) {
    bool empty = steps_waiting(writer) == 0;
    if (empty && writer->stopping)
      return false;
    await_call(writer, empty ? NULL : &writer->until);
    if (empty)
      writer->until = from_now(writer->options.wait_us);
  }
  return true;
}

/* There is always a place for a long one. Called with the lock. */
static struct queue group_take(struct writer *writer) {
  size_t most = writer->options.group, cards = 0;
  struct queue group = queue_take(&writer->steps, writer->long_steps.count > 0 ? most - 1 : most);

  while (writer->long_steps.count > 0 && group.count < most) {
    cards += writer->long_steps.first->work.hint_count;
    if (cards > LONG_STEPS_CARDS)
      break;
    struct queue next = queue_take(&writer->long_steps, 1);
    queue_add(&group, next.first);
  }
  return group;
}

static void *run(void *context) {
  struct writer *writer = context;

  pthread_mutex_lock(&writer->lock);
  while (await(writer)) {
    struct queue readings = queue_take(&writer->readings, writer->readings.count);
    struct queue steps = is_due(writer) ? group_take(writer) : (struct queue){0};
    bool left = writer->long_steps.count > 0;
    pthread_mutex_unlock(&writer->lock);
    pthread_mutex_lock(&writer->at_work);
    if (readings.count > 0)
      read_all(writer, &readings);
    if (steps.count > 0)
      commit_all(writer, &steps);
    pthread_mutex_unlock(&writer->at_work);
    pthread_mutex_lock(&writer->lock);
    if (steps.count > 0) {
      writer->company = steps.count > 1;
      writer->left = left;
      writer->until = from_now(writer->options.wait_us);
    }
  }
  pthread_mutex_unlock(&writer->lock);
  return NULL;
}

/* ---- the others ---- */

/* A writer that is at work looks for more by itself when it is done. Called with the lock. */
static void wake(struct writer *writer) {
  if (writer->idle)
    sem_post(&writer->call);
  writer->idle = false;
}

/* Whether there is something to do that it does not wake up for by itself: a group that has begun has its moment.
 * Called with the lock. */
static bool is_news(const struct writer *writer) {
  return writer->readings.count > 0 || steps_waiting(writer) == 1 || steps_waiting(writer) >= writer->options.group;
}

static enum status hand_in(struct writer *writer, struct queue *queue, struct job *job) {
  if (sem_init(&job->ended, 0, 0) != 0)
    return STATUS_NO_MEMORY;
  pthread_mutex_lock(&writer->lock);
  queue_add(queue, job);
  if (is_news(writer))
    wake(writer);
  pthread_mutex_unlock(&writer->lock);
  worker_pool_wait_begin();
  while (sem_wait(&job->ended) != 0) { /* EINTR */
  }
  worker_pool_wait_end();
  sem_destroy(&job->ended);
  return job->work.status;
}

enum status writer_transact_job(struct writer *writer, const struct ledger_job *work) {
  struct job job = {.work = *work};
  bool last = is_long(&job) && writer->options.group > 1;

  return hand_in(writer, last ? &writer->long_steps : &writer->steps, &job);
}

enum status writer_transact(struct writer *writer, ledger_step *step, void *context) {
  const struct ledger_job work = {.step = step, .context = context};

  return writer_transact_job(writer, &work);
}

/* Where nobody is at work whoever asks for a row reads it himself, which spares two changes of thread. Not where others
 * write to the ledger too: what is read of a database is worth asking for together. */
static bool read_here(struct writer *writer, struct ledger_job *work) {
  if (writer->options.shared || pthread_mutex_trylock(&writer->at_work) != 0)
    return false;
  ledger_read_group(writer->ledger, work, 1);
  pthread_mutex_unlock(&writer->at_work);
  return true;
}

enum status writer_read_job(struct writer *writer, const struct ledger_job *work) {
  struct job job = {.work = *work};

  if (read_here(writer, &job.work))
    return job.work.status;
  return hand_in(writer, &writer->readings, &job);
}

/* It may take long, an audit for one, while others compute. */
enum status writer_read(struct writer *writer, ledger_step *step, void *context) {
  struct job job = {.work = {.step = step, .context = context}};

  return hand_in(writer, &writer->readings, &job);
}

static enum status touch(struct ledger *ledger, void *context) {
  (void)context;
  return ledger_touch(ledger);
}

enum status writer_try(struct writer *writer) {
  unsigned failures = writer->failures;

  if (failures == writer->overcome)
    return STATUS_OK;
  enum status status = writer_transact(writer, touch, NULL);
  if (status == STATUS_OK) /* what failed after this try was begun has not been overcome */
    writer->overcome = failures;
  return status;
}

bool writer_lost(const struct writer *writer) {
  return writer->lost;
}

struct writer_state writer_look(struct writer *writer) {
  pthread_mutex_lock(&writer->lock);
  struct writer_state state = {
      .readings = writer->readings.count, .steps = steps_waiting(writer), .idle = writer->idle};
  pthread_mutex_unlock(&writer->lock);
  return state;
}

struct ledger *writer_ledger(struct writer *writer) {
  return writer->ledger;
}

static bool init_locks(struct writer *writer) {
  writer->lock = writer->at_work = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  return sem_init(&writer->call, 0, 0) == 0;
}

static void clear(struct writer *writer) {
  sem_destroy(&writer->call);
  pthread_mutex_destroy(&writer->lock);
  pthread_mutex_destroy(&writer->at_work);
  free(writer);
}

bool writer_thread(pthread_t *thread, void *(*run_it)(void *), void *context) {
  sigset_t all, before;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(thread, NULL, run_it, context) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

enum status writer_open(const struct writer_options *options, struct ledger **ledger, struct writer **writer) {
  struct writer *made = NULL;

  *writer = NULL;
  if (options->group < 1 || options->group > WRITER_GROUP_MAX)
    return STATUS_BAD_FORMAT;
  made = calloc(1, sizeof *made);
  if (made == NULL || !init_locks(made)) {
    free(made);
    return STATUS_NO_MEMORY;
  }
  made->options = *options;
  made->ledger = *ledger;
  if (!writer_thread(&made->thread, run, made)) {
    clear(made);
    return STATUS_NO_MEMORY;
  }
  *ledger = NULL;
  *writer = made;
  return STATUS_OK;
}

void writer_close(struct writer **writer) {
  struct writer *closing = *writer;

  if (closing == NULL)
    return;
  pthread_mutex_lock(&closing->lock);
  closing->stopping = true;
  wake(closing);
  pthread_mutex_unlock(&closing->lock);
  pthread_join(closing->thread, NULL);
  ledger_close(&closing->ledger);
  clear(closing);
  *writer = NULL;
}

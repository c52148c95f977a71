/* SPDX-License-Identifier: Apache-2.0
 * The threads that serve requests.
 *
 * Workers are called by a semaphore, not by a condition variable: glibc's loses wake-ups where several threads wait
 * for one (its bug 25847, in each release from 2.25 to 2.40), and a request would lie in the queue until the next. */
#include "worker_pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http.h"

#define STACK_SIZE ((size_t)512 * 1024) /* bytes of address space; the deepest handler touches a tenth */

/* The event loop goes first: what it does is short, and what it refuses must be refused at once. */
#define WORKER_NICE 5

struct queue {
  struct exchange *first, *last;
  size_t count;
};

struct worker_pool {
  struct worker_pool_options options;
  struct event *wake;
  int wake_fd; /* readable: something was served */
  pthread_t *threads;
  size_t started;
  sem_t calls;          /* so many workers were called and have not come yet */
  pthread_mutex_t lock; /* over what follows */
  struct queue waiting, served;
  size_t idle;      /* workers that wait and were not called */
  size_t called;    /* workers that were called and have not come yet */
  size_t computing; /* workers that have an exchange and wait for nobody */
  bool stopping;
};

static void queue_add(struct queue *queue, struct exchange *exchange) {
  exchange->next = NULL;
  if (queue->last == NULL)
    queue->first = exchange;
  else
    queue->last->next = exchange;
  queue->last = exchange;
  queue->count++;
}

static struct exchange *queue_take(struct queue *queue) {
  struct exchange *exchange = queue->first;

  if (exchange != NULL) {
    queue->first = exchange->next;
    queue->last = queue->first == NULL ? NULL : queue->last;
    queue->count--;
  }
  return exchange;
}

/* ---- a worker's thread ---- */

static _Thread_local struct worker_pool *crew_of_thread; /* NULL in every other thread than a worker's */

/* Whether a worker could begin something; called with the lock. */
static bool is_free(const struct worker_pool *pool) {
  return pool->waiting.count > 0 && pool->computing < pool->options.processors;
}

/* Takes one of the idle for a call, where there is something to begin and nobody on his way who will; called with the
 * lock. True: the caller owes that call. It waits in the semaphore until one comes for it, so none is lost. */
static bool choose(struct worker_pool *pool) {
  bool chosen = pool->idle > 0 && pool->waiting.count > 0 && pool->computing + pool->called < pool->options.processors;

  pool->idle -= chosen;
  pool->called += chosen;
  return chosen;
}

/* So that they see that there will be no more work. Called with the lock. */
static void call_all(struct worker_pool *pool) {
  for (; pool->idle > 0; pool->idle--, pool->called++)
    sem_post(&pool->calls);
}

/* Says that a worker computes no more; another one may take its place. */
static void step_back(struct worker_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->computing--;
  bool chosen = choose(pool);
  pthread_mutex_unlock(&pool->lock);
  if (chosen)
    sem_post(&pool->calls);
}

void worker_pool_wait_begin(void) {
  if (crew_of_thread != NULL)
    step_back(crew_of_thread);
}

void worker_pool_wait_end(void) {
  if (crew_of_thread != NULL) {
    pthread_mutex_lock(&crew_of_thread->lock);
    crew_of_thread->computing++;
    pthread_mutex_unlock(&crew_of_thread->lock);
  }
}

/* The loop is woken once for all that is served until it comes. */
static void hand_back(struct worker_pool *pool, struct exchange *exchange) {
  static const uint64_t one = 1;

  pthread_mutex_lock(&pool->lock);
  queue_add(&pool->served, exchange);
  pool->computing--;
  bool first = pool->served.count == 1;
  pthread_mutex_unlock(&pool->lock);
  if (first) {
    ssize_t written = write(pool->wake_fd, &one, sizeof one);
    (void)written; /* fails only where it is readable already */
  }
}

/* Waits until somebody calls; called and left with the lock. */
static void await_call(struct worker_pool *pool) {
  pool->idle++;
  pthread_mutex_unlock(&pool->lock);
  while (sem_wait(&pool->calls) != 0) { /* EINTR */
  }
  pthread_mutex_lock(&pool->lock);
  pool->called--;
}

/* The next exchange; NULL: there will be none. */
static struct exchange *await(struct worker_pool *pool) {
  struct exchange *exchange = NULL;

  pthread_mutex_lock(&pool->lock);
  while (!is_free(pool) && !(pool->stopping && pool->waiting.count == 0))
    await_call(pool);
  exchange = queue_take(&pool->waiting);
  pool->computing += exchange != NULL;
  if (pool->stopping && pool->waiting.count == 0) /* that was the last one */
    call_all(pool);
  pthread_mutex_unlock(&pool->lock);
  return exchange;
}

static void *work(void *context) {
  struct worker_pool *pool = context;

  crew_of_thread = pool;
  setpriority(PRIO_PROCESS, 0, WORKER_NICE); /* of this thread only, where threads have priorities of their own */
  for (struct exchange *exchange = NULL; (exchange = await(pool)) != NULL;) {
    pool->options.serve(pool->options.context, exchange);
    hand_back(pool, exchange);
  }
  return NULL;
}

/* ---- the loop's thread ---- */

static void deliver(struct worker_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  struct queue served = pool->served;
  pool->served = (struct queue){0};
  pthread_mutex_unlock(&pool->lock);
  for (struct exchange *exchange = NULL; (exchange = queue_take(&served)) != NULL;)
    pool->options.served(pool->options.context, exchange);
}

static void on_wake(evutil_socket_t descriptor, short what, void *context) {
  uint64_t count = 0;
  ssize_t got = read(descriptor, &count, sizeof count);

  (void)what, (void)got;
  deliver(context);
}

enum status worker_pool_submit(struct worker_pool *pool, struct exchange *exchange) {
  enum status status = STATUS_OVERLOADED;

  pthread_mutex_lock(&pool->lock);
  if (pool->waiting.count < pool->options.queue) {
    queue_add(&pool->waiting, exchange);
    status = STATUS_OK;
  }
  bool chosen = status == STATUS_OK && choose(pool);
  pthread_mutex_unlock(&pool->lock);
  if (chosen)
    sem_post(&pool->calls);
  return status;
}

/* Signals are the loop's. */
static enum status start(struct worker_pool *pool) {
  pthread_attr_t attributes;
  sigset_t all, before;

  pool->threads = calloc(pool->options.workers, sizeof *pool->threads);
  if (pool->threads == NULL || pthread_attr_init(&attributes) != 0)
    return STATUS_NO_MEMORY;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0;
  while (started && pool->started < pool->options.workers) {
    started = pthread_create(&pool->threads[pool->started], &attributes, work, pool) == 0;
    pool->started += started;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return started ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status open_wake(struct worker_pool *pool) {
  pool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (pool->wake_fd < 0)
    return STATUS_NO_MEMORY;
  pool->wake = event_new(pool->options.base, pool->wake_fd, EV_READ | EV_PERSIST, on_wake, pool);
  return pool->wake != NULL && event_add(pool->wake, NULL) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status worker_pool_open(const struct worker_pool_options *options, struct worker_pool **pool) {
  struct worker_pool *made = calloc(1, sizeof *made);

  *pool = NULL;
  if (made == NULL)
    return STATUS_NO_MEMORY;
  *made = (struct worker_pool){.options = *options, .wake_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
  if (sem_init(&made->calls, 0, 0) != 0) {
    free(made);
    return STATUS_NO_MEMORY;
  }
  enum status status = open_wake(made);
  if (status == STATUS_OK)
    status = start(made);
  if (status != STATUS_OK)
    worker_pool_close(&made);
  *pool = made;
  return status;
}

struct worker_pool_state worker_pool_look(struct worker_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  struct worker_pool_state state = {
      .waiting = pool->waiting.count, .served = pool->served.count, .idle = pool->idle, .computing = pool->computing};
  pthread_mutex_unlock(&pool->lock);
  return state;
}

void worker_pool_close(struct worker_pool **pool) {
  struct worker_pool *closing = *pool;

  if (closing == NULL)
    return;
  pthread_mutex_lock(&closing->lock);
  closing->stopping = true;
  call_all(closing);
  pthread_mutex_unlock(&closing->lock);
  for (size_t i = 0; i < closing->started; i++)
    pthread_join(closing->threads[i], NULL);
  deliver(closing);
  if (closing->wake != NULL)
    event_free(closing->wake);
  if (closing->wake_fd >= 0)
    close(closing->wake_fd);
  sem_destroy(&closing->calls);
  pthread_mutex_destroy(&closing->lock);
  free(closing->threads);
  free(closing);
  *pool = NULL;
}

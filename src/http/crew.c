/* SPDX-License-Identifier: Apache-2.0
 * The threads that serve requests.
 *
 * Workers are called by a semaphore, not by a condition variable: glibc's loses wake-ups where several threads wait
 * for one (its bug 25847, in each release from 2.25 to 2.40), and a request would lie in the queue until the next. */
#include "crew.h"

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

struct line {
  struct exchange *first, *last;
  size_t count;
};

struct crew {
  struct crew_options options;
  struct event *wake;
  int wake_fd; /* readable: something was served */
  pthread_t *threads;
  size_t started;
  sem_t calls;          /* so many workers were called and have not come yet */
  pthread_mutex_t lock; /* over what follows */
  struct line waiting, served;
  size_t idle;      /* workers that wait and were not called */
  size_t computing; /* workers that have an exchange and wait for nobody */
  bool stopping;
};

static void line_add(struct line *line, struct exchange *exchange) {
  exchange->next = NULL;
  if (line->last == NULL)
    line->first = exchange;
  else
    line->last->next = exchange;
  line->last = exchange;
  line->count++;
}

static struct exchange *line_take(struct line *line) {
  struct exchange *exchange = line->first;

  if (exchange != NULL) {
    line->first = exchange->next;
    line->last = line->first == NULL ? NULL : line->last;
    line->count--;
  }
  return exchange;
}

/* ---- a worker's thread ---- */

static _Thread_local struct crew *crew_of_thread; /* NULL in every other thread than a worker's */

/* Whether a worker could begin something; called with the lock. */
static bool is_free(const struct crew *crew) {
  return crew->waiting.count > 0 && crew->computing < crew->options.processors;
}

/* Takes one of the idle for a call, where there is something to begin; called with the lock. True: the caller owes that
 * call. It waits in the semaphore until one comes for it, so none is lost. */
static bool choose(struct crew *crew) {
  bool chosen = crew->idle > 0 && is_free(crew);

  crew->idle -= chosen;
  return chosen;
}

/* So that they see that there will be no more work. Called with the lock. */
static void call_all(struct crew *crew) {
  for (; crew->idle > 0; crew->idle--)
    sem_post(&crew->calls);
}

/* Says that a worker computes no more; another one may take its place. */
static void step_back(struct crew *crew) {
  pthread_mutex_lock(&crew->lock);
  crew->computing--;
  bool chosen = choose(crew);
  pthread_mutex_unlock(&crew->lock);
  if (chosen)
    sem_post(&crew->calls);
}

void crew_wait_begin(void) {
  if (crew_of_thread != NULL)
    step_back(crew_of_thread);
}

void crew_wait_end(void) {
  if (crew_of_thread != NULL) {
    pthread_mutex_lock(&crew_of_thread->lock);
    crew_of_thread->computing++;
    pthread_mutex_unlock(&crew_of_thread->lock);
  }
}

/* The loop is woken once for all that is served until it comes. */
static void hand_back(struct crew *crew, struct exchange *exchange) {
  static const uint64_t one = 1;

  pthread_mutex_lock(&crew->lock);
  line_add(&crew->served, exchange);
  crew->computing--;
  bool first = crew->served.count == 1;
  pthread_mutex_unlock(&crew->lock);
  if (first) {
    ssize_t written = write(crew->wake_fd, &one, sizeof one);
    (void)written; /* fails only where it is readable already */
  }
}

/* Waits until somebody calls; called and left with the lock. */
static void await_call(struct crew *crew) {
  crew->idle++;
  pthread_mutex_unlock(&crew->lock);
  while (sem_wait(&crew->calls) != 0) { /* EINTR */
  }
  pthread_mutex_lock(&crew->lock);
}

/* The next exchange; NULL: there will be none. */
static struct exchange *await(struct crew *crew) {
  struct exchange *exchange = NULL;

  pthread_mutex_lock(&crew->lock);
  while (!is_free(crew) && !(crew->stopping && crew->waiting.count == 0))
    await_call(crew);
  exchange = line_take(&crew->waiting);
  crew->computing += exchange != NULL;
  if (crew->stopping && crew->waiting.count == 0) /* that was the last one */
    call_all(crew);
  pthread_mutex_unlock(&crew->lock);
  return exchange;
}

static void *work(void *context) {
  struct crew *crew = context;

  crew_of_thread = crew;
  setpriority(PRIO_PROCESS, 0, WORKER_NICE); /* of this thread alone, where threads have priorities of their own */
  for (struct exchange *exchange = NULL; (exchange = await(crew)) != NULL;) {
    crew->options.serve(crew->options.context, exchange);
    hand_back(crew, exchange);
  }
  return NULL;
}

/* ---- the loop's thread ---- */

static void deliver(struct crew *crew) {
  pthread_mutex_lock(&crew->lock);
  struct line served = crew->served;
  crew->served = (struct line){0};
  pthread_mutex_unlock(&crew->lock);
  for (struct exchange *exchange = NULL; (exchange = line_take(&served)) != NULL;)
    crew->options.served(crew->options.context, exchange);
}

static void on_wake(evutil_socket_t descriptor, short what, void *context) {
  uint64_t count = 0;
  ssize_t got = read(descriptor, &count, sizeof count);

  (void)what, (void)got;
  deliver(context);
}

enum status crew_give(struct crew *crew, struct exchange *exchange) {
  enum status status = STATUS_OVERLOADED;

  pthread_mutex_lock(&crew->lock);
  if (crew->waiting.count < crew->options.queue) {
    line_add(&crew->waiting, exchange);
    status = STATUS_OK;
  }
  bool chosen = status == STATUS_OK && choose(crew);
  pthread_mutex_unlock(&crew->lock);
  if (chosen)
    sem_post(&crew->calls);
  return status;
}

/* Signals are the loop's. */
static enum status start(struct crew *crew) {
  pthread_attr_t attributes;
  sigset_t all, before;

  crew->threads = calloc(crew->options.workers, sizeof *crew->threads);
  if (crew->threads == NULL || pthread_attr_init(&attributes) != 0)
    return STATUS_NO_MEMORY;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0;
  while (started && crew->started < crew->options.workers) {
    started = pthread_create(&crew->threads[crew->started], &attributes, work, crew) == 0;
    crew->started += started;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return started ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status open_wake(struct crew *crew) {
  crew->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (crew->wake_fd < 0)
    return STATUS_NO_MEMORY;
  crew->wake = event_new(crew->options.base, crew->wake_fd, EV_READ | EV_PERSIST, on_wake, crew);
  return crew->wake != NULL && event_add(crew->wake, NULL) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status crew_open(const struct crew_options *options, struct crew **crew) {
  struct crew *made = calloc(1, sizeof *made);

  *crew = NULL;
  if (made == NULL)
    return STATUS_NO_MEMORY;
  *made = (struct crew){.options = *options, .wake_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
  if (sem_init(&made->calls, 0, 0) != 0) {
    free(made);
    return STATUS_NO_MEMORY;
  }
  enum status status = open_wake(made);
  if (status == STATUS_OK)
    status = start(made);
  if (status != STATUS_OK)
    crew_close(&made);
  *crew = made;
  return status;
}

struct crew_state crew_look(struct crew *crew) {
  pthread_mutex_lock(&crew->lock);
  struct crew_state state = {
      .waiting = crew->waiting.count, .served = crew->served.count, .idle = crew->idle, .computing = crew->computing};
  pthread_mutex_unlock(&crew->lock);
  return state;
}

void crew_close(struct crew **crew) {
  struct crew *closing = *crew;

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
  *crew = NULL;
}

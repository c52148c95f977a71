/* SPDX-License-Identifier: Apache-2.0
 * The load. In an open loop latency counts from the moment at which an order was due, so that a server that stalls
 * cannot hide it by keeping the load away. */
#include "drive.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "must.h"
#include "processors.h"

#define SECOND         INT64_C(1000000000)
#define EVENTS         64
#define PATIENCE       (60 * SECOND)        /* for answers that are still due at the end */
#define REFUSED_PAUSE  (20 * SECOND / 1000) /* before a terminal that cannot wait for an arrival asks again */
#define REDIAL_PAUSE   (50 * SECOND / 1000) /* on average */
#define STALE_SECONDS  200                  /* a message older than that is signed anew */
#define CONNECT_ATONCE 64
#define WANDER_EACH    8 /* answers, before a terminal that wanders goes to the next server */

struct run {
  struct drive *drive;
  const struct drive_wish *request;
  struct drive_result *result;
  int64_t begin, end;  /* nanoseconds; end 0: the time is not over yet */
  int64_t last_answer; /* nanoseconds */
  int64_t thread_begin, cpu_begin, store_begin;
  struct server_times times_begin;
  pid_t server;
  uint64_t given; /* arrivals that were taken */
  bool dropped;   /* a connection was lost */
  bool behind;    /* after that, something waited */
  size_t *queue;  /* ring of idle lines, count + 1 places */
  size_t queue_head, queue_tail;
};

/* ---- samples ---- */

static void sample(struct drive_samples *samples, const struct run *run, int64_t now, int64_t intended) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity > 0 ? samples->capacity * 2 : 4096;
    samples->list = must_grow(samples->list, samples->capacity, sizeof *samples->list);
  }
  samples->list[samples->count++] = (struct drive_sample){.at = (uint32_t)((now - run->begin) / 1000),
                                                          .latency = (uint32_t)((now - intended) / 1000)};
}

/* ---- terminals ---- */

static struct item *head(const struct line *line) {
  return line->till->next < line->till->count ? &line->till->items[line->till->next] : NULL;
}

/* Sends the head of the queue; what was sent before, or has waited too long, is signed anew. */
static enum line_event dispatch(struct line *line, struct run *run) {
  struct item *item = head(line);
  int64_t now = (int64_t)time(NULL);
  if (item->tries > 0 || item->time < now - STALE_SECONDS || item->time > now + STALE_SECONDS)
    till_sign(line->till, item, now);
  run->result->resent += item->tries > 0;
  item->tries++;
  line->busy = line->under_way = true;
  line_send(line, item->wire, item->wire_len);
  return line_progress(line);
}

static void enqueue(struct run *run, struct line *line) {
  if (line->queued)
    return;
  line->queued = true;
  run->queue[run->queue_tail] = (size_t)(line - run->drive->lines);
  run->queue_tail = (run->queue_tail + 1) % (run->drive->count + 1);
}

static struct line *dequeue(struct run *run) {
  while (run->queue_head != run->queue_tail) {
    struct line *line = &run->drive->lines[run->queue[run->queue_head]];
    run->queue_head = (run->queue_head + 1) % (run->drive->count + 1);
    line->queued = false;
    if (line->state == LINE_IDLE && !line->busy && head(line) != NULL)
      return line;
  }
  return NULL;
}

static void over(struct run *run, int64_t now) {
  if (run->end != 0)
    return;
  run->end = now;
  run->result->seconds = (double)(now - run->begin) / (double)SECOND;
  run->result->store_cpu = server_store_cpu(run->drive->server) - run->store_begin;
  run->result->own_cpu = clock_of_thread() - run->thread_begin;
  if (run->drive->server->pid != run->server)
    return;
  struct server_times times = server_times(run->drive->server);
  run->result->server_cpu = server_cpu(run->drive->server) - run->cpu_begin;
  run->result->times = server_times_between(&run->times_begin, &times);
}

static void handle(struct run *run, struct line *line, enum line_event event);

/* An idle line: what may it do now? A confirmation waits for nobody; neither does what has to be sent again after the
 * connection was lost. */
static void rest(struct run *run, struct line *line, int64_t now) {
  struct item *item = head(line);
  if (line->pause_until > now)
    return;
  if (line->busy) {
    handle(run, line, dispatch(line, run));
  } else if (item == NULL) {
    if (run->request->rate == 0 && !run->request->all)
      over(run, now); /* the others would go on with less load */
  } else if (run->end != 0) {
    return;
  } else if (item->type == MESSAGE_CONFIRMATION || run->request->rate == 0) {
    line->intended = now;
    handle(run, line, dispatch(line, run));
  } else {
    enqueue(run, line);
  }
}

static void note_answer(struct run *run, struct line *line, int64_t now) {
  struct item *item = head(line);
  struct drive_result *result = run->result;
  double silence = (double)(now - run->last_answer) / (double)SECOND;
  bool order = item->type != MESSAGE_CONFIRMATION;
  run->last_answer = now;
  result->longest_silence = silence > result->longest_silence ? silence : result->longest_silence;
  item->answer = malloc(line->body_len + 1);
  must(item->answer != NULL, "no memory for an answer");
  memcpy(item->answer, line->body, line->body_len);
  item->answer[line->body_len] = '\0';
  item->answer_len = line->body_len;
  line->till->next++;
  if (run->end == 0) {
    result->messages++;
    result->orders += order;
  }
  if (order)
    sample(&result->samples, run, now, line->intended);
}

static void take_answer(struct run *run, struct line *line, int64_t now) {
  bool refused = line->http == 503 || line->http == 429;
  must(refused || line->http == 200, "the server answers %s with HTTP %d: %.300s", message_path(head(line)->type),
       line->http, line->body);
  line->busy = line->under_way = false;
  if (refused) {
    run->result->refused++;
    sample(&run->result->refusals, run, now, line->intended);
    if (run->request->rate == 0 || head(line)->type == MESSAGE_CONFIRMATION)
      line->pause_until = now + REFUSED_PAUSE;
  } else {
    note_answer(run, line, now);
  }
  if (line->last || (run->request->wander && !refused && line->till->next % WANDER_EACH == 0))
    line_drop(line);
  else
    rest(run, line, now);
}

static void handle(struct run *run, struct line *line, enum line_event event) {
  int64_t now = clock_now();
  if (event == LINE_ANSWER) {
    take_answer(run, line, now);
  } else if (event == LINE_UP) {
    rest(run, line, now);
  } else if (event == LINE_BROKEN) {
    run->result->broken += line->under_way;
    run->dropped = true;
    line->under_way = false;
    line->pause_until = now + REDIAL_PAUSE / 2 + rand() % REDIAL_PAUSE;
  }
}

/* ---- the loop ---- */

/* Lines that are down or have paused. */
static void revive(struct run *run, int64_t now) {
  size_t connecting = 0;
  for (size_t i = 0; i < run->drive->count; i++)
    connecting += run->drive->lines[i].state == LINE_CONNECTING || run->drive->lines[i].state == LINE_HANDSHAKE;
  for (size_t i = 0; i < run->drive->count; i++) {
    struct line *line = &run->drive->lines[i];
    if (line->pause_until > now)
      continue;
    if (line->state == LINE_DOWN && connecting < CONNECT_ATONCE) {
      connecting++;
      line_dial(line, run->drive->epoll, server_port(run->drive->server, i + line->dials++));
    } else if (line->state == LINE_IDLE && !line->queued) {
      rest(run, line, now);
    }
  }
}

/* When arrival number n is due. */
static int64_t due(const struct run *run, uint64_t n) {
  return run->begin + (int64_t)((double)n / run->request->rate * (double)SECOND);
}

static void arrivals(struct run *run, int64_t now) {
  while (run->request->rate > 0 && run->end == 0 && due(run, run->given) <= now) {
    struct line *line = dequeue(run);
    if (line == NULL && !run->request->impatient)
      return;
    if (line == NULL) {
      run->result->missed++;
    } else {
      line->intended = due(run, run->given);
      handle(run, line, dispatch(line, run));
    }
    run->given++;
  }
}

/* When, after a break, every terminal was connected again and nothing that was due was waiting any more. */
static void watch_recovery(struct run *run, int64_t now) {
  struct drive_result *result = run->result;
  bool behind = run->request->rate > 0 && due(run, run->given) <= now;
  if (!run->dropped || result->caught_up > 0 || run->end != 0)
    return;
  for (size_t i = 0; i < run->drive->count; i++)
    behind = behind || run->drive->lines[i].state < LINE_IDLE;
  if (!behind && run->behind)
    result->caught_up = (double)(now - run->begin) / (double)SECOND;
  run->behind = run->behind || behind;
}

static bool exhausted(const struct drive *drive) {
  for (size_t i = 0; i < drive->count; i++)
    if (head(&drive->lines[i]) != NULL)
      return false;
  return true;
}

static bool finished(const struct run *run) {
  if (run->end == 0)
    return false;
  for (size_t i = 0; i < run->drive->count; i++)
    if (run->drive->lines[i].busy)
      return false;
  return true;
}

static void wait_events(struct run *run, int64_t now) {
  struct epoll_event events[EVENTS];
  int64_t wait = 10 * SECOND / 1000;
  if (run->request->rate > 0 && run->end == 0 && (run->request->impatient || run->queue_head != run->queue_tail)) {
    int64_t next = due(run, run->given) - now;
    wait = next < 0 ? 0 : next < wait ? next : wait;
  }
  struct timespec timeout = {.tv_sec = 0, .tv_nsec = wait};
  int count = epoll_pwait2(run->drive->epoll, events, EVENTS, &timeout, NULL);
  must(count >= 0 || errno == EINTR, "epoll: %s", strerror(errno));
  for (int i = 0; i < count; i++) {
    struct line *line = events[i].data.ptr;
    handle(run, line, line_progress(line));
  }
}

static void run_begin(struct run *run) {
  processors_keep(run->drive->server->world->plan->own_cpus);
  run->begin = run->last_answer = clock_now();
  run->thread_begin = clock_of_thread();
  run->server = run->drive->server->pid;
  run->cpu_begin = server_cpu(run->drive->server);
  run->times_begin = server_times(run->drive->server);
  run->store_begin = server_store_cpu(run->drive->server);
  run->queue = must_calloc(run->drive->count + 1, sizeof *run->queue);
  for (size_t i = 0; i < run->drive->count; i++)
    run->drive->lines[i].queued = false;
}

void drive_run(struct drive *drive, const struct drive_wish *request, struct drive_result *result) {
  struct run run = {.drive = drive, .request = request, .result = result};
  *result = (struct drive_result){0};
  run_begin(&run);
  while (!finished(&run)) {
    int64_t now = clock_now();
    if (request->tick != NULL && run.end == 0)
      request->tick(request->context, (double)(now - run.begin) / (double)SECOND);
    if (now - run.begin >= (int64_t)(request->seconds * (double)SECOND) || (request->all && exhausted(drive)))
      over(&run, now);
    must(run.end == 0 || now - run.end < PATIENCE, "an answer does not come");
    revive(&run, now);
    arrivals(&run, now);
    watch_recovery(&run, now);
    wait_events(&run, now);
  }
  free(run.queue);
  processors_keep(NULL);
}

void drive_drain(struct drive *drive) {
  const struct drive_wish request = {.seconds = 3600, .all = true};
  struct drive_result result;
  drive_run(drive, &request, &result);
  drive_result_free(&result);
}

void drive_result_free(struct drive_result *result) {
  free(result->samples.list);
  free(result->refusals.list);
  *result = (struct drive_result){0};
}

void drive_open(struct drive *drive, struct tills *tills, struct server *server) {
  const struct drive_wish nothing = {.rate = 0};
  struct drive_result result = {0};
  struct run run = {.drive = drive, .request = &nothing, .result = &result, .end = 1};
  size_t up = 0;
  *drive = (struct drive){.tills = tills, .server = server, .count = tills->count};
  drive->lines = must_calloc(tills->count, sizeof *drive->lines);
  drive->epoll = epoll_create1(EPOLL_CLOEXEC);
  must(drive->epoll >= 0, "no epoll");
  for (size_t i = 0; i < drive->count; i++) {
    drive->lines[i].socket = -1;
    drive->lines[i].till = &tills->list[i];
  }
  for (int64_t deadline = clock_now() + PATIENCE; up < drive->count;) {
    must(clock_now() < deadline, "%zu of %zu terminals can connect", up, drive->count);
    revive(&run, clock_now());
    wait_events(&run, clock_now());
    up = 0;
    for (size_t i = 0; i < drive->count; i++)
      up += drive->lines[i].state == LINE_IDLE;
  }
}

void drive_close(struct drive *drive) {
  for (size_t i = 0; i < drive->count; i++)
    line_drop(&drive->lines[i]);
  free(drive->lines);
  close(drive->epoll);
  *drive = (struct drive){0};
}
